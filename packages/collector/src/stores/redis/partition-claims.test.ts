/**
 * Claims of several collectors that share the partitions of one server.
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

it("one collector holds all partitions, and shares them when others register", async () => {
  const names = ["ann", "bob", "eve"];
  const [first, ...others] = names.map((name) => new PartitionClaims(connection, 64, name));
  expect(sorted((await first?.current()) ?? [])).toEqual(ALL);
  for (const other of others) await other.current();
  let held: (readonly number[])[] = [];
  // The first releases partitions when it renews; the others then claim what is free.
  for (let round = 0; round < 4; round += 1) {
    await pause(510);
    held = [];
    for (const each of [first, ...others]) held.push((await each?.current()) ?? []);
  }
  expect(sorted(held.flat())).toEqual(ALL);
  for (const partitions of held) expect(partitions.length).toBeLessThanOrEqual(22);
});

it("the partitions of a crashed collector go to another once their claims expire", async () => {
  const crashed = new PartitionClaims(connection, 64, "crashed");
  await crashed.current();
  const successor = new PartitionClaims(connection, 64, "successor");
  expect(await successor.current()).toEqual([]);
  await pause(CLAIM_MS + 50);
  expect(sorted(await successor.current())).toEqual(ALL);
  // It was only stalled, and learns that it has lost its claims.
  expect((await crashed.current()).length).toBeLessThanOrEqual(32);
  expect(server.command("GET", partitionKeys(0).claim)).toBe("successor");
});

it("a collector that shuts down in order leaves no claims to wait for", async () => {
  const first = new PartitionClaims(connection, 64, "first");
  await first.current();
  await first.release();
  expect(sorted(await new PartitionClaims(connection, 64, "second").current())).toEqual(ALL);
});

it("refuses to open with another number of partitions than the first start", async () => {
  const store = await RedisStore.open(`${server.url}?partitions=16`);
  await store.close();
  await expect(RedisStore.open(server.url)).rejects.toThrow(StoreError);
  await expect(RedisStore.open(server.url)).rejects.toThrow(/\?partitions=16/);
});
