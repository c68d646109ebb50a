/**
 * The metrics of shards and of what is to deliver.
 * @module
 */
import type { OutboxDepth } from "../../webhooks/depth.ts";
import { metricText } from "../metric-text.ts";
import type { ShardGauges } from "./figures.ts";

const SHARDS = {
  name: "stillhere_shards",
  help: "Shards, by whether they respond within two seconds",
  type: "gauge",
} as const;
const OUTAGES = {
  name: "stillhere_outages_total",
  help: "Outages that the shards found, in which no signals could arrive or beats were lost",
  type: "counter",
} as const;
const LATE = {
  name: "stillhere_late_seconds",
  help: "How late the verdict is that waits longest; 0: none is",
  type: "gauge",
} as const;
const RELAY_ENTRIES = {
  name: "stillhere_relay_entries",
  help: "Entries that wait in the shards' relay queues, or whose receipt is not known",
  type: "gauge",
} as const;
const OUTBOX_ENTRIES = {
  name: "stillhere_outbox_entries",
  help: "Entries to deliver, unread or pending a retry; counted up to 1,000 per endpoint",
  type: "gauge",
} as const;

/** @param shards each shard; `null`: it does not respond */
export function shardMetrics(shards: readonly (ShardGauges | null)[]): string {
  const known = shards.filter((shard) => shard !== null);
  const sum = (of: (shard: ShardGauges) => number) =>
    known.reduce((total, shard) => total + of(shard), 0);
  const lateMs = Math.max(0, ...known.map((shard) => shard.lateMs));
  return [
    metricText(SHARDS, [
      ['{responds="yes"}', known.length],
      ['{responds="no"}', shards.length - known.length],
    ]),
    // A sum over some shards would be a counter that falls and rises again, as if there were new outages.
    known.length === shards.length
      ? metricText(OUTAGES, [["", sum(({ outages }) => outages)]])
      : "",
    metricText(LATE, [["", lateMs / 1_000]]),
    metricText(RELAY_ENTRIES, [["", sum(({ unrelayed }) => unrelayed)]]),
  ].join("");
}

export function outboxMetric({ unread, pending }: OutboxDepth): string {
  return metricText(OUTBOX_ENTRIES, [
    ['{state="unread"}', unread],
    ['{state="pending"}', pending],
  ]);
}
