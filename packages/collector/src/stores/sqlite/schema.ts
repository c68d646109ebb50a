/**
 * The schema of the SQLite file. `user_version` is the schema's version.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Session } from "../../core/session.ts";
import { decodeSession } from "../codec.ts";
import { StoreError } from "../store.ts";
import { ADMIN_TABLES } from "./admin-tables.ts";
import { LOG_HOURS_TABLE } from "./log-hours.ts";
import { OUTBOX_TABLES } from "./outbox-schema.ts";
import {
  ASSIGNEE_INDEXES,
  CLOCK_TABLE,
  CLOCK_TABLE_WITH_SUSPENSIONS,
  CLOSED_EPOCHS_TABLE,
  COUNTS_TABLE,
  ERASURES_TABLE,
  INCARNATION_TABLE,
  LISTS_TABLES,
  SIGNALS_TABLE,
  TABLES,
} from "./tables.ts";
import { sessionTermHash } from "./term-rows.ts";

/** The file is of a build that was never released, and cannot be used. */
export class UnreleasedFileError extends StoreError {
  override name = "UnreleasedFileError";
}

/** Files before version 5 are of builds that were never released. */
const FIRST_VERSION = 5;
/** Steps from one version to the next, from {@link FIRST_VERSION} on. */
const MIGRATIONS: readonly string[] = [
  INCARNATION_TABLE,
  ERASURES_TABLE,
  COUNTS_TABLE,
  CLOCK_TABLE,
  SIGNALS_TABLE,
  LISTS_TABLES,
  CLOSED_EPOCHS_TABLE,
  `${LOG_HOURS_TABLE} ${ASSIGNEE_INDEXES}`,
  ADMIN_TABLES,
  CLOCK_TABLE_WITH_SUSPENSIONS,
];
export const VERSION = FIRST_VERSION + MIGRATIONS.length;

/**
 * Returns the version of the file's schema; 0: the file has no tables yet.
 * @throws {UnreleasedFileError} or {StoreError} where a newer version of the collector wrote the file.
 */
export function checkVersion(database: DatabaseSync, path: string): number {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as {
    user_version: number;
  };
  if (version > VERSION) {
    throw new StoreError(
      `The SQLite file ${path} was written by a newer version of stillhere: upgrade, or name another file with --store.`,
    );
  }
  if (version > 0 && version < FIRST_VERSION) {
    throw new UnreleasedFileError(
      `The SQLite file ${path} was written by a build of stillhere that was never released: move it away, or name another file with --store.`,
    );
  }
  return version;
}

/** Creates the tables in an empty file, or brings an older file up to date, each step in a transaction. */
export function prepareSchema(database: DatabaseSync, path: string): void {
  const version = checkVersion(database, path);
  defineFunctions(database);
  if (version === 0) {
    run(database, `${TABLES} ${MIGRATIONS.join(" ")} ${OUTBOX_TABLES}`, VERSION);
  } else {
    for (const [index, migration] of MIGRATIONS.entries()) {
      const next = FIRST_VERSION + index + 1;
      if (version < next) run(database, migration, next);
    }
  }
}

/** What {@link LISTS_TABLES} reads of the sessions that are there. */
function defineFunctions(database: DatabaseSync): void {
  database.function("session_changed_at", (body) => read(body)?.changedAt ?? 0);
  database.function("session_ticket", (body) => read(body)?.ticket.id ?? null);
  database.function("term_hash", (account, kind, name) =>
    sessionTermHash(account as number, `${kind} ${name}`),
  );
}

/** `null` where the row cannot be read, which must not keep the store from opening. */
function read(body: unknown): Session | null {
  try {
    return decodeSession("", body as string);
  } catch {
    return null;
  }
}

function run(database: DatabaseSync, sql: string, version: number): void {
  database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${version}; COMMIT;`);
}
