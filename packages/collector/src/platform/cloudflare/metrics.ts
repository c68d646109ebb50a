/**
 * The metrics of shards and of what is to deliver, in the Prometheus text format.
 * @module
 */
import type { OutboxDepth } from "../../webhooks/depth.ts";
import type { ShardGauges } from "./figures.ts";

type Sample = readonly [labels: string, value: number];

/** @param shards each shard; `null`: it does not respond */
export function shardMetrics(shards: readonly (ShardGauges | null)[]): string {
  const known = shards.filter((shard) => shard !== null);
  const sum = (of: (shard: ShardGauges) => number) =>
    known.reduce((total, shard) => total + of(shard), 0);
  const lateMs = Math.max(0, ...known.map((shard) => shard.lateMs));
  return [
    metric("stillhere_shards", "gauge", "Shards, by whether they respond within two seconds", [
      ['{responds="yes"}', known.length],
      ['{responds="no"}', shards.length - known.length],
    ]),
    metric(
      "stillhere_outages_total",
      "counter",
      "Outages that the shards found, in which no signals could arrive or beats were lost",
      [["", sum(({ outages }) => outages)]],
    ),
    metric(
      "stillhere_late_seconds",
      "gauge",
      "How late the verdict is that waits longest; 0: none is",
      [["", lateMs / 1_000]],
    ),
    metric(
      "stillhere_relay_entries",
      "gauge",
      "Entries that wait in the shards' relay queues, or whose receipt is not known",
      [["", sum(({ unrelayed }) => unrelayed)]],
    ),
  ].join("");
}

export function outboxMetric({ unread, pending }: OutboxDepth): string {
  const help = "Entries to deliver, unread or pending a retry; counted up to 1,000 per endpoint";
  return metric("stillhere_outbox_entries", "gauge", help, [
    ['{state="unread"}', unread],
    ['{state="pending"}', pending],
  ]);
}

function metric(
  name: string,
  type: "gauge" | "counter",
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
