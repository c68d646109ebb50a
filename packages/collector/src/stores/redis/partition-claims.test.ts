/**
 * Several collectors that share the partitions of one server.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { StoreError } from "../store.ts";
import { parseRedisAddress } from "./address.ts";
import { Connection } from "./connection.ts";
import { partitionKeys } from "./keys.ts";
import { CLAIM_MS, PartitionClaims } from "./partition-claims.ts";
import { RedisStore } from "./redis-store.ts";

let server: RedisServer;
let connection: Connection;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.command("FLUSHALL");
  connection = await Connection.open(parseRedisAddress(server.url));
});
afterEach(() => connection.close());

const ALL = Array.from({ length: 64 }, (_, partition) => partition);
const sorted = (partitions: readonly number[]) => [...partitions].sort((a, b) => a - b);

it("one has all partitions, and shares them when others come", async () => {
  const names = ["ann", "bob", "eve"];
  const [first, ...others] = names.map((name) => new PartitionClaims(connection, 64, name));
  expect(sorted((await first?.current()) ?? [])).toEqual(ALL);
  for (const other of others) await other.current();
  let held: (readonly number[])[] = [];
  // The first lets go when it renews; the others take what is free when they do.
  for (let round = 0; round < 4; round += 1) {
    await pause(510);
    held = [];
    for (const each of [first, ...others]) held.push((await each?.current()) ?? []);
  }
  expect(sorted(held.flat())).toEqual(ALL);
  for (const partitions of held) expect(partitions.length).toBeLessThanOrEqual(22);
});

it("what one that died had goes to another once the claim runs out", async () => {
  const dead = new PartitionClaims(connection, 64, "dead");
  await dead.current();
  const heir = new PartitionClaims(connection, 64, "heir");
  expect(await heir.current()).toEqual([]);
  await pause(CLAIM_MS + 50);
  expect(sorted(await heir.current())).toEqual(ALL);
  // It was only asleep, and learns that nothing is its own any more.
  expect((await dead.current()).length).toBeLessThanOrEqual(32);
  expect(server.command("GET", partitionKeys(0).claim)).toBe("heir");
});

it("one that leaves in order leaves nothing to wait for", async () => {
  const first = new PartitionClaims(connection, 64, "first");
  await first.current();
  await first.release();
  expect(sorted(await new PartitionClaims(connection, 64, "second").current())).toEqual(ALL);
});

it("refuses another number of partitions than sessions are spread over", async () => {
  const store = await RedisStore.open(`${server.url}?partitions=16`);
  await store.close();
  await expect(RedisStore.open(server.url)).rejects.toThrow(StoreError);
  await expect(RedisStore.open(server.url)).rejects.toThrow(/\?partitions=16/);
});
