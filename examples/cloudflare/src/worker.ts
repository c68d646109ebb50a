/** The whole deployment: the collector's Worker and its two kinds of objects. */
export { Coordinator, Shard, worker as default } from "@stillhere/collector/cloudflare";
