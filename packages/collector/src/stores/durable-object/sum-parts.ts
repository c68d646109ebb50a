/**
 * Sums over sessions of a shard, whose indexes have no sums: a part in each turn. The clock of an
 * object stands still within a turn, so parts are measured by their sessions.
 * @module
 */
import { nextTurn } from "../../async/turns.ts";
import type { SqlRow, SqlStatement, SqlValue } from "../sqlite/database.ts";

/** Sessions in a part. */
const SUM_PART = 1_000;

/**
 * The sums of each part. The statement takes `after` and `limit`, and returns the last id of its part as `last`;
 * `null`: there was none.
 */
export async function* sumParts(
  statement: SqlStatement,
  parameters: Readonly<Record<string, SqlValue>>,
): AsyncGenerator<SqlRow> {
  for (let after = ""; ; ) {
    const row = statement.get({ ...parameters, after, limit: SUM_PART });
    const last = row?.["last"];
    if (!row || typeof last !== "string") return;
    yield row;
    after = last;
    await nextTurn();
  }
}
