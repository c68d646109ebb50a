/**
 * As much of SQLite as is asked of it wherever it runs: `node:sqlite` has it, and
 * `stores/durable-object/sql.ts` gives it to the SQLite of a Durable Object.
 * @module
 */

export type SqlValue = string | number | null;
export type SqlRow = Record<string, unknown>;

/** Takes values in the order of the statement's `?`, or one object for its `:names`. */
export interface Bound<T> {
  (...values: SqlValue[]): T;
  (names: Record<string, SqlValue>): T;
}

export interface SqlStatement {
  /** The first row; undefined: there is none. */
  readonly get: Bound<SqlRow | undefined>;
  readonly all: Bound<SqlRow[]>;
  readonly run: Bound<{ readonly changes: number | bigint }>;
}

export interface SqlDatabase {
  prepare(sql: string): SqlStatement;
}
