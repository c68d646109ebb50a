/**
 * The tables of the coordinator. `transitions` is the accounts' log; webhooks read it as `history`.
 * @module
 */
import { ADMIN_TABLES } from "../sqlite/admin-tables.ts";
import { LOG_HOURS_TABLE } from "../sqlite/log-hours.ts";
import { OUTBOX_TABLES } from "../sqlite/outbox-schema.ts";
import type { ObjectSql } from "./sql.ts";

const MIGRATIONS = [
  `CREATE TABLE transitions (
     account TEXT NOT NULL,
     track INTEGER NOT NULL,
     cursor INTEGER NOT NULL,
     session TEXT NOT NULL,
     session_created_at INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     at INTEGER NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (account, track, cursor)
   ) WITHOUT ROWID;
   CREATE UNIQUE INDEX transitions_session ON transitions (account, session, track, seq);
   CREATE VIEW history AS
     SELECT cursor, account, track, session, session_created_at, seq FROM transitions;

   CREATE TABLE shards (
     account TEXT NOT NULL,
     place INTEGER NOT NULL,
     moved INTEGER NOT NULL,
     cursor INTEGER NOT NULL,
     told INTEGER NOT NULL,
     PRIMARY KEY (account, place)
   ) WITHOUT ROWID;
   CREATE TABLE agents (
     account TEXT NOT NULL,
     id TEXT NOT NULL,
     capacity INTEGER NOT NULL,
     PRIMARY KEY (account, id)
   ) WITHOUT ROWID;
   CREATE TABLE accounts (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE broadcasts (epoch INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
   CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   ${OUTBOX_TABLES}`,
  LOG_HOURS_TABLE,
  ADMIN_TABLES,
  // A row for each term of a session: an index of a table would be written, and paid for, besides it.
  `CREATE TABLE directory (
     account TEXT NOT NULL,
     term INTEGER NOT NULL,
     place INTEGER NOT NULL,
     session TEXT NOT NULL,
     PRIMARY KEY (account, term, place, session)
   ) WITHOUT ROWID`,
  // Shards that are unheard.
  `CREATE TABLE silences (
     account TEXT NOT NULL,
     place INTEGER NOT NULL,
     since REAL NOT NULL,
     missed INTEGER NOT NULL,
     PRIMARY KEY (account, place)
   ) WITHOUT ROWID`,
  // The shard that an entry is of, and its number there: {@link RelayProgress}.
  `ALTER TABLE transitions ADD COLUMN place INTEGER;
   ALTER TABLE transitions ADD COLUMN number INTEGER`,
  // The version of its account that the shard has.
  "ALTER TABLE shards ADD COLUMN account_version INTEGER NOT NULL DEFAULT 0",
];

const ENTRY = "cursor, session, session_created_at, seq, at, body";

const SQL = {
  layouts: "SELECT value FROM facts WHERE name = 'layouts'",
  putLayouts: "INSERT OR REPLACE INTO facts (name, value) VALUES ('layouts', ?)",
  announced: "SELECT value FROM facts WHERE name = 'announced_layouts'",
  putAnnounced: "INSERT OR REPLACE INTO facts (name, value) VALUES ('announced_layouts', ?)",
  incarnation: "SELECT value FROM facts WHERE name = 'incarnation'",
  putIncarnation: `INSERT INTO facts (name, value) VALUES ('incarnation', ?)
    ON CONFLICT DO NOTHING`,
  watermark: "SELECT value FROM facts WHERE name = 'heard_at'",
  putWatermark: "INSERT OR REPLACE INTO facts (name, value) VALUES ('heard_at', ?)",
  housekeepingAt: "SELECT value FROM facts WHERE name = 'housekeeping_at'",
  putHousekeepingAt: "INSERT OR REPLACE INTO facts (name, value) VALUES ('housekeeping_at', ?)",
  shards: "SELECT account, place FROM shards ORDER BY account, place",
  registerShard: `INSERT INTO shards (account, place, moved, cursor, told) VALUES (?, ?, 0, 0, ?)
    ON CONFLICT DO NOTHING`,
  unnotifiedShards: `SELECT account, place FROM shards WHERE told < ?
    OR account_version < (SELECT json_extract(body, '$.version') FROM accounts WHERE name = account)`,
  markNotified: "UPDATE shards SET told = ?, account_version = ? WHERE account = ? AND place = ?",
  relayed: "SELECT moved FROM shards WHERE account = ? AND place = ?",
  putRelayed: "UPDATE shards SET moved = ?, cursor = ? WHERE account = ? AND place = ?",
  // Of the shards' rows: later entries of the log have higher ones. Entries may be pruned, but their cursors are never
  // reused.
  checkpoint: "SELECT coalesce(max(cursor), 0) AS cursor FROM shards",
  relayedAccounts: "SELECT DISTINCT account FROM shards",
  relayedAfter: `SELECT place, max(number) AS number, max(cursor) AS cursor FROM transitions
    WHERE account = ? AND track = ? AND cursor > ? GROUP BY place`,
  append: `INSERT INTO transitions
      (account, track, cursor, session, session_created_at, seq, at, body, place, number)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  erase: "DELETE FROM transitions WHERE account = ? AND session = ?",
  history: `SELECT ${ENTRY} FROM transitions
    WHERE account = ? AND session = ? AND track = ? AND seq > ? ORDER BY seq LIMIT ?`,
  log: `SELECT ${ENTRY} FROM transitions WHERE account = ? AND track = ? AND cursor > ?
    ORDER BY cursor LIMIT ?`,
  lastCursor: `SELECT coalesce(max(cursor), 0) AS cursor FROM transitions
    WHERE account = ? AND track = 0`,
  oldest: `SELECT cursor, at FROM transitions WHERE account = ? AND track = ?
    ORDER BY cursor LIMIT ?`,
  prune: "DELETE FROM transitions WHERE account = ? AND track = ? AND cursor <= ?",
  directory: "SELECT place, session FROM directory WHERE account = ? AND term = ? LIMIT ?",
  addTerm: `INSERT INTO directory (account, term, place, session) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  removeTerm: `DELETE FROM directory
    WHERE account = ? AND term = ? AND place = ? AND session = ?`,
  beginSilence: `INSERT OR REPLACE INTO silences (account, place, since, missed)
    VALUES (?, ?, ?, ?)`,
  endSilence: "DELETE FROM silences WHERE account = ? AND place = ?",
  silences: `SELECT account, min(since) AS since, sum(missed) AS missed FROM silences
    WHERE since > ? GROUP BY account ORDER BY account`,
  agents: "SELECT id, capacity FROM agents WHERE account = ? AND id > ? ORDER BY id LIMIT ?",
  capacity: "SELECT id, capacity FROM agents WHERE account = ? AND id = ?",
  putAgent: "INSERT OR REPLACE INTO agents (account, id, capacity) VALUES (?, ?, ?)",
  accounts: "SELECT name, body FROM accounts ORDER BY name",
  accountVersion: "SELECT json_extract(body, '$.version') AS version FROM accounts WHERE name = ?",
  putAccount: "INSERT OR REPLACE INTO accounts (name, body) VALUES (?, ?)",
  broadcasts: "SELECT epoch, body FROM broadcasts WHERE epoch > ? ORDER BY epoch LIMIT ?",
  broadcast: "INSERT INTO broadcasts (body) VALUES (?) RETURNING epoch",
  dropBroadcast: "DELETE FROM broadcasts WHERE epoch = ?",
  lastEpoch: "SELECT coalesce(max(epoch), 0) AS epoch FROM broadcasts",
} as const;

export type CoordinatorStatements = ReturnType<typeof prepareCoordinator>;

/** Runs missing migrations and prepares every statement. */
export function prepareCoordinator(sql: ObjectSql) {
  sql.exec("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)");
  const done = sql.prepare("SELECT count(*) AS count FROM migrations").get()?.["count"] as number;
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < done) continue;
    sql.transaction(() => {
      sql.exec(migration);
      sql.prepare("INSERT INTO migrations (number) VALUES (?)").run(index + 1);
    });
  }
  const entries = Object.entries(SQL).map(([name, text]) => [name, sql.prepare(text)]);
  return Object.fromEntries(entries) as Record<keyof typeof SQL, ReturnType<ObjectSql["prepare"]>>;
}
