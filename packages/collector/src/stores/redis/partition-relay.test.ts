/**
 * Transitions on their way from where they were committed to the account's log, whatever comes
 * between.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { pause } from "../../../../../e2e/support/wait.ts";
import { ACCOUNT, keyOf, NOW, transitionOf, writeOf } from "../suite/index.ts";
import { parseRedisAddress } from "./address.ts";
import { Connection } from "./connection.ts";
import { accountKeys, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import { PartitionRelay } from "./partition-relay.ts";
import { RedisStore } from "./redis-store.ts";
import { Sessions } from "./sessions.ts";

const KEY = keyOf("a");
const PARTITION = partitionOf(KEY, 64);
const { outbox } = sessionKeys(PARTITION, ACCOUNT);
const { moved, log } = accountKeys(ACCOUNT);

let server: RedisServer;
let connection: Connection;
let store: RedisStore;
/** Commits as a collector does that dies before it brings anything to the log. */
let dying: Sessions;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.command("FLUSHALL");
  connection = await Connection.open(parseRedisAddress(server.url));
  const dead = { append: async () => {} } as unknown as PartitionRelay;
  dying = new Sessions(connection, dead, 64);
  store = await RedisStore.open(server.url);
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

it("takes an entry once, however often it is brought", async () => {
  await store.commit([write(0, 1, 2)]);
  const relay = new PartitionRelay(connection);
  await relay.catchUp(ACCOUNT, PARTITION);
  const entries = server.command("LRANGE", outbox, "0", "-1").split("\n");
  expect(entries).toHaveLength(4);
  const again = { track: "l", session: "a", text: "not looked at" };
  const number = (line = "") => Number.parseInt(line, 10);
  await relay.append(ACCOUNT, [
    {
      partition: PARTITION,
      before: 0,
      entries: [
        { ...again, number: number(entries[0]), seq: 1 },
        { ...again, number: number(entries[2]), seq: 2 },
      ],
    },
  ]);
  expect(await seqs()).toBe("1 2");
});

it("brings what a collector that died left, before what comes after", async () => {
  await dying.commit([write(0, 1, 2)]);
  expect(await seqs()).toBe("");
  await store.commit([write(1, 3)]);
  expect(await seqs()).toBe("1 2 3");
});

it("brings what a collector that died left where nothing comes after", async () => {
  await dying.commit([write(0, 1)]);
  await store.due(NOW, 1);
  expect(await seqs()).toBe("1");
});

it("brings more than is read at a time", async () => {
  const all = Array.from({ length: 1_200 }, (_, index) => index + 1);
  for (const [version, seq] of all.entries()) await dying.commit([write(version, seq)]);
  await store.due(NOW, 1);
  expect((await store.history(KEY, 0, 2_000)).map(({ transition }) => transition.seq)).toEqual(all);
});

it("brings again what a log has lost", async () => {
  await store.commit([write(0, 1)]);
  const before = server.command("HGET", moved, String(PARTITION));
  const [first] = await store.log(ACCOUNT, 0, 1);
  await store.commit([write(1, 2, 3)]);
  const [, second] = await store.log(ACCOUNT, 0, 2);
  // As a replica has it that takes over before it heard of the last two.
  server.command("XTRIM", log, "MAXLEN", "1");
  server.command("XDEL", log, `${(await store.log(ACCOUNT, 0, 1))[0]?.cursor}-0`);
  server.command("DEL", accountKeys(ACCOUNT).index);
  server.command("HSET", moved, String(PARTITION), before, "#", String(first?.cursor));
  await store.due(NOW, 1);
  expect(await seqs()).toBe("2 3");
  const [again] = await store.log(ACCOUNT, 0, 1);
  expect(again?.cursor).toBeGreaterThan(second?.cursor ?? 0);
});

it("says where a reader goes on who had what came again", async () => {
  await dying.commit([write(0, 1)]);
  const committed = Number.parseInt(server.command("LINDEX", outbox, "0"), 10);
  await pause(1_100);
  await store.commit([writeOf("other", { transitions: [transitionOf(1)] })]);
  await store.due(NOW, 1);
  const [other, late] = await store.log(ACCOUNT, 0, 2);
  expect(late?.session).toBe("a");
  // It may have been there before the other was.
  const [found] = await store.history(KEY, 0, 1);
  expect(found?.resumeCursor).toBeLessThan(Math.min(other?.cursor ?? 0, committed / 10));
  const [prompt] = await store.history(keyOf("other"), 0, 1);
  expect(prompt?.resumeCursor).toBeUndefined();
});

it("replaces transitions that their session has lost", async () => {
  await store.commit([write(0, 1, 2, 3)]);
  const told = await store.log(ACCOUNT, 0, 3);
  // As if the partition had come back without the last commits: number 2 is another one now.
  const lost = { ...transitionOf(2), cause: "leave" } as const;
  await store.commit([writeOf("a", { expectedVersion: 1, transitions: [lost] })]);
  const history = await store.history(KEY, 0, 10);
  expect(history.map(({ transition }) => [transition.seq, transition.cause])).toEqual([
    [1, "signal"],
    [2, "leave"],
  ]);
  // Who was told the lost one goes on from where that was.
  expect(history[1]?.resumeCursor).toBe(told[1]?.cursor);
});

it("keeps out what is still on its way when its session is erased", async () => {
  await dying.commit([write(0, 1)]);
  expect(await store.erase(KEY)).toBe(true);
  await store.due(NOW, 1);
  expect(await seqs()).toBe("");
  // Another of the same name is not kept out.
  await store.commit([write(0, 1)]);
  expect(await seqs()).toBe("1");
});

it("erases the rest of a session where an earlier attempt got half way", async () => {
  await store.commit([write(0, 1)]);
  const { sessions } = sessionKeys(PARTITION, ACCOUNT);
  server.command("HDEL", sessions, "a");
  expect(await store.erase(KEY)).toBe(true);
  expect(await seqs()).toBe("");
});
