/**
 * The conformance cases against a real Redis server and a real cluster.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { clockConformanceCases } from "../../suite/clock.ts";
import { mergeConformanceCases, OLD, SURVIVOR } from "../../suite/merges.ts";
import { trimmingConformanceCases } from "../../suite/trimming.ts";
import type { Store } from "../store.ts";
import { conformanceCases } from "../suite/index.ts";
import { outboxConformanceCases } from "../suite/outbox.ts";
import { partitionKeys } from "./keys.ts";
import { DEFAULT_PARTITIONS, partitionOf } from "./partition.ts";
import { RedisStore } from "./redis-store.ts";

const opened: Store[] = [];

async function open(url: string): Promise<Store> {
  const store = await RedisStore.open(url);
  opened.push(store);
  return store;
}

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

const CASES = [
  ...conformanceCases,
  ...outboxConformanceCases,
  ...clockConformanceCases,
  ...mergeConformanceCases,
  ...trimmingConformanceCases,
].map((each) => [each.name, each] as const);

describe("a server", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  it("gets another incarnation once the key of the last one is deleted", async () => {
    const before = await (await open(server.url)).incarnation();
    server.command("DEL", "stillhere:{common}:incarnation");
    const after = await (await open(server.url)).incarnation();
    expect(after).toMatch(/^[a-z]{8}$/);
    expect(after).not.toBe(before);
  });

  it.for(CASES)("%s", async ([_, each], { skip }) => {
    server.command("FLUSHALL");
    const outcome = await each.run(
      () => open(server.url),
      () => open(server.url),
    );
    if (outcome) skip(outcome.skipped);
  });
});

describe("a cluster", () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  });
  afterAll(() => cluster.stop());

  it("has the two sessions of a merge on two servers", () => {
    const [old, survivor] = [OLD, SURVIVOR].map((key) => {
      const { due } = partitionKeys(partitionOf(key, DEFAULT_PARTITIONS));
      return cluster.primaryOf(due).port;
    });
    expect(old).not.toBe(survivor);
  });

  it.for(CASES)("%s", async ([_, each], { skip }) => {
    cluster.flush();
    const outcome = await each.run(
      () => open(cluster.url),
      () => open(cluster.url),
    );
    if (outcome) skip(outcome.skipped);
  });
});
