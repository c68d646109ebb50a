/**
 * The subset of the SQLite API that all callers use: `node:sqlite` implements it, and
 * `stores/durable-object/sql.ts` adapts the SQLite of a Durable Object to it.
 * @module
 */

export type SqlValue = string | number | null;
export type SqlRow = Record<string, unknown>;

/** Takes values in the order of the statement's `?`, or one object with its `:names`. */
export interface Bound<T> {
  (...values: SqlValue[]): T;
  (names: Record<string, SqlValue>): T;
}

export interface SqlStatement {
  /** The first row; `undefined` if there is none. */
  readonly get: Bound<SqlRow | undefined>;
  readonly all: Bound<SqlRow[]>;
  readonly run: Bound<{ readonly changes: number | bigint }>;
}

export interface SqlDatabase {
  prepare(sql: string): SqlStatement;
}

/** How a store runs work on its database: immediately, unless a file is locked. */
export interface DatabaseAccess {
  read<T>(work: () => T): T | Promise<T>;
  transaction<T>(work: () => T): T | Promise<T>;
}
