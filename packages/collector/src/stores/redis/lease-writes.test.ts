/**
 * Leases that are renewed: after a failover that has lost what was answered, and what that costs.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { createSession } from "../../core/session.ts";
import { writeOf } from "../suite/case.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

const NOW = 1_700_000_000_000;
const ACCOUNT = "shop";

let server: RedisServer;
let all: RedisServer;
let store: RedisStore;
let other: RedisStore;

beforeAll(async () => {
  [server, all] = await Promise.all([
    RedisServer.start(...WITHOUT_FILES),
    RedisServer.start(...WITHOUT_FILES),
  ]);
  store = await openRedisStore(`${server.url}?partitions=1`);
  other = await openRedisStore(`${server.url}?partitions=1`);
});
afterAll(async () => {
  await store.close();
  await other.close();
  await Promise.all([server.stop(), all.stop()]);
});

const PAGE = { gen: 0, seq: 1, visibility: "visible", leaseMs: 15_000, left: false } as const;

/** A write of the session with one page. */
function write(page: string, expectedVersion: number) {
  const pages = [{ ...PAGE, id: page, leaseUntil: NOW + 15_000 }];
  const session = {
    ...createSession({ id: "s", channel: "web_widget" }, NOW),
    pages,
    presence: "online" as const,
    heardAt: NOW,
  };
  return writeOf("s", { session, expectedVersion, deadlineAt: NOW + 15_000 });
}

const KEY = { account: ACCOUNT, id: "s" };
const RECORDS = "stillhere:{0}:sessions:shop";

describe("a lease", () => {
  it("is a conflict where a failover lost commits and the expected version is another session's", async () => {
    await store.commit([write("a", 0)]);
    const before = server.command("HGET", RECORDS, "s");
    await store.commit([write("a", 1)]);
    const [found] = await store.load([{ key: KEY, eventIds: [] }]);
    const renewal = { seq: 2, leaseUntil: NOW + 20_000, deadlineAt: NOW + 20_000 };
    const lease = { number: found?.number ?? 0, expectedVersion: 2, ...renewal };
    // The primary died, its replica lacks the last commit, and another collector commits first.
    server.command("HSET", RECORDS, "s", before);
    expect(await other.commit([write("b", 1)])).toEqual(["committed"]);
    expect(await store.renew([lease])).toEqual(["conflict"]);
    const [reloaded] = await store.load([{ key: KEY, eventIds: [] }]);
    expect(reloaded?.stored?.session.pages).toMatchObject([{ id: "b", seq: 1 }]);
    // After it was loaded again it can be renewed.
    const { number = 0 } = reloaded ?? {};
    expect(await store.renew([{ ...lease, number }])).toEqual(["committed"]);
  });

  it("is renewed by the same three commands where its session was loaded, and where it is cached", async () => {
    const key = { account: ACCOUNT, id: "cost" };
    const session = { ...write("a", 0).session, id: "cost" };
    const created = writeOf("cost", { session, expectedVersion: 0, deadlineAt: NOW + 15_000 });
    await store.commit([created]);
    const renewal = { seq: 2, leaseUntil: NOW + 20_000 };
    const deadlineAt = renewal.leaseUntil;
    const loaded = { ...created, expectedVersion: 1, kind: "lease", renewal, deadlineAt } as const;
    expect(await store.commit([{ ...loaded, expectedVersion: 9 }])).toEqual(["conflict"]);
    expect(await commandsOf(() => store.commit([loaded]))).toEqual(RENEWAL);
    const [found] = await store.load([{ key, eventIds: [] }]);
    const number = found?.number ?? 0;
    const cached = { number, expectedVersion: 2, seq: 3, leaseUntil: NOW + 25_000, deadlineAt };
    expect(await commandsOf(() => store.renew([cached]))).toEqual(RENEWAL);
    const [renewed] = await store.load([{ key, eventIds: [] }]);
    expect(renewed?.stored?.session.pages).toMatchObject([{ seq: 3, leaseUntil: NOW + 25_000 }]);
  });
});

it("a heartbeat probes all partitions of a server in one call", async () => {
  const many = await openRedisStore(`${all.url}?partitions=64`);
  await many.heartbeat(NOW, 5_000);
  const commands = await commandsOf(() => many.heartbeat(NOW, 5_000), all);
  expect(commands).toMatchObject({ evalsha: 2, hset: 64 });
  await many.close();
});

/** A session's record is read and written, and its deadline; no key is asked for its type. */
const RENEWAL = { evalsha: 1, hget: 1, zadd: 1, hset: 1 };

/** How often the server runs which commands meanwhile; scripts that it does not know yet are loaded before. */
async function commandsOf(work: () => Promise<unknown>, of = server) {
  of.command("CONFIG", "RESETSTAT");
  await work();
  const stats = of.command("INFO", "commandstats").matchAll(/cmdstat_([^:|]+)\S*:calls=(\d+)/g);
  const counts = Object.fromEntries([...stats].map(([, name, calls]) => [name, Number(calls)]));
  delete counts["config"];
  delete counts["info"];
  return counts;
}
