/**
 * The tables of the SQLite store. `user_version` counts the migrations that a file has had.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../store.ts";
import { OUTBOX_TABLES } from "./outbox-schema.ts";
import { FOLD_PAGES, NUMBER_SESSIONS } from "./tables.ts";

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE sessions (
     account TEXT NOT NULL,
     id TEXT NOT NULL,
     version INTEGER NOT NULL,
     epoch INTEGER NOT NULL,
     deadline_at INTEGER,
     state TEXT NOT NULL,
     presence TEXT NOT NULL,
     queue TEXT NOT NULL,
     queued_at INTEGER,
     assignee TEXT,
     grp TEXT,
     user TEXT,
     held INTEGER NOT NULL,
     body TEXT NOT NULL,
     shadow TEXT,
     PRIMARY KEY (account, id)
   ) WITHOUT ROWID;
   CREATE INDEX sessions_due ON sessions (deadline_at) WHERE deadline_at IS NOT NULL;
   CREATE INDEX sessions_epoch ON sessions (account, epoch);
   CREATE INDEX sessions_assignee ON sessions (account, assignee) WHERE assignee IS NOT NULL;
   CREATE INDEX sessions_user ON sessions (account, user) WHERE user IS NOT NULL;
   CREATE INDEX sessions_queue ON sessions (account, queued_at) WHERE queue <> 'none';

   CREATE TABLE transitions (
     cursor INTEGER PRIMARY KEY AUTOINCREMENT,
     account TEXT NOT NULL,
     track TEXT NOT NULL,
     session TEXT NOT NULL,
     session_created_at INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     at INTEGER NOT NULL,
     body TEXT NOT NULL
   );
   CREATE UNIQUE INDEX transitions_session ON transitions (account, session, track, seq);
   CREATE INDEX transitions_account ON transitions (account, track, cursor);

   CREATE TABLE events (
     account TEXT NOT NULL,
     session TEXT NOT NULL,
     id TEXT NOT NULL,
     PRIMARY KEY (account, session, id)
   ) WITHOUT ROWID;

   CREATE TABLE agents (
     account TEXT NOT NULL,
     id TEXT NOT NULL,
     capacity INTEGER NOT NULL,
     PRIMARY KEY (account, id)
   ) WITHOUT ROWID;

   CREATE TABLE accounts (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE broadcasts (epoch INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
   CREATE TABLE mark (id INTEGER PRIMARY KEY CHECK (id = 1), heard_at INTEGER NOT NULL);`,
  OUTBOX_TABLES,
  NUMBER_SESSIONS,
  FOLD_PAGES,
];

/**
 * Brings a file up to date, or to an older version; each step in a transaction of its own.
 * @throws {StoreError} if a newer version of the collector has written it.
 */
export function migrate(database: DatabaseSync, version = MIGRATIONS.length): void {
  const row = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (row.user_version > MIGRATIONS.length) {
    throw new StoreError(
      "The SQLite file was written by a newer version of stillhere: upgrade, or name another file with --store.",
    );
  }
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < row.user_version || index >= version) continue;
    database.exec(`BEGIN IMMEDIATE; ${migration} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
