/** The search for what is due of an account, in the partitions of a real Redis server. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { TurnShares } from "../../platform/testing/turn-shares.ts";
import { RecordErrors } from "../record-error.ts";
import { ACCOUNT, NOW, writeOf } from "../suite/case.ts";
import { DueRows } from "./due-rows.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

let server: RedisServer;
let store: RedisStore;
beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
  store = await openRedisStore(`${server.url}?partitions=8`);
  const writes = Array.from({ length: 40 }, (_, index) =>
    writeOf(`s_${index}`, { deadlineAt: NOW + index }),
  );
  await store.commit(writes);
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

it("adds the reply of a partition in each turn", async () => {
  const shares = new TurnShares();
  shares.onCall(DueRows.prototype, "add");
  const found = await shares.of(() => store.dueOf(ACCOUNT, NOW + 100, 10));
  expect(found.reduce((sum, share) => sum + share, 0)).toBe(8);
  expect(Math.max(...found)).toBe(1);
});

it("reads a session in each turn, the most overdue first", async () => {
  const shares = new TurnShares();
  shares.onCall(RecordErrors.prototype, "readable");
  const ids: string[] = [];
  const found = await shares.of(async () => {
    for (const { session } of await store.dueOf(ACCOUNT, NOW + 100, 10)) ids.push(session.id);
  });
  expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => `s_${index}`));
  expect(found.reduce((sum, share) => sum + share, 0)).toBe(10);
  expect(Math.max(...found)).toBe(1);
});

it("keeps how far accounts were searched for old epochs in no map that is as large as accounts and partitions", async () => {
  const set = vi.spyOn(Map.prototype, "set");
  for (let index = 0; index < 100; index += 1) {
    expect(await store.notCaughtUp(`account ${index}`, 1, 10)).toEqual([]);
  }
  const sizes = set.mock.contexts.map((map) => (map as Map<unknown, unknown>).size);
  set.mockRestore();
  expect(Math.max(...sizes)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...sizes)).toBeLessThan(400);
});
