/**
 * A shard drops broadcasts itself: its copies of the account's settings, and its own periods of silence.
 */
import { deepEqual } from "node:assert/strict";
import type { Broadcast, NewBroadcast, Store } from "../../store.ts";
import { ACCOUNT, keyOf, writeOf } from "../../suite/case.ts";

const HOUR_MS = 3_600_000;

/** A shard that tests can reach into. */
export interface TrimmedShard {
  /** Stores broadcasts and does what an alarm does; returns the broadcasts that are left. */
  trim(broadcasts: readonly NewBroadcast[]): Promise<readonly Broadcast[]>;
  /** The seconds of silence that a new session would be given. */
  inactivitySeconds(id: string): Promise<number>;
}

/** @param shardOf returns the shard of a session. */
export async function trimShard(
  store: Store,
  shardOf: (id: string) => Promise<TrimmedShard>,
): Promise<true> {
  await store.commit([writeOf("a")]);
  const shard = await shardOf(keyOf("a").id);
  const account = ACCOUNT;
  const settings = (seconds: number, at: number): NewBroadcast => {
    const overrides = { "inactivity.seconds": seconds };
    return { type: "settings", account, at, overrides, triggers: [] };
  };
  const long = Date.now() - 3 * HOUR_MS;
  const recent = Date.now() - HOUR_MS / 2;
  const old: readonly NewBroadcast[] = [
    settings(100, long),
    settings(200, long),
    { type: "unheard", account, at: long, missed: 8 },
    { type: "heard", account, at: long },
    settings(300, long),
    { type: "unheard", account, at: long, missed: 9 },
    { type: "heard", account, at: long },
  ];
  const left = await shard.trim([...old, settings(400, recent), settings(500, recent)]);
  const seconds = (broadcast: Broadcast) =>
    broadcast.type === "settings" ? broadcast.overrides["inactivity.seconds"] : broadcast.type;
  // What is older than an hour goes but for the last of each kind; what is newer stays.
  deepEqual(left.map(seconds), [300, "unheard", "heard", 400, 500]);
  deepEqual(await shard.inactivitySeconds("new"), 500);
  return true;
}
