/**
 * The conformance cases against a real Redis server and a real cluster.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { until } from "../../../../../e2e/support/wait.ts";
import { clockConformanceCases } from "../../suite/clock.ts";
import { deskMergeConformanceCases } from "../../suite/desk-merges.ts";
import { mergeConformanceCases, OLD, SURVIVOR } from "../../suite/merges.ts";
import { parkingConformanceCases } from "../../suite/parking.ts";
import { refusalConformanceCases } from "../../suite/refusals.ts";
import { traceConformanceCases } from "../../suite/traces.ts";
import { trimmingConformanceCases } from "../../suite/trimming.ts";
import type { Store } from "../store.ts";
import { ACCOUNT, conformanceCases, NOW, transitionOf, writeOf } from "../suite/index.ts";
import { outboxConformanceCases } from "../suite/outbox.ts";
import { LOG_CHANNEL, partitionKeys } from "./keys.ts";
import { DEFAULT_PARTITIONS, partitionOf } from "./partition.ts";
import { openRedisStore, STEADY_CLUSTER, WITHOUT_FILES } from "./testing/open.ts";

const opened: Store[] = [];

async function open(url: string): Promise<Store> {
  const store = await openRedisStore(url);
  opened.push(store);
  return store;
}

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

/** As a server does with a connection whose messages are not read fast enough. */
async function expectNotifiedAgain(nodes: readonly RedisServer[], url: string): Promise<void> {
  const [store, other] = [await open(url), await open(url)];
  const notified: string[] = [];
  other.onLogChange?.((account) => notified.push(account));
  const subscribers = () =>
    nodes.reduce(
      (sum, node) => sum + Number(node.command("PUBSUB", "NUMSUB", LOG_CHANNEL).split("\n")[1]),
      0,
    );
  await until("a subscriber", async () => subscribers() === 1);
  for (const node of nodes) node.command("CLIENT", "KILL", "TYPE", "pubsub");
  await until("another connection", async () => subscribers() === 1);
  let count = 0;
  await until("a notification", async () => {
    count += 1;
    await store.commit([writeOf(`s_${count}`, { transitions: [transitionOf(1)] })]);
    return notified.includes(ACCOUNT);
  });
}

const CASES = [
  ...conformanceCases,
  ...outboxConformanceCases,
  ...clockConformanceCases,
  ...mergeConformanceCases,
  ...traceConformanceCases,
  ...deskMergeConformanceCases,
  ...parkingConformanceCases,
  ...refusalConformanceCases,
  ...trimmingConformanceCases,
].map((each) => [each.name, each] as const);

describe("a server", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start(...WITHOUT_FILES);
  });
  afterAll(() => server.stop());

  it("gets another incarnation once the key of the last one is deleted", async () => {
    const before = await (await open(server.url)).incarnation();
    server.command("DEL", "stillhere:{common}:incarnation");
    const after = await (await open(server.url)).incarnation();
    expect(after).toMatch(/^[a-z]{8}$/);
    expect(after).not.toBe(before);
  });

  it("notifies of log entries again after it closed the connection for messages alone", async () => {
    server.command("FLUSHALL");
    await expectNotifiedAgain([server], server.url);
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
    cluster = await RedisCluster.start(STEADY_CLUSTER);
  });
  afterAll(() => cluster.stop());

  it("notifies of log entries again after it closed the connection for messages alone", async () => {
    cluster.flush();
    await expectNotifiedAgain(cluster.nodes, cluster.url);
  });

  it("counts as an outage while one of its slots is moved, for scripts fail there", async () => {
    cluster.flush();
    const store = await open(cluster.url);
    expect(await store.heartbeat(NOW, 5_000)).toBe(false);
    const [from, to] = [7, 8, 9, 10, 11, 12]
      .map((partition) => cluster.primaryOf(partitionKeys(partition).writeProbe))
      .filter((node, index, nodes) => nodes.indexOf(node) === index) as [RedisServer, RedisServer];
    const slot = from.command("CLUSTER", "KEYSLOT", partitionKeys(7).writeProbe);
    to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", from.command("CLUSTER", "MYID"));
    from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", to.command("CLUSTER", "MYID"));
    const during = store.heartbeat(NOW + 10_000, 5_000);
    await expect(during).rejects.toThrow(/refuses \(TRYAGAIN/);
    // The others are asked by the same connection as before.
    expect(await store.accounts()).toEqual([]);
    for (const node of [from, to]) node.command("CLUSTER", "SETSLOT", slot, "STABLE");
    expect(await store.heartbeat(NOW + 10_000, 5_000)).toBe(true);
  });

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
