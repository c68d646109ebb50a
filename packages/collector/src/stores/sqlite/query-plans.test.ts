import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, it } from "vitest";
import { ADMIN_SQL } from "./admin-tables.ts";
import { OUTBOX_SQL } from "./outbox-statements.ts";
import { prepareSchema } from "./schema.ts";
import { STORE_SQL } from "./statements.ts";

/** One row for each account, broadcast or the like: they are few. */
const FEW_ROWS = /^SCAN (account_numbers|clock|incarnation|watermark|CONSTANT|\(subquery|found)/;
/** Reads the end of an index, or a part of it with a limit, or is needed for damaged rows only. */
const EXEMPT: readonly string[] = ["lastOfLog", "deleteLeaseLog", "eraseTerms", "agents"];

const database = new DatabaseSync(":memory:");
prepareSchema(database, ":memory:");
afterAll(() => database.close());

const statements = Object.entries({ ...STORE_SQL, ...OUTBOX_SQL, ...ADMIN_SQL }).filter(
  ([name, sql]) => /^(SELECT|UPDATE|DELETE|WITH)/.test(sql) && !EXEMPT.includes(name),
);

function planOf(sql: string): readonly string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
  return rows.map((row) => row["detail"] as string);
}

it.each(statements)("the statement %s searches an index, and reads no whole table", (_, sql) => {
  const scans = planOf(sql).filter((step) => step.startsWith("SCAN") && !FEW_ROWS.test(step));
  expect(scans).toEqual([]);
});

it("what waits for webhooks is erased by its session, whatever else waits", () => {
  expect(planOf(OUTBOX_SQL.eraseWaiting)).toEqual([
    "SEARCH webhook_waiting USING INDEX webhook_waiting_session (account=? AND session=?)",
  ]);
});

it("what is due of an account is found by deadline, in the order of the index", () => {
  expect(planOf(STORE_SQL.dueOf)).toEqual([
    "SEARCH sessions USING INDEX sessions_due (deadline_at>? AND deadline_at<?)",
  ]);
});
