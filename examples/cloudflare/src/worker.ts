/** The whole deployment: the collector's Worker and its two Durable Object classes. */
export { Coordinator, Shard, worker as default } from "@stillhere/collector/cloudflare";
