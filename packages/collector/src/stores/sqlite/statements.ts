/**
 * Every statement of the SQLite store, prepared once.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

const SESSION = "id, version, epoch, deadline_at, body, shadow";
const ENTRY = "cursor, session, session_created_at, seq, at, body";

const SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",

  loadSession: `SELECT ${SESSION} FROM sessions WHERE account = ? AND id = ?`,
  hasEvent: "SELECT 1 FROM events WHERE account = ? AND session = ? AND id = ?",
  insertEvent: "INSERT OR IGNORE INTO events (account, session, id) VALUES (?, ?, ?)",
  insertSession: `INSERT INTO sessions
    (epoch, deadline_at, state, presence, queue, queued_at, assignee, grp, user, held, body, shadow, account, id, version)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING`,
  updateSession: `UPDATE sessions SET
    epoch = ?, deadline_at = ?, state = ?, presence = ?, queue = ?, queued_at = ?, assignee = ?,
    grp = ?, user = ?, held = ?, body = ?, shadow = ?, version = version + 1
    WHERE account = ? AND id = ? AND version = ?`,
  insertTransition:
    "INSERT INTO transitions (account, track, session, session_created_at, seq, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)",

  due: "SELECT account, id FROM sessions WHERE deadline_at <= ? ORDER BY deadline_at LIMIT ?",
  behind: "SELECT account, id FROM sessions WHERE account = ? AND epoch < ? LIMIT ?",
  list: `SELECT ${SESSION} FROM sessions WHERE account = :account AND id > :afterId
    AND (:state IS NULL OR state = :state) AND (:presence IS NULL OR presence = :presence)
    AND (:queue IS NULL OR queue = :queue) AND (:assignee IS NULL OR assignee = :assignee)
    ORDER BY id LIMIT :limit`,
  queue: `SELECT ${SESSION} FROM sessions WHERE account = ? AND queue <> 'none'
    AND (? IS NULL OR grp = ?) ORDER BY queued_at, id`,
  history: `SELECT ${ENTRY} FROM transitions WHERE account = ? AND session = ? AND track = ? AND seq > ?
    ORDER BY seq LIMIT ?`,
  log: `SELECT ${ENTRY} FROM transitions WHERE account = ? AND track = ? AND cursor > ?
    ORDER BY cursor LIMIT ?`,
  lastCursor: "SELECT max(cursor) AS cursor FROM transitions WHERE account = ? AND track = 'live'",
  assignments: `SELECT assignee, id, held FROM sessions WHERE account = :account
    AND assignee IS NOT NULL AND (:agent IS NULL OR assignee = :agent) ORDER BY assignee, id`,
  sessionsOf: "SELECT id FROM sessions WHERE account = ? AND user = ? ORDER BY id",
  count: "SELECT count(*) AS count FROM sessions WHERE account = ?",
  // The log is nearly in the order of time, so what is old is found at its beginning.
  prune: `DELETE FROM transitions WHERE cursor IN
    (SELECT cursor FROM transitions WHERE account = ? AND at < ? ORDER BY cursor LIMIT ?)`,
  eraseEvents: "DELETE FROM events WHERE account = ? AND session = ?",
  eraseTransitions: "DELETE FROM transitions WHERE account = ? AND session = ?",
  eraseSession: "DELETE FROM sessions WHERE account = ? AND id = ?",

  agents: "SELECT id, capacity FROM agents WHERE account = ? ORDER BY id",
  putAgent: `INSERT INTO agents (account, id, capacity) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET capacity = excluded.capacity`,
  accounts: "SELECT body FROM accounts ORDER BY name",
  putAccount:
    "INSERT INTO accounts (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
  broadcasts: "SELECT epoch, body FROM broadcasts WHERE epoch > ? ORDER BY epoch",
  broadcast: "INSERT INTO broadcasts (body) VALUES (?)",
  mark: "SELECT heard_at FROM mark WHERE id = 1",
  setMark:
    "INSERT INTO mark (id, heard_at) VALUES (1, ?) ON CONFLICT DO UPDATE SET heard_at = excluded.heard_at",
} as const;

export type Statements = Record<keyof typeof SQL, StatementSync>;

export function prepareStatements(database: DatabaseSync): Statements {
  const entries = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as Statements;
}
