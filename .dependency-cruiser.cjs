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
      "stores-know-shapes",
      `${collector}/stores/`,
      [
        `${collector}/(core|stores)/`,
        "^node:",
        "^cloudflare:",
        "^(sqlite|assert|crypto)",
        "node_modules/redis",
      ],
      "A store knows the shapes of the core and its own engine, no rule and no route.",
    ),
    only(
      "engine-knows-core-and-stores",
      `${collector}/engine/`,
      [`${collector}/(core|stores|engine)/`],
      "The engine runs anywhere: nothing of Node, nothing of HTTP.",
    ),
    only(
      "shapes-know-core",
      `${collector}/shapes/`,
      [`${collector}/(core|shapes)/`, "node_modules/"],
      "Shapes describe what the core reads.",
    ),
    only(
      "routes-know-the-engine",
      `${collector}/http/`,
      [
        `${collector}/(core|stores|engine|shapes|http)/`,
        "node_modules/",
        "^packages/sdk/dist/wire",
      ],
      "Routes run anywhere: nothing of Node.",
    ),
    only(
      "sinks-know-the-engine",
      `${collector}/sinks/`,
      [`${collector}/(core|stores|engine|sinks)/`, `${collector}/http/views`, "node_modules/"],
      "What is sent elsewhere looks as it does to those who ask, and is sent from anywhere.",
    ),
    only(
      "replay-knows-core",
      `${collector}/replay/`,
      [`${collector}/(core|shapes|replay)/`, "node_modules/"],
      "Replay is the core on a virtual clock.",
    ),
    only(
      "conformance-runs-anywhere",
      `${collector}/conformance/`,
      [
        `${collector}/(core|stores|engine|replay|conformance)/`,
        "^packages/collector/scenarios/",
        "^(node:)?assert/strict$",
      ],
      "Authors of drivers run it with any test framework, in Node and at the edge.",
    ),
    {
      name: "console-stands-alone",
      comment: "The console speaks to the collector over HTTP only.",
      severity: "error",
      from: { path: `${collector}/console/` },
      to: { path: "^packages/", pathNot: `${collector}/console/` },
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
      comment: "An example uses what anybody can use.",
      severity: "error",
      from: { path: "^examples/" },
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
