/**
 * Lists of a real Redis server: generated ones, and more sessions than a leaf of changes has room for.
 */
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { ACCOUNT, COLUMNS, keyOf, NOW, sessionOf, writeOf } from "../suite/case.ts";
import { checkLists, writeListed } from "../suite/list-model.ts";
import { type GeneratedLists, generatedLists } from "../suite/testing/generated-lists.ts";
import { Connection } from "./connection.ts";
import { MAX_DUE_READS } from "./lists.ts";
import type { RedisStore } from "./redis-store.ts";
import { DUE_OF } from "./scripts/due-of.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

const runs = Number(process.env["RUNS"] ?? 60);

let server: RedisServer;
let store: RedisStore;
beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
});
afterAll(() => server.stop());
afterEach(() => store.close());

async function openEmpty(partitions: number): Promise<void> {
  server.command("FLUSHALL");
  store = await openRedisStore(`${server.url}?partitions=${partitions}`);
}

it("have what the sessions say, for any sessions and any query", async () => {
  const check = async ({ created, changed, erased, queries }: GeneratedLists) => {
    await store?.close();
    await openEmpty(3);
    await checkLists(store, await writeListed(store, created, changed, erased), queries);
  };
  await fc.assert(fc.asyncProperty(generatedLists, check), { numRuns: runs });
});

it("have many sessions in the order of their changes, also of changes in no order", async () => {
  await openEmpty(1);
  const changes = new Map<string, number>();
  for (let round = 0; round < 3; round += 1) {
    const writes = Array.from({ length: 900 }, (_, number) => {
      const id = `conv-${number}`;
      // Mostly ascending, with steps back and equal times.
      const changedAt = NOW + round * 5_000 + number * 3 - ((number * 7_919) % 1_000);
      changes.set(id, changedAt);
      return writeOf(id, { session: sessionOf(id, { changedAt }), expectedVersion: round });
    });
    await store.commit(writes);
  }
  const found: string[] = [];
  const query = { sort: "changed", limit: 70 } as const;
  for (let after = {}; ; ) {
    const page = await store.list(ACCOUNT, { ...query, ...after });
    found.push(...page.sessions.map(({ session }) => session.id));
    if (page.next === null) break;
    after = { after: page.next };
  }
  const expected = [...changes]
    .sort(([a, at], [b, bt]) => at - bt || (a < b ? -1 : 1))
    .map(([id]) => id);
  expect(found).toEqual(expected);
  for (const id of changes.keys()) await store.erase(keyOf(id));
  for (const kind of ["changes", "change-leaves", "terms", "waiting", "waiting-leaves"]) {
    expect(server.command("EXISTS", `stillhere:{0}:${kind}:${ACCOUNT}`)).toMatch(/^0$/m);
  }
});

it("read few partitions at a time for who is due, so that other commands get between them", async () => {
  await openEmpty(16);
  const deadlineAt = NOW + 1_000;
  const session = (id: string) => sessionOf(id, { presence: "online" });
  const ids = Array.from({ length: 64 }, (_, number) => `conv-${number}`);
  const columns = { ...COLUMNS, presence: "online" } as const;
  await store.commit(ids.map((id) => writeOf(id, { session: session(id), columns, deadlineAt })));
  const { run } = Connection.prototype;
  let [running, most, scripts] = [0, 0, 0];
  const watched = vi.spyOn(Connection.prototype, "run").mockImplementation(async function (
    this: Connection,
    ...given
  ) {
    const isDueOf = given[0] === DUE_OF;
    running += Number(isDueOf);
    scripts += Number(isDueOf);
    most = Math.max(most, running);
    const reply = await run.apply(this, given);
    running -= Number(isDueOf);
    return reply;
  });
  const found = await store.dueOf(ACCOUNT, deadlineAt, 100);
  watched.mockRestore();
  expect(found.map((each) => each.session.id).toSorted()).toEqual(ids.toSorted());
  expect([scripts, most]).toEqual([16, MAX_DUE_READS]);
});
