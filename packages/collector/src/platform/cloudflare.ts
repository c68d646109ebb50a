/**
 * The collector on Cloudflare: a Worker, a desk and shards. A deployment's entry file is
 *
 * @example
 * export { Desk, Shard, worker as default } from "@stillhere/collector/cloudflare";
 *
 * @module
 */
export { Desk } from "./cloudflare/desk.ts";
export type { Env } from "./cloudflare/env.ts";
export type { ObjectFigures } from "./cloudflare/figures.ts";
export { Shard } from "./cloudflare/shard.ts";
export { worker } from "./cloudflare/worker.ts";
