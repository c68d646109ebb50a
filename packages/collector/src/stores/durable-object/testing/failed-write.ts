/**
 * A transaction that fails half-way, as on a full disk: an object must not know more than it has stored.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Store, Write } from "../../store.ts";
import { ACCOUNT, keyOf, loadOne, sessionOf, transitionOf, writeOf } from "../../suite/case.ts";

const TOLERANCE_MS = 5_000;
const POLL_MS = 20;
const LEASE_MS = 3_600_000;

/** Objects that tests can reach into. */
export interface FailingObjects {
  readonly store: Store;
  /** Another session of the shard of `a`. */
  readonly neighbour: string;
  /** The shard of the session `a`. Its object refuses rows of a table until it gets another, or null. */
  readonly shard: {
    refuse(table: string | null): Promise<void>;
    /** Writes the beats that are in memory only. */
    writeUnwritten(): Promise<void>;
    heartbeat(now: number, toleranceMs: number): Promise<boolean>;
    poll(): Promise<void>;
    end(): Promise<void>;
  };
  /** The coordinator refuses the directory's entries that shards relay, in the transaction of all that they relay. */
  refuseRelays(refuses: boolean): Promise<void>;
}

const beatOf = (expectedVersion: number): Write => ({
  ...writeOf("a", { expectedVersion }),
  kind: "beats",
  deadlineAt: Date.now() + LEASE_MS,
});

const versionOf = async (store: Store, id: string) => (await loadOne(store, id))?.stored?.version;

export const FAILED_WRITE_CASES = {
  async "holds no beat that was refused, and notes that it holds those it accepts"({
    store,
    shard,
    neighbour,
  }: FailingObjects) {
    await store.commit([writeOf("a")]);
    await shard.refuse("sessions");
    await rejects(store.commit([beatOf(1), writeOf(neighbour)]));
    equal(await versionOf(store, "a"), 1);
    await shard.refuse(null);
    deepEqual(await store.commit([beatOf(1)]), ["committed"]);
    equal(await versionOf(store, "a"), 2);
    await shard.end().catch(() => {});
    equal(await shard.heartbeat(Date.now(), TOLERANCE_MS), true, "the lost beat is an outage");
    equal(await versionOf(store, "a"), 1);
  },

  async "goes on holding beats that could not be written"({ store, shard }: FailingObjects) {
    await store.commit([writeOf("a")]);
    await store.commit([beatOf(1)]);
    await shard.refuse("sessions");
    await rejects(shard.writeUnwritten());
    equal(await versionOf(store, "a"), 2);
    await shard.refuse(null);
    await shard.writeUnwritten();
    await shard.end().catch(() => {});
    equal(await versionOf(store, "a"), 2);
    equal(await shard.heartbeat(Date.now(), TOLERANCE_MS), false, "nothing was lost");
  },

  async "of the coordinator leaves no gap, and a log that begins with the hour"({
    store,
    shard,
    neighbour,
    refuseRelays,
  }: FailingObjects) {
    await store.commit([writeOf("a")]);
    const cursor = await store.lastCursor(ACCOUNT);
    await refuseRelays(true);
    const withUser = { ...sessionOf(neighbour), user: "user_1" };
    await store.commit([
      writeOf("a", { expectedVersion: 1, transitions: [transitionOf(1)] }),
      writeOf(neighbour, { session: withUser }),
    ]);
    deepEqual(await store.log(ACCOUNT, 0, 10), []);
    await refuseRelays(false);
    // It does not wait for a coordinator that was behind.
    while ((await store.log(ACCOUNT, 0, 10)).length === 0) {
      await shard.poll();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const start = await store.logStart(ACCOUNT, transitionOf(1).at);
    const entries = await store.log(ACCOUNT, start, 10);
    deepEqual(
      entries.map((entry) => [entry.session, entry.cursor]),
      [[keyOf("a").id, cursor + 1]],
    );
  },
} satisfies Record<string, (objects: FailingObjects) => Promise<void>>;
