/**
 * A SQLite connection whose statements can be refused all at once, and whose errors state what to do.
 * So neither a caller nor a new statement can forget either.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { StoreError } from "../store.ts";

export type Statement = Pick<StatementSync, "get" | "all" | "run">;

export interface GuardedDatabase {
  /** The statement's calls throw what `refuse` throws, and {@link StoreError}s of SQLite. */
  prepare(sql: string): Statement;
}

/** @param refuse called before each statement; throws if the file must not be used. */
export function guard(database: DatabaseSync, refuse: () => void): GuardedDatabase {
  const run = <T>(work: () => T): T => {
    refuse();
    try {
      return work();
    } catch (error) {
      throw sqliteError(error);
    }
  };
  return {
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        get: (...values: Parameters<StatementSync["get"]>) => run(() => statement.get(...values)),
        all: (...values: Parameters<StatementSync["all"]>) => run(() => statement.all(...values)),
        run: (...values: Parameters<StatementSync["run"]>) => run(() => statement.run(...values)),
      } as Statement;
    },
  };
}

/** https://sqlite.org/rescode.html; the primary code is the lowest byte. */
const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NO_DATABASE = 26;

const REMEDIES: Readonly<Record<number, string>> = {
  [BUSY]: "Another process keeps it locked: end that process.",
  [READ_ONLY]: "Let the collector's user write it.",
  [IO_ERROR]: "Check the disk, and the limits of the process.",
  [CORRUPT]: "It is damaged: stop the collector and restore a backup.",
  [FULL]: "Free space on the disk.",
  [CANNOT_OPEN]: "Check the folder, and how many files the process may open.",
  [NO_DATABASE]: "It is damaged: stop the collector and restore a backup.",
};

function primaryCodeOf(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

/** Any other error unchanged: it is not the file's. */
function sqliteError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "ERR_SQLITE_ERROR" && code !== "ERR_INVALID_STATE") return error;
  const remedy = REMEDIES[primaryCodeOf(error)];
  const what = `The SQLite file cannot be used: ${message}.`;
  return new StoreError(remedy ? `${what} ${remedy}` : what, { cause: error });
}
