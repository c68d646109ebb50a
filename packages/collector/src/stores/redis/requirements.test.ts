/**
 * What a Redis server must be like to be used.
 */
import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { until } from "../../../../../e2e/support/wait.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, PATIENT, STEADY_CLUSTER, WITHOUT_FILES } from "./testing/open.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(...args: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...WITHOUT_FILES, ...args);
  cleanUps.push(() => server.stop());
  return server;
}

async function open(url: string, options = {}): Promise<RedisStore> {
  const store = await openRedisStore(url, options);
  cleanUps.push(() => store.close());
  return store;
}

describe("the eviction policy", () => {
  it.each(["allkeys-lru", "allkeys-lfu", "allkeys-random"])(
    "%s is refused, before anything is stored",
    async (policy) => {
      const server = await start("--maxmemory-policy", policy);
      await expect(openRedisStore(server.url)).rejects.toThrow(
        `maxmemory-policy ${policy}), and with it what was answered: set maxmemory-policy noeviction.`,
      );
      expect(server.command("GET", "stillhere:{common}:incarnation")).toBe("");
    },
  );

  it.each(["noeviction", "volatile-lru", "volatile-ttl"])("%s is accepted", async (policy) => {
    const server = await start("--maxmemory-policy", policy);
    const store = await open(server.url);
    expect(await store.checkEviction()).toEqual({ mayEvict: false, message: "" });
  });

  it("that is changed later is found", async () => {
    const server = await start();
    const store = await open(server.url);
    server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    expect(await store.checkEviction()).toMatchObject({ mayEvict: true });
  });

  it("is read from INFO where CONFIG is refused, and not known where both are", async () => {
    const server = await start();
    const allow = (name: string, ...more: string[]) => {
      const rules =
        "on >open -@all ~stillhere:* &stillhere:* +@read +@write +@scripting +@connection +@pubsub +time -@dangerous";
      server.command("ACL", "SETUSER", name, ...rules.split(" "), ...more);
      return server.url.replace("//", `//${name}:open@`);
    };
    const informed = await open(allow("informed", "+info"));
    expect(await informed.checkEviction()).toEqual({ mayEvict: false, message: "" });
    const silent = await open(allow("silent"));
    expect(await silent.checkEviction()).toMatchObject({
      mayEvict: null,
      message: expect.stringContaining("(+info)"),
    });
    server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    expect(await informed.checkEviction()).toMatchObject({ mayEvict: true });
    await expect(openRedisStore(allow("informed", "+info"))).rejects.toThrow(
      /set maxmemory-policy noeviction/,
    );
    // Keys can be read nevertheless.
    await open(allow("informed"), { create: false });
  });

  it("of one node of a cluster is refused", async () => {
    const cluster = await RedisCluster.start(STEADY_CLUSTER);
    // Not the node of the first partition.
    const key = "stillhere:{1}:heard";
    expect(cluster.primaryOf(key)).not.toBe(cluster.primaryOf("stillhere:{0}:heard"));
    cleanUps.push(() => cluster.stop());
    cluster.primaryOf(key).command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    // Also where all sessions are on another node: accounts and logs may be on this one.
    await expect(openRedisStore(`${cluster.url}?partitions=1`)).rejects.toThrow(/allkeys-lru/);
    cluster.flush();
    await expect(openRedisStore(cluster.url)).rejects.toThrow(/allkeys-lru/);
    cluster.primaryOf(key).command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    const store = await open(cluster.url);
    expect(await store.checkEviction()).toEqual({ mayEvict: false, message: "" });
  });
});

describe("a Redis that passes no messages on", () => {
  const LINE = /^This Redis passes no messages on \(.*\), which streams and webhooks need: use/;

  it.each(["SUBSCRIBE", "PUBLISH"])("(no %s) is refused in one line", async (command) => {
    const server = await start("--rename-command", command, "");
    await expect(openRedisStore(server.url)).rejects.toThrow(LINE);
  });

  it("(a user without permission) is refused in one line", async () => {
    const server = await start();
    const rules = "on >open -@all ~stillhere:* +@read +@write +@scripting +@connection +time";
    server.command("ACL", "SETUSER", "quiet", ...rules.split(" "));
    await expect(openRedisStore(server.url.replace("//", "//quiet:open@"))).rejects.toThrow(LINE);
  });

  it("(a proxy that accepts a subscription and forwards none) is refused in one line", async () => {
    const server = await start();
    const proxy = createServer((near) => {
      const far = connect(server.port, "127.0.0.1");
      near.on("data", (chunk) => {
        const [, channel] = /subscribe\r\n\$\d+\r\n(\S+)/.exec(chunk.toString()) ?? [];
        if (channel === undefined) far.write(chunk);
        else near.write(`*3\r\n$9\r\nsubscribe\r\n$${channel.length}\r\n${channel}\r\n:1\r\n`);
      });
      far.on("data", (chunk) => near.write(chunk));
      for (const socket of [near, far]) {
        socket.on("error", () => {});
        socket.on("close", () => [near, far].map((each) => each.destroy()));
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    cleanUps.push(() => proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const limits = { ...PATIENT, echoMs: 200 };
    await expect(openRedisStore(`redis://127.0.0.1:${port}`, { limits })).rejects.toThrow(LINE);
  });

  it("is one that is checked without a subscription that stays", async () => {
    const server = await start();
    await open(server.url);
    await until(
      "the end of the subscription",
      async () => server.command("PUBSUB", "CHANNELS") === "",
    );
  });
});
