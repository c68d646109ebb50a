/**
 * Leases that are renewed after a failover that has lost what was answered.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { createSession } from "../../core/session.ts";
import { writeOf } from "../suite/case.ts";
import { RedisStore } from "./redis-store.ts";

const NOW = 1_700_000_000_000;
const ACCOUNT = "shop";

let server: RedisServer;
let store: RedisStore;
let other: RedisStore;

beforeAll(async () => {
  server = await RedisServer.start();
  store = await RedisStore.open(`${server.url}?partitions=1`);
  other = await RedisStore.open(`${server.url}?partitions=1`);
});
afterAll(async () => {
  await store.close();
  await other.close();
  await server.stop();
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
});
