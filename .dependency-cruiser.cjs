/** Which way arrows may go. See docs/architecture.md. */
const collector = "^packages/collector/src";

function only(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: "error",
    from: { path: from, pathNot: "\\.test\\.ts$|/testing/" },
    to: { pathNot: allowed },
  };
}

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "Two files that need each other are one file.",
      severity: "error",
      from: {},
      to: { circular: true, dependencyTypesNot: ["type-only"] },
    },
    only(
      "core-is-pure",
      `${collector}/core/`,
      [`${collector}/core/`],
      "The core imports nothing but itself: no clock, no store, no library.",
    ),
    only(
      "async-is-a-leaf",
      `${collector}/async/`,
      [`${collector}/async/`],
      "Time-outs and wake-ups: nothing of this product.",
    ),
    only(
      "stores-know-shapes-of-core",
      `${collector}/stores/`,
      [
        `${collector}/(core|async|stores)/`,
        "^node:",
        "^cloudflare:",
        "^(sqlite|assert|crypto|events|fs|path)",
        "node_modules/redis",
      ],
      "A store knows the shapes of the core and its own engine, no rule and no route.",
    ),
    only(
      "engine-knows-core-and-stores",
      `${collector}/engine/`,
      [`${collector}/(core|async|stores|engine)/`],
      "The engine runs anywhere: nothing of Node, nothing of HTTP.",
    ),
    only(
      "schemas-know-core",
      `${collector}/schemas/`,
      [`${collector}/(core|schemas)/`, "node_modules/"],
      "Schemas describe what the core reads.",
    ),
    only(
      "routes-know-the-engine",
      `${collector}/http/`,
      [
        `${collector}/(core|async|stores|engine|webhooks|desks|schemas|http)/`,
        "node_modules/",
        "^packages/sdk/dist/wire",
      ],
      "Routes run anywhere: nothing of Node.",
    ),
    only(
      "webhooks-know-the-engine",
      `${collector}/webhooks/`,
      [
        `${collector}/(core|async|stores|engine|webhooks)/`,
        `${collector}/http/views`,
        "node_modules/",
      ],
      "A webhook shows a transition as the API does, and is sent from any platform.",
    ),
    only(
      "desks-know-the-engine",
      `${collector}/desks/`,
      [`${collector}/(core|async|stores|engine|schemas|webhooks|desks)/`, "node_modules/"],
      "A desk is heard and told on any platform, and knows no route.",
    ),
    only(
      "replay-knows-core",
      `${collector}/replay/`,
      [`${collector}/(core|schemas|replay)/`, "node_modules/"],
      "Replay is the core on a virtual clock.",
    ),
    only(
      "suite-runs-anywhere",
      `${collector}/suite/`,
      [
        `${collector}/(core|stores|engine|desks|replay|suite)/`,
        "^packages/collector/scenarios/",
        "^(node:)?assert/strict$",
      ],
      "Authors of drivers run it with any test framework, in Node and at the edge.",
    ),
    only(
      "simulation-runs-what-runs-everywhere",
      `${collector}/simulation/`,
      [
        `${collector}/(core|async|stores|engine|webhooks|desks|schemas|http|simulation)/`,
        `${collector}/platform/node-crypto`,
        "^node:",
        "^(async_hooks|crypto)$",
        "^packages/sdk/dist/wire",
      ],
      "A simulation has no time, network or file of its own, so it takes nothing of a platform but hashes.",
    ),
    {
      name: "simulation-is-no-part-of-the-product",
      comment: "It is not published.",
      severity: "error",
      from: { path: `${collector}/`, pathNot: `${collector}/simulation/` },
      to: { path: `${collector}/simulation/` },
    },
    {
      name: "console-stands-alone",
      comment:
        "The console speaks to the collector over HTTP only, but names every word of its closed lists: with their types, a new word that has no text does not compile. It checks what is typed by the tables that the collector checks it by.",
      severity: "error",
      from: { path: `${collector}/console/` },
      to: {
        path: "^packages/",
        pathNot: `${collector}/(console/|core/(lists|settings-schema|settings-resolve|trigger|trigger-check|recipes|setting-roles|own-key|fold)\\.ts$)`,
      },
    },
    {
      name: "sdk-has-no-dependency",
      comment: "What runs in other people's pages is all ours.",
      severity: "error",
      from: { path: "^packages/sdk/src", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^packages/sdk/src" },
    },
    {
      name: "examples-are-outsiders",
      comment:
        "An example uses what anybody can use. Its tests may compare it with the collector's own descriptions.",
      severity: "error",
      from: { path: "^examples/", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/(collector|sdk)/src" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|/dist/" },
    exclude: { path: "(^|/)dist/|\\.config\\.(js|ts)$|^packages/[^/]+/scripts/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
    tsConfig: { fileName: "tsconfig.json" },
  },
};
