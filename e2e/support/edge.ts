/**
 * A real workerd that runs a Worker with its Durable Objects, bundled from the source.
 * @module
 */
import { build } from "esbuild";
import { Miniflare, type MiniflareOptions } from "miniflare";

export interface EdgeOptions {
  /** The Worker's entry file. */
  readonly entry: string;
  readonly bindings?: Record<string, string>;
  /** Where the objects' storage persists, so that a later runtime can load it. */
  readonly folder?: string;
  /** Its Durable Objects; the default: those of a deployment. */
  readonly objects?: MiniflareOptions["durableObjects"];
}

const OBJECTS = {
  COORDINATOR: { className: "Coordinator", useSQLite: true },
  SHARD: { className: "Shard", useSQLite: true },
};

/** The newest compatibility date that the tests' runtime supports. */
export const COMPATIBILITY = { date: "2026-04-01", flags: ["nodejs_compat"] };

export async function startEdge({
  entry,
  bindings = {},
  folder,
  objects = OBJECTS,
}: EdgeOptions): Promise<Miniflare> {
  const options: MiniflareOptions = {
    modules: true,
    script: await bundled(entry),
    compatibilityDate: COMPATIBILITY.date,
    compatibilityFlags: COMPATIBILITY.flags,
    bindings,
    durableObjects: objects,
    ...(folder !== undefined && { durableObjectsPersist: folder }),
  };
  const edge = new Miniflare(options);
  await edge.ready;
  return edge;
}

const bundles = new Map<string, Promise<string>>();

/** The same entry is bundled once in a process. */
function bundled(entry: string): Promise<string> {
  const bundling = bundles.get(entry) ?? bundle(entry);
  bundles.set(entry, bundling);
  return bundling;
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    alias: { buffer: "node:buffer", crypto: "node:crypto" },
  });
  return outputFiles[0]?.text ?? "";
}
