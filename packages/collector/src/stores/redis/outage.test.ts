/**
 * What collectors see of a server that is not there, does not answer, or is another one now.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { pause, until } from "../../../../../e2e/support/wait.ts";
import { StoreError } from "../store.ts";
import { ACCOUNT, keyOf, NOW, transitionOf, writeOf } from "../suite/index.ts";
import { COMMON, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import { RedisStore } from "./redis-store.ts";

const TOLERANCE_MS = 5_000;
const A = writeOf("a", { transitions: [transitionOf(1)] });

async function secondsOf(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await expect(work).rejects.toThrow(StoreError);
  return (performance.now() - startedAt) / 1_000;
}

const isBack = (store: RedisStore) =>
  until("the store", () =>
    store.accounts().then(
      () => true,
      () => false,
    ),
  );

describe("a server", () => {
  let server: RedisServer;
  let store: RedisStore;
  beforeEach(async () => {
    // Otherwise a crash may take the last moments with it: see docs/redis.md.
    server = await RedisServer.start("--appendfsync", "always");
    store = await RedisStore.open(server.url);
  });
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  it("that is killed makes commands fail at once, and is found again with all it had", async () => {
    await store.commit([A]);
    await server.kill();
    await secondsOf(store.load([{ key: keyOf("a"), eventIds: [] }]));
    expect(await secondsOf(store.commit([A]))).toBeLessThan(0.1);
    await server.restart();
    await isBack(store);
    const [found] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
    expect(found?.stored?.version).toBe(1);
    expect(await store.history(keyOf("a"), 0, 10)).toHaveLength(1);
  });

  it("that stands still is as one that is gone", async () => {
    server.signal("SIGSTOP");
    expect(await secondsOf(store.accounts())).toBeLessThan(6);
    expect(await secondsOf(store.accounts())).toBeLessThan(0.1);
    server.signal("SIGCONT");
    await isBack(store);
  });

  it("that comes back without our scripts gets them again", async () => {
    await store.commit([A]);
    server.command("SCRIPT", "FLUSH");
    expect(await store.commit([writeOf("b")])).toEqual(["committed"]);
  });

  it("tells every collector of news, also after it was away", async () => {
    const other = await RedisStore.open(server.url);
    const heard: string[] = [];
    const stop = other.onLogChange((account) => heard.push(account));
    const name = { name: ACCOUNT, publishableKeys: [], secretKeys: [], tokenSecrets: [] };
    await store.putAccount({ ...name, createdAt: NOW });
    await until("a listener", async () => server.command("PUBSUB", "CHANNELS") !== "");
    await store.commit([A]);
    await until("news", async () => heard.length > 0);
    expect(heard).toEqual([ACCOUNT]);
    await server.restart();
    await expect(other.accounts()).rejects.toThrow(StoreError);
    await isBack(other);
    await until("news that may have been missed", async () => heard.length > 1);
    await until("the other to be back", () => store.accounts().catch(() => false as const));
    await store.commit([writeOf("b", { transitions: [transitionOf(1)] })]);
    await until("news again", async () => heard.length > 2);
    stop();
    await other.close();
  });

  it("that has no memory left takes nothing, and moves no mark", async () => {
    await store.heartbeat(NOW, TOLERANCE_MS);
    server.command("CONFIG", "SET", "maxmemory", "1");
    await expect(store.commit([A])).rejects.toThrow(/refuses \(OOM/);
    await expect(store.heartbeat(NOW + 10_000, TOLERANCE_MS)).rejects.toThrow(StoreError);
    server.command("CONFIG", "SET", "maxmemory", "0");
    expect(await store.commit([A])).toEqual(["committed"]);
    expect(await store.heartbeat(NOW + 20_000, TOLERANCE_MS)).toBe(true);
  });

  it("that has too few replicas takes nothing", async () => {
    server.command("CONFIG", "SET", "min-replicas-to-write", "1");
    await expect(store.commit([A])).rejects.toThrow(/refuses \(NOREPLICAS/);
    server.command("CONFIG", "SET", "min-replicas-to-write", "0");
    expect(await store.commit([A])).toEqual(["committed"]);
  });

  it("that cannot be reached at all is said in one line", async () => {
    await server.kill();
    await expect(RedisStore.open(server.url)).rejects.toThrow(
      /^Redis at 127.0.0.1:\d+ cannot be reached \(ECONNREFUSED\): start it, or/,
    );
  });
});

describe("a server that wants a password", () => {
  it("lets in who has it, with no more than what is written down", async () => {
    const server = await RedisServer.start("--requirepass", "secret");
    const admin = ["--no-auth-warning", "-a", "secret"];
    server.command(
      ...admin,
      ..."ACL SETUSER stillhere on >open -@all ~stillhere:* &stillhere:*".split(" "),
      ..."+@read +@write +@scripting +@connection +@pubsub +time -@dangerous".split(" "),
    );
    const url = server.url.replace("//", "//stillhere:open@");
    await expect(RedisStore.open(server.url)).rejects.toThrow(/refuses \(NOAUTH/);
    await expect(RedisStore.open(url.replace("open", "wrong"))).rejects.toThrow(/refuses/);
    const store = await RedisStore.open(url);
    expect(await store.commit([A])).toEqual(["committed"]);
    expect(await store.due(NOW, 1)).toEqual([]);
    expect(await store.heartbeat(NOW, TOLERANCE_MS)).toBe(false);
    await store.close();
    await server.stop();
  });
});

describe("a cluster", () => {
  it("goes on after a primary died, and says that nobody was heard", async () => {
    const cluster = await RedisCluster.start();
    const store = await RedisStore.open(cluster.url);
    try {
      const { sessions } = sessionKeys(partitionOf(keyOf("a"), 64), ACCOUNT);
      const victim = cluster.primaryOf(sessions);
      const writes = Array.from({ length: 200 }, (_, index) =>
        writeOf(index === 0 ? "a" : `s_${index}`, { transitions: [transitionOf(1)] }),
      );
      await store.commit(writes);
      await store.heartbeat(Date.now(), TOLERANCE_MS);
      await pause(200);
      await victim.kill();
      await expect(store.heartbeat(Date.now(), TOLERANCE_MS)).rejects.toThrow(StoreError);
      const heard = await until(
        "the cluster",
        () => store.heartbeat(Date.now(), 1_000).then(String, () => false as const),
        30_000,
      );
      expect(heard, "the mark stood still while one of three was away").toBe("true");
      expect(cluster.primaryOf(COMMON.mark)).toBeDefined();
      const found = await store.load(writes.map(({ key }) => ({ key, eventIds: [] })));
      expect(found.filter(({ stored }) => stored?.version === 1)).toHaveLength(200);
      expect(await store.log(ACCOUNT, 0, 1_000)).toHaveLength(200);
    } finally {
      await store.close();
      await cluster.stop();
    }
  }, 90_000);
});
