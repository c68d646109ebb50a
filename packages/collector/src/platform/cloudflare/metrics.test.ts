import { expect, it } from "vitest";
import { shardMetrics } from "./metrics.ts";

const valuesOf = (text: string) => text.split("\n").filter((line) => /^[^#]/.test(line));

it("sums over shards, and takes the verdict that waits longest", () => {
  const shards = [
    { outages: 1, lateMs: 500, unrelayed: 2 },
    { outages: 2, lateMs: 1_500, unrelayed: 3 },
  ];
  expect(valuesOf(shardMetrics(shards))).toEqual([
    'stillhere_shards{responds="yes"} 2',
    'stillhere_shards{responds="no"} 0',
    "stillhere_outages_total 3",
    "stillhere_late_seconds 1.5",
    "stillhere_relay_entries 5",
  ]);
});

it("counts no outages while a shard does not respond, so that the counter never falls", () => {
  expect(valuesOf(shardMetrics([{ outages: 1, lateMs: 0, unrelayed: 0 }, null]))).toEqual([
    'stillhere_shards{responds="yes"} 1',
    'stillhere_shards{responds="no"} 1',
    "stillhere_late_seconds 0",
    "stillhere_relay_entries 0",
  ]);
});
