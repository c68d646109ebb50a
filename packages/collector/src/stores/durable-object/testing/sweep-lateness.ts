/**
 * A shard with more due sessions than a sweep gets through in the time that counts as an outage.
 */
import { equal } from "node:assert/strict";
import type { Store } from "../../store.ts";
import { NOW, writeOf } from "../../suite/case.ts";

const TOLERANCE_MS = 5_000;

/** A shard that tests can reach into. */
export interface SweptShard {
  noteSweep(isUnderWay: boolean): Promise<void>;
  heartbeat(now: number, toleranceMs: number): Promise<boolean>;
}

/** @param shardOf returns the shard of a session. */
export async function excuseSweep(
  store: Store,
  shardOf: (id: string) => Promise<SweptShard>,
): Promise<true> {
  // It stays due, as one that the sweep has not come to.
  await store.commit([writeOf("a", { deadlineAt: NOW })]);
  const shard = await shardOf("a");
  const isOutage = (afterMs: number) => shard.heartbeat(NOW + afterMs, TOLERANCE_MS);
  await shard.noteSweep(true);
  equal(await isOutage(1_000), false, "it begins in time");
  equal(await isOutage(5_900), false, "it is under way");
  equal(await isOutage(10_800), false, "it is still under way");
  equal(await isOutage(15_900), true, "it stood still");
  await shard.noteSweep(false);
  equal(await isOutage(16_000), true, "nothing sweeps");
  await shard.noteSweep(true);
  equal(await isOutage(17_000), true, "it begins too late");
  return true;
}
