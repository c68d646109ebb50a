/**
 * The relay of transitions from the partitions' relay queues to the account's log, despite crashes,
 * failovers and erasure.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { pause, until } from "../../../../../e2e/support/wait.ts";
import { RecordErrors } from "../record-error.ts";
import { ACCOUNT, keyOf, NOW, transitionOf, writeOf } from "../suite/index.ts";
import { Connection } from "./connection.ts";
import { accountKeys, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import { PartitionRelay } from "./partition-relay.ts";
import type { RedisStore } from "./redis-store.ts";
import { ERASE_HISTORY } from "./scripts/erase-history.ts";
import { Sessions } from "./sessions.ts";
import { openConnection, openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

const KEY = keyOf("a");
const PARTITION = partitionOf(KEY, 64);
const { relayQueue } = sessionKeys(PARTITION, ACCOUNT);
const { moved, log } = accountKeys(ACCOUNT);

let server: RedisServer;
let connection: Connection;
let store: RedisStore;
/** Commits like a collector that crashes before it relays anything to the log. */
let crashing: Sessions;

beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.command("FLUSHALL");
  connection = await openConnection(server.url);
  const noRelay = { append: async () => {} } as unknown as PartitionRelay;
  crashing = new Sessions(connection, noRelay, 64);
  store = await openRedisStore(server.url);
});
afterEach(async () => {
  await store.close();
  connection.close();
});

const write = (version: number, ...seqs: number[]) =>
  writeOf("a", { expectedVersion: version, transitions: seqs.map(transitionOf) });

async function seqs(): Promise<string> {
  const entries = await store.log(ACCOUNT, 0, 1_000);
  return entries.map(({ transition }) => transition.seq).join(" ");
}

it("appends an entry to the log once, however often it is relayed", async () => {
  await store.commit([write(0, 1, 2)]);
  const relay = new PartitionRelay(connection, new RecordErrors());
  await relay.catchUp(ACCOUNT, PARTITION);
  const entries = server.command("LRANGE", relayQueue, "0", "-1").split("\n");
  expect(entries).toHaveLength(4);
  const repeated = { track: "l", session: "a", text: "ignored" };
  const number = (line = "") => Number.parseInt(line, 10);
  await relay.append(ACCOUNT, [
    {
      partition: PARTITION,
      previousNumber: 0,
      entries: [
        { ...repeated, number: number(entries[0]), seq: 1 },
        { ...repeated, number: number(entries[2]), seq: 2 },
      ],
    },
  ]);
  expect(await seqs()).toBe("1 2");
});

it("relays the entries of a crashed collector before later ones", async () => {
  await crashing.commit([write(0, 1, 2)]);
  expect(await seqs()).toBe("");
  await store.commit([write(1, 3)]);
  expect(await seqs()).toBe("1 2 3");
});

it("relays the entries of a crashed collector without a later commit", async () => {
  await crashing.commit([write(0, 1)]);
  await store.due(NOW, 1);
  expect(await seqs()).toBe("1");
});

it("relays more entries than one page", async () => {
  const all = Array.from({ length: 1_200 }, (_, index) => index + 1);
  for (const [version, seq] of all.entries()) await crashing.commit([write(version, seq)]);
  await store.due(NOW, 1);
  expect((await store.history(KEY, 0, 2_000)).map(({ transition }) => transition.seq)).toEqual(all);
});

it("appends again the entries that a log has lost", async () => {
  await store.commit([write(0, 1)]);
  const before = server.command("HGET", moved, String(PARTITION));
  const [first] = await store.log(ACCOUNT, 0, 1);
  await store.commit([write(1, 2, 3)]);
  const [, second] = await store.log(ACCOUNT, 0, 2);
  // The state of a replica that takes over before the last two entries reached it.
  server.command("XTRIM", log, "MAXLEN", "1");
  server.command("XDEL", log, `${(await store.log(ACCOUNT, 0, 1))[0]?.cursor}-0`);
  server.command("DEL", accountKeys(ACCOUNT).index);
  server.command("HSET", moved, String(PARTITION), before, "#", String(first?.cursor));
  await store.due(NOW, 1);
  expect(await seqs()).toBe("2 3");
  const [again] = await store.log(ACCOUNT, 0, 1);
  expect(again?.cursor).toBeGreaterThan(second?.cursor ?? 0);
});

it("keeps entries that are in the log for 30 s, in case the log loses them, and no longer", async () => {
  await store.commit([write(0, 1)]);
  const entry = server.command("LRANGE", relayQueue, "0", "-1");
  // An entry of more than 30 s ago: numbers are microseconds, and age is measured in whole seconds.
  const before = Number.parseInt(entry, 10) - 31_000_000;
  server.command("LPUSH", relayQueue, entry.replace(/^\d+/, String(before)));
  const relay = new PartitionRelay(connection, new RecordErrors());
  await relay.maintain([PARTITION]);
  expect(server.command("LRANGE", relayQueue, "0", "-1")).toBe(entry);
});

it("gives a late entry a resume cursor for readers that already have it", async () => {
  await crashing.commit([write(0, 1)]);
  const committed = Number.parseInt(server.command("LINDEX", relayQueue, "0"), 10);
  await pause(1_100);
  await store.commit([writeOf("other", { transitions: [transitionOf(1)] })]);
  await store.due(NOW, 1);
  const [other, late] = await store.log(ACCOUNT, 0, 2);
  expect(late?.session).toBe("a");
  // It may have been in the log before the other entry.
  const [found] = await store.history(KEY, 0, 1);
  expect(found?.resumeCursor).toBeLessThan(Math.min(other?.cursor ?? 0, committed / 10));
  // Where the machine stalls between its commit and the log, another entry is late, too.
  let count = 0;
  await until("an entry that is not late", async () => {
    count += 1;
    await store.commit([writeOf(`prompt ${count}`, { transitions: [transitionOf(1)] })]);
    const [prompt] = await store.history(keyOf(`prompt ${count}`), 0, 1);
    return prompt && prompt.resumeCursor === undefined;
  });
});

it("replaces transitions that their session has lost in a failover", async () => {
  await store.commit([write(0, 1, 2, 3)]);
  const before = await store.log(ACCOUNT, 0, 3);
  // As if the partition came back without the last commits: seq 2 is another transition now.
  const lost = { ...transitionOf(2), cause: "leave" } as const;
  await store.commit([writeOf("a", { expectedVersion: 1, transitions: [lost] })]);
  const history = await store.history(KEY, 0, 10);
  expect(history.map(({ transition }) => [transition.seq, transition.cause])).toEqual([
    [1, "signal"],
    [2, "leave"],
  ]);
  // Readers that have the lost transition continue from its cursor.
  expect(history[1]?.resumeCursor).toBe(before[1]?.cursor);
});

it("rejects entries in the relay queue whose session was erased", async () => {
  await crashing.commit([write(0, 1)]);
  expect(await store.erase(KEY)).toBe(true);
  await store.due(NOW, 1);
  expect(await seqs()).toBe("");
  // A new session with the same id is accepted.
  await store.commit([write(0, 1)]);
  expect(await seqs()).toBe("1");
});

it("names an erased session by a hash, for eight days", async () => {
  await crashing.commit([write(0, 1)]);
  await store.erase(KEY);
  const { erased } = accountKeys(ACCOUNT);
  const [name = "", ...others] = server.command("ZRANGE", erased, "0", "-1").split("\n");
  expect([name, others]).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), []]);
  const leftMs = Number(server.command("PTTL", erased));
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(8 * 86_400_000);
});

it("erases a long history in parts, and reads and prunes any part of it", async () => {
  const all = Array.from({ length: 1_200 }, (_, index) => index + 1);
  await store.commit([write(0, ...all)]);
  const history = async (after: number, limit: number) =>
    (await store.history(KEY, after, limit)).map(({ transition }) => transition.seq);
  expect(await history(0, 1_500)).toEqual(all);
  expect(await history(598, 3)).toEqual([599, 600, 601]);
  expect(await history(1_200, 3)).toEqual([]);
  expect(await store.prune(ACCOUNT, NOW + 1_000_000, 100)).toBe(100);
  expect(await history(0, 2)).toEqual([101, 102]);
  const run = vi.spyOn(Connection.prototype, "run");
  expect(await store.erase(KEY)).toBe(true);
  expect(run.mock.calls.filter(([script]) => script === ERASE_HISTORY)).toHaveLength(3);
  run.mockRestore();
  expect(await seqs()).toBe("");
  expect(await history(0, 10)).toEqual([]);
});

it("erases the rest of a session after an earlier attempt that stopped half way", async () => {
  await store.commit([write(0, 1)]);
  const { sessions } = sessionKeys(PARTITION, ACCOUNT);
  server.command("HDEL", sessions, "a");
  expect(await store.erase(KEY)).toBe(true);
  expect(await seqs()).toBe("");
});
