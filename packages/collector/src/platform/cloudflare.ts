/**
 * The collector on Cloudflare: a Worker, a coordinator and shards. The entry file of a deployment:
 *
 * @example
 * export { Coordinator, Shard, worker as default } from "@stillhere/collector/cloudflare";
 *
 * @module
 */
export { Coordinator } from "./cloudflare/coordinator.ts";
export type { Env } from "./cloudflare/env.ts";
export type { ObjectFigures } from "./cloudflare/figures.ts";
export { Shard } from "./cloudflare/shard.ts";
export { worker } from "./cloudflare/worker.ts";
