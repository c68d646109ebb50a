/**
 * Claims of several collectors that share the partitions of one server.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { until } from "../../../../../e2e/support/wait.ts";
import { StoreError } from "../store.ts";
import type { Connection } from "./connection.ts";
import { partitionKeys } from "./keys.ts";
import { CLAIM_MS, PartitionClaims } from "./partition-claims.ts";
import { openConnection, openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

let server: RedisServer;
let connection: Connection;

beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.command("FLUSHALL");
  connection = await openConnection(server.url);
});
afterEach(() => connection.close());

const ALL = Array.from({ length: 64 }, (_, partition) => partition);
const sorted = (partitions: readonly number[]) => [...partitions].sort((a, b) => a - b);

/** Runs work again that took so long that claims may have expired meanwhile: the machine was busy. */
async function whileClaimsLast<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const startedAt = performance.now();
    const result = await work();
    if (performance.now() - startedAt < CLAIM_MS) return result;
  }
}

it("one collector holds all partitions, and shares them when others register", async () => {
  const names = ["ann", "bob", "eve"];
  const [first, ...others] = names.map((name) => new PartitionClaims(connection, 64, name));
  expect(sorted((await first?.current()) ?? [])).toEqual(ALL);
  for (const other of others) await other.current();
  // The first releases partitions when it renews; the others then claim what is free.
  await until("a share for each", async () => {
    const held: (readonly number[])[] = [];
    for (const each of [first, ...others]) held.push((await each?.current()) ?? []);
    const isShared = held.every((partitions) => partitions.length <= 22);
    return isShared && sorted(held.flat()).join() === ALL.join();
  });
});

it("the partitions of a crashed collector go to another once their claims expire", async () => {
  const claimsOf = (name: string) => new PartitionClaims(connection, 64, name);
  const { crashed, successor, early } = await whileClaimsLast(async () => {
    server.command("FLUSHALL");
    const [crashed, successor] = [claimsOf("crashed"), claimsOf("successor")];
    await crashed.current();
    return { crashed, successor, early: await successor.current() };
  });
  expect(early).toEqual([]);
  await until(
    "the end of the claims",
    async () => sorted(await successor.current()).join() === ALL.join(),
  );
  // It was only stalled, and learns that it has lost its claims.
  const { held, owners } = await whileClaimsLast(async () => {
    await successor.current();
    const held = await crashed.current();
    const claims = ALL.map((partition) => partitionKeys(partition).claim);
    return { held, owners: server.command("MGET", ...claims).split("\n") };
  });
  expect(held.length).toBeLessThanOrEqual(32);
  expect(sorted(held)).toEqual(ALL.filter((partition) => owners[partition] === "crashed"));
});

it("a collector that shuts down in order leaves no claims to wait for", async () => {
  const released = await whileClaimsLast(async () => {
    server.command("FLUSHALL");
    const first = new PartitionClaims(connection, 64, "first");
    await first.current();
    await first.release();
    return new PartitionClaims(connection, 64, "second").current();
  });
  expect(sorted(released)).toEqual(ALL);
});

it("refuses to open with another number of partitions than the first start", async () => {
  const store = await openRedisStore(`${server.url}?partitions=16`);
  await store.close();
  await expect(openRedisStore(server.url)).rejects.toThrow(StoreError);
  await expect(openRedisStore(server.url)).rejects.toThrow(/\?partitions=16/);
});
