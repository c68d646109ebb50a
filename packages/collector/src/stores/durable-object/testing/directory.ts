/**
 * Cases for the directory, which run where the objects are.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Store } from "../../store.ts";
import { ACCOUNT, keyOf, sessionOf, transitionOf, writeOf } from "../../suite/case.ts";
import { exampleLists } from "../../suite/list-examples.ts";
import { checkLists, writeListed } from "../../suite/list-model.ts";
import { termHashesOf } from "../../term-hash.ts";

const POLL_MS = 20;
/** Half a minute: a relay that failed is tried again within a tenth of a second. */
const MAX_POLLS = 1_500;

/** A store over objects that tests can reach into. */
export interface DirectoryFixture {
  readonly store: Store;
  /** A store of the same objects, for which the clock stands still. */
  readonly frozen: Store;
  /** Each row of the directory as `HASH SESSION`. */
  rows(): Promise<readonly string[]>;
  /** Whether the coordinator refuses what shards relay. */
  failRelays(fails: boolean): Promise<void>;
  /** How often each shard was called. */
  calls(): Promise<readonly number[]>;
  /** Does what alarms would. */
  poll(): Promise<void>;
  /** Leaves objects as they were before there was a directory, and restarts them. */
  forget(): Promise<void>;
}

type DirectoryCase = (fixture: DirectoryFixture) => Promise<void>;

export const DIRECTORY_CASES = {
  "has the tickets and users of every session, and no others, after changes and erasures": async (
    fixture,
  ) => {
    for (const seed of [2, 3]) {
      const { created, changed, erased } = exampleLists(seed);
      await writeListed(fixture.store, created, changed, erased);
      deepEqual(await fixture.rows(), await wantedRows(fixture.store));
      for (const { id } of created) await fixture.store.erase(keyOf(id));
      deepEqual(await fixture.rows(), []);
    }
  },

  "misses no session that the coordinator has not been able to take, and has it later": async (
    fixture,
  ) => {
    const { store } = fixture;
    const { created, changed, erased, queries } = exampleLists(4);
    const named = queries.filter(({ user, ticket }) => user ?? ticket);
    ok(named.length > 20);
    await writeListed(store, created.slice(10), [], []);
    const before = await fixture.rows();
    // Shards that were caught up count as such for a while.
    await store.list(ACCOUNT, { user: "u_1", limit: 1 });
    await fixture.failRelays(true);
    await writeListed(store, created.slice(0, 10), changed, erased);
    const latest = new Map([...created, ...changed].map((each) => [each.id, each]));
    for (const id of erased) latest.delete(id);
    const listed = [...latest.values()];
    await checkLists(store, listed, named);
    deepEqual(await fixture.rows(), before);
    await fixture.failRelays(false);
    await untilCaughtUp(fixture);
    await checkLists(store, listed, named);
  },

  "keeps nothing of a session that was erased before the coordinator took its last change": async (
    fixture,
  ) => {
    const { store } = fixture;
    const of = (user: string) => ({ session: sessionOf("a", { user }) });
    await store.commit([writeOf("a", of("u_1"))]);
    await fixture.failRelays(true);
    const transitions = [transitionOf(1)];
    await store.commit([writeOf("a", { ...of("u_2"), transitions, expectedVersion: 1 })]);
    await store.erase(keyOf("a"));
    equal((await fixture.rows()).length, 1);
    await fixture.failRelays(false);
    await untilCaughtUp(fixture);
    deepEqual(await store.log(ACCOUNT, 0, 10), []);
  },

  "asks the shard that has the user's sessions, and no other": async (fixture) => {
    const user = { user: "u_1" };
    const ids = Array.from({ length: 8 }, (_, number) => `conv-${number}`);
    await fixture.store.commit(
      ids.map((id) => writeOf(id, { session: sessionOf(id, id === "conv-3" ? user : {}) })),
    );
    const find = async () => {
      const { sessions } = await fixture.frozen.list(ACCOUNT, { ...user, limit: 10 });
      return sessions.map(({ session }) => session.id);
    };
    deepEqual(await find(), ["conv-3"]);
    const before = await fixture.calls();
    deepEqual(await find(), ["conv-3"]);
    const after = await fixture.calls();
    const asked = after.map((calls, index) => calls - (before[index] ?? 0));
    deepEqual(asked.toSorted(), [0, 1]);
  },

  "writes nothing if no ticket and no user has changed": async ({ store, rows }) => {
    const session = sessionOf("a", { user: "u_1" });
    await store.commit([writeOf("a", { session })]);
    const before = await rows();
    const renamed = { ...session, assignee: "ann" };
    await store.commit([writeOf("a", { session: renamed, expectedVersion: 1 })]);
    deepEqual(await rows(), before);
    equal(before.length, 1);
  },

  "is filled with the sessions of older objects, which are found meanwhile": async (fixture) => {
    const { store } = fixture;
    const { created, changed, erased, queries } = exampleLists(5);
    const listed = await writeListed(store, created, changed, erased);
    await fixture.forget();
    const named = queries.filter(({ user, ticket }) => user ?? ticket).slice(0, 10);
    await checkLists(store, listed, named);
    await untilCaughtUp(fixture);
    await checkLists(store, listed, named);
  },
} satisfies Record<string, DirectoryCase>;

async function wantedRows(store: Store): Promise<readonly string[]> {
  const { sessions } = await store.list(ACCOUNT, { limit: 1_000 });
  return sessions
    .flatMap(({ session }) => termHashesOf(session).map((hash) => `${hash} ${session.id}`))
    .sort();
}

async function untilCaughtUp({ store, rows, poll }: DirectoryFixture): Promise<void> {
  const wanted = await wantedRows(store);
  for (let polls = 0; (await rows()).join() !== wanted.join(); polls += 1) {
    ok(polls < MAX_POLLS, "the directory does not catch up");
    await poll();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
