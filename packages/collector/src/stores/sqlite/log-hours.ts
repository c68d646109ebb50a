/**
 * The cursor at which each hour of an account's log begins, so that a period is read without what was
 * before it. A row for each hour is enough, and costs nothing for each transition, which an index over
 * all of them would.
 * @module
 */
import type { SqlDatabase, SqlStatement, SqlValue } from "./database.ts";

const HOUR_MS = 3_600_000;
/** Hours that are known to have a row. */
const MAX_KNOWN = 10_000;

/** Accounts are as they are in the table `transitions`, by number or by name. */
export const LOG_HOURS_TABLE = `
   CREATE TABLE IF NOT EXISTS log_hours (
     account NOT NULL,
     track INTEGER NOT NULL,
     hour INTEGER NOT NULL,
     cursor INTEGER NOT NULL,
     PRIMARY KEY (account, track, hour)
   ) WITHOUT ROWID;
   INSERT OR IGNORE INTO log_hours
     SELECT account, track, at / ${HOUR_MS}, min(cursor) FROM transitions GROUP BY 1, 2, 3;`;

export class LogHours {
  readonly #put: SqlStatement;
  readonly #first: SqlStatement;
  readonly #prune: SqlStatement;
  readonly #known = new Set<string>();

  constructor(database: SqlDatabase) {
    this.#put = database.prepare(
      "INSERT OR IGNORE INTO log_hours (account, track, hour, cursor) VALUES (?, ?, ?, ?)",
    );
    this.#first = database.prepare(
      "SELECT min(cursor) AS cursor FROM log_hours WHERE account = ? AND track = ? AND hour >= ?",
    );
    this.#prune = database.prepare(
      "DELETE FROM log_hours WHERE account = ? AND track = ? AND hour < ?",
    );
  }

  /** An entry was appended; in the transaction that appended it. */
  add(account: SqlValue, track: number, at: number, cursor: number): void {
    const hour = hourOf(at);
    const name = `${track} ${hour} ${account}`;
    if (this.#known.has(name)) return;
    this.#put.run(account, track, hour, cursor);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(name);
  }

  /** A cursor after which all entries of `at` and later are; `null` if there are none. */
  start(account: SqlValue, track: number, at: number): number | null {
    const row = this.#first.get(account, track, hourOf(at));
    const cursor = row?.["cursor"] as number | null | undefined;
    return cursor === null || cursor === undefined ? null : cursor - 1;
  }

  /** The entries before that are deleted, or soon will be. */
  prune(account: SqlValue, track: number, before: number): void {
    this.#prune.run(account, track, hourOf(before));
  }

  /** Forgets what is known: a transaction was rolled back. */
  clear(): void {
    this.#known.clear();
  }
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}
