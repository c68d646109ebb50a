/**
 * The store's behaviour when Redis is down, does not reply, refuses writes or fails over.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { until } from "../../../../../e2e/support/wait.ts";
import { nextTurn } from "../../async/turns.ts";
import { StoreError } from "../store.ts";
import { ACCOUNT, keyOf, NOW, transitionOf, writeOf } from "../suite/index.ts";
import type { ConnectionLimits } from "./connection.ts";
import { COMMON_KEYS, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, PATIENT, WITHOUT_FILES } from "./testing/open.ts";

const TOLERANCE_MS = 5_000;
/** A replica takes over after it at the earliest. */
const NODE_TIMEOUT_MS = 1_500;
const A = writeOf("a", { transitions: [transitionOf(1)] });

/** It waits for nothing: it fails in the turn of the event loop in which it began. */
async function expectImmediateFailure(work: Promise<unknown>): Promise<void> {
  const failed = work.catch((error: unknown) => error);
  expect(await Promise.race([failed, nextTurn()])).toBeInstanceOf(StoreError);
}

const isBack = (store: RedisStore) =>
  until("the store", () =>
    store.accounts().then(
      () => true,
      () => false,
    ),
  );

const isPrimary = (node: RedisServer) => node.command("ROLE").startsWith("master");

/** Waits until the replica has applied all writes so far: replication is asynchronous. */
async function untilReplicated(cluster: RedisCluster, primary: RedisServer): Promise<void> {
  const offsetOf = (node: RedisServer, field: string) =>
    Number(new RegExp(`^${field}:(\\d+)`, "m").exec(node.command("INFO", "replication"))?.[1]);
  const replica = cluster.replicaOf(primary);
  const written = offsetOf(primary, "master_repl_offset");
  await until("the replica", async () => offsetOf(replica, "slave_repl_offset") >= written);
}

describe("a server", () => {
  let server: RedisServer;
  let store: RedisStore;
  /** Those of the store, which a test may change. */
  let limits: { -readonly [Name in keyof ConnectionLimits]: number };
  beforeEach(async () => {
    // Otherwise a crash may lose the last writes: see docs/redis.md.
    server = await RedisServer.start("--appendfsync", "always");
    limits = { ...PATIENT };
    store = await openRedisStore(server.url, { limits });
  });
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  it("that is killed makes commands fail immediately, and has kept all data after a restart", async () => {
    await store.commit([A]);
    await server.kill();
    await expect(store.load([{ key: keyOf("a"), eventIds: [] }])).rejects.toThrow(StoreError);
    await expectImmediateFailure(store.commit([A]));
    await server.restart();
    await isBack(store);
    const [found] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
    expect(found?.stored?.version).toBe(1);
    expect(await store.history(keyOf("a"), 0, 10)).toHaveLength(1);
  });

  it("that stalls counts as down: the first command times out, later ones fail immediately", async () => {
    server.signal("SIGSTOP");
    limits.replyMs = 300;
    await expect(store.accounts()).rejects.toThrow("no reply in time");
    await expectImmediateFailure(store.accounts());
    limits.replyMs = PATIENT.replyMs;
    server.signal("SIGCONT");
    await isBack(store);
  });

  it("that has lost its script cache gets the scripts again", async () => {
    await store.commit([A]);
    server.command("SCRIPT", "FLUSH");
    expect(await store.commit([writeOf("b")])).toEqual(["committed"]);
  });

  it("notifies every collector of new log entries, also after a restart", async () => {
    const other = await openRedisStore(server.url);
    const notified: string[] = [];
    const unsubscribe = other.onLogChange((account) => notified.push(account));
    const name = { name: ACCOUNT, publishableKeys: [], secretKeys: [], tokenSecrets: [] };
    await store.putAccount({ ...name, createdAt: NOW });
    await until("a subscriber", async () => server.command("PUBSUB", "CHANNELS") !== "");
    await store.commit([A]);
    await until("a notification", async () => notified.length > 0);
    expect(notified).toEqual([ACCOUNT]);
    await server.restart();
    await isBack(other);
    await until("a notification after the reconnect", async () => notified.length > 1);
    await until("the other store", () => store.accounts().catch(() => false as const));
    await store.commit([writeOf("b", { transitions: [transitionOf(1)] })]);
    await until("another notification", async () => notified.length > 2);
    unsubscribe();
    await other.close();
  });

  it("that is out of memory refuses commits, and the liveness watermark stays", async () => {
    await store.heartbeat(NOW, TOLERANCE_MS);
    server.command("CONFIG", "SET", "maxmemory", "1");
    await expect(store.commit([A])).rejects.toThrow(/refuses \(OOM/);
    await expect(store.heartbeat(NOW + 10_000, TOLERANCE_MS)).rejects.toThrow(StoreError);
    server.command("CONFIG", "SET", "maxmemory", "0");
    expect(await store.commit([A])).toEqual(["committed"]);
    expect(await store.heartbeat(NOW + 20_000, TOLERANCE_MS)).toBe(true);
  });

  it("that has too few replicas refuses commits", async () => {
    server.command("CONFIG", "SET", "min-replicas-to-write", "1");
    await expect(store.commit([A])).rejects.toThrow(/refuses \(NOREPLICAS/);
    server.command("CONFIG", "SET", "min-replicas-to-write", "0");
    expect(await store.commit([A])).toEqual(["committed"]);
  });

  it("that cannot be reached is reported in one line that states what to do", async () => {
    await server.kill();
    await expect(openRedisStore(server.url)).rejects.toThrow(
      /^Redis at 127.0.0.1:\d+ cannot be reached \(ECONNREFUSED\): start it, or/,
    );
  });
});

describe("a server that requires a password", () => {
  it("accepts a user with only the permissions that docs/redis.md lists", async () => {
    const server = await RedisServer.start(...WITHOUT_FILES, "--requirepass", "secret");
    const admin = ["--no-auth-warning", "-a", "secret"];
    server.command(
      ...admin,
      ..."ACL SETUSER stillhere on >open -@all ~stillhere:* &stillhere:*".split(" "),
      ..."+@read +@write +@scripting +@connection +@pubsub +time -@dangerous +info".split(" "),
    );
    const url = server.url.replace("//", "//stillhere:open@");
    await expect(openRedisStore(server.url)).rejects.toThrow(/refuses \(NOAUTH/);
    await expect(openRedisStore(url.replace("open", "wrong"))).rejects.toThrow(/refuses/);
    const store = await openRedisStore(url);
    expect(await store.commit([A])).toEqual(["committed"]);
    expect(await store.due(NOW, 1)).toEqual([]);
    expect(await store.heartbeat(NOW, TOLERANCE_MS)).toBe(false);
    expect(await store.checkEviction()).toMatchObject({ mayEvict: false });
    await store.close();
    await server.stop();
  });
});

describe("a cluster", () => {
  it("moves no watermark while a node's memory is full, and keeps all data when a primary dies", async () => {
    const cluster = await RedisCluster.start({ nodeTimeoutMs: PATIENT.replyMs });
    const store = await openRedisStore(cluster.url);
    try {
      const { sessions } = sessionKeys(partitionOf(keyOf("a"), 64), ACCOUNT);
      const victim = cluster.primaryOf(sessions);
      const writes = Array.from({ length: 200 }, (_, index) =>
        writeOf(index === 0 ? "a" : `s_${index}`, { transitions: [transitionOf(1)] }),
      );
      await store.commit(writes);
      await store.heartbeat(Date.now(), TOLERANCE_MS);
      const common = cluster.primaryOf(COMMON_KEYS.livenessWatermark);
      const full = cluster.nodes.find((node) => node !== common && isPrimary(node)) as RedisServer;
      full.command("CONFIG", "SET", "maxmemory", "1");
      await expect(store.heartbeat(Date.now(), TOLERANCE_MS)).rejects.toThrow(/refuses \(OOM/);
      full.command("CONFIG", "SET", "maxmemory", "0");
      await store.heartbeat(Date.now(), TOLERANCE_MS);
      await untilReplicated(cluster, victim);
      // Until now no other node is replaced, however long it stands still.
      cluster.setNodeTimeout(NODE_TIMEOUT_MS);
      await victim.kill();
      await expect(store.heartbeat(Date.now(), TOLERANCE_MS)).rejects.toThrow(StoreError);
      const hadOutage = await until("the cluster", () =>
        store.heartbeat(Date.now(), NODE_TIMEOUT_MS).then(String, () => false as const),
      );
      expect(hadOutage, "the watermark stayed while one primary was down").toBe("true");
      expect(cluster.primaryOf(COMMON_KEYS.livenessWatermark)).toBeDefined();
      const found = await store.load(writes.map(({ key }) => ({ key, eventIds: [] })));
      expect(found.filter(({ stored }) => stored?.version === 1)).toHaveLength(200);
      expect(await store.log(ACCOUNT, 0, 1_000)).toHaveLength(200);
    } finally {
      await store.close();
      await cluster.stop();
    }
  });
});
