/**
 * The search for what is due of an account holds up no turn of the event loop, however much is due.
 */
import { DatabaseSync, StatementSync } from "node:sqlite";
import { expect, it, onTestFinished, vi } from "vitest";
import { RecordErrors } from "../record-error.ts";
import { ACCOUNT, NOW, writeOf } from "../suite/index.ts";
import { LeaseLog } from "./lease-log.ts";
import type { LeaseEntry } from "./lease-log-codec.ts";
import { prepareSchema } from "./schema.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { prepareStatements } from "./statements.ts";

it("reads 500 rows at a time, however many are due", async () => {
  const store = new SqliteStore(":memory:");
  onTestFinished(() => store.close());
  // Three have each deadline.
  const writes = Array.from({ length: 1_200 }, (_, index) =>
    writeOf(`s_${index}`, { deadlineAt: NOW - 1_000 + Math.floor(index / 3) }),
  );
  await store.commit(writes);
  await store.commit([writeOf("later", { deadlineAt: NOW + 1 })]);
  const all = vi.spyOn(StatementSync.prototype, "all");
  const found = await store.dueOf(ACCOUNT, NOW, 1_100);
  const rows = all.mock.results.map(({ value }) => (value as unknown[]).length);
  all.mockRestore();
  expect(found.map(({ session }) => session.id)).toEqual(
    writes.slice(0, 1_100).map(({ key }) => key.id),
  );
  expect(Math.max(...rows)).toBe(500);
});

it("searches a long lease log in steps", () => {
  const database = new DatabaseSync(":memory:");
  onTestFinished(() => database.close());
  prepareSchema(database, ":memory:");
  const log = new LeaseLog(prepareStatements(database), new RecordErrors());
  const count = 100_000;
  const entryOf = (index: number): LeaseEntry => {
    // Many have the earliest deadline; every other one is another account's.
    const deadlineAt = NOW - (index % 1_000 === 0 ? 1 : 0);
    return { version: 1, seq: 1, leaseUntil: NOW, deadlineAt, account: 1 + (index % 2) };
  };
  const entries = new Map(
    Array.from({ length: count }, (_, index) => [index + 1, entryOf(index)] as const),
  );
  log.append(entries, 1)();
  const search = log.searchDueOf(1, NOW, 90);
  let steps = 1;
  const accountOf = () => expect.unreachable("the accounts are known");
  while (log.searchSome(search, accountOf)) steps += 1;
  expect(steps).toBe(4);
  expect(search.found.map(({ deadlineAt }) => deadlineAt)).toEqual(Array(90).fill(NOW - 1));
});
