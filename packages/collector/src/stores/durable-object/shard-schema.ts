/**
 * The tables of a shard; `outbox` is its relay queue. There is one index, of the sessions that are not over:
 * writing an index row is billed like a table row, a thousand times as much as reading one, so queries read all
 * of the few thousand sessions that are not over. Deadlines, which are read all the time, are indexed in memory.
 * @module
 */
import { decodeSession } from "../codec.ts";
import type { ObjectSql } from "./sql.ts";

const TABLES = `
  CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    epoch REAL NOT NULL,
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
    shadow TEXT
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS events (
    session TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (session, id)
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    session TEXT NOT NULL,
    session_created_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
  );

  CREATE TABLE IF NOT EXISTS broadcasts (epoch REAL PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS erasures (hash TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;`;

const SESSION = "id, version, epoch, deadline_at, body, shadow";

/** Of a session in a list. */
const LISTED = `${SESSION}, changed_at, queued_at, state, presence, queue, assignee, grp`;

/** What a change sets, but for `over`. */
const CHANGED = `version = :version, epoch = :epoch, deadline_at = :deadlineAt,
      state = :state, presence = :presence, queue = :queue, queued_at = :queuedAt,
      changed_at = :changedAt, assignee = :assignee, grp = :group, user = :user, held = :held,
      body = :body, shadow = :shadow, terms = :terms`;

const SQL = {
  session: `SELECT ${SESSION} FROM sessions WHERE id = ?`,
  version: "SELECT version FROM sessions WHERE id = ?",
  known: "SELECT terms, over FROM sessions WHERE id = ?",
  putTerms: "UPDATE sessions SET terms = ? WHERE id = ?",
  unlisted: `SELECT ${SESSION} FROM sessions WHERE id > ? AND terms IS NULL ORDER BY id LIMIT ?`,
  hasEvent: "SELECT 1 FROM events WHERE session = ? AND id = ?",
  insertEvent: "INSERT OR IGNORE INTO events (session, id) VALUES (?, ?)",
  insertSession: `INSERT INTO sessions (id, version, epoch, deadline_at, state, presence, queue,
      queued_at, changed_at, assignee, grp, user, held, body, shadow, terms, over)
    VALUES (:id, :version, :epoch, :deadlineAt, :state, :presence, :queue,
      :queuedAt, :changedAt, :assignee, :group, :user, :held, :body, :shadow, :terms, :over)`,
  updateSession: `UPDATE sessions SET ${CHANGED} WHERE id = :id`,
  // A statement that sets it writes the index too, whether or not it is another value.
  updateOver: `UPDATE sessions SET ${CHANGED}, over = :over WHERE id = :id`,
  renewSession: `UPDATE sessions SET version = :version, deadline_at = :deadlineAt, body = :body,
      shadow = :shadow WHERE id = :id`,
  postpone: "UPDATE sessions SET deadline_at = ? WHERE id = ?",
  insertRelayEntry: `INSERT INTO outbox (kind, session, session_created_at, seq, at, body, terms)
    VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number`,
  freeEntry: "SELECT min(number) AS number FROM outbox WHERE number <= ?",
  reuseEntry: `UPDATE outbox SET number = (SELECT max(number) + 1 FROM outbox), kind = ?, session = ?,
      session_created_at = ?, seq = ?, at = ?, body = ?, terms = ?
    WHERE number = ? RETURNING number`,
  relayQueue: `SELECT number, kind, session, session_created_at, seq, at, body, terms FROM outbox
    WHERE number > ? ORDER BY number LIMIT ?`,
  unrelayedCount: "SELECT count(*) AS count FROM outbox WHERE number > ?",
  unrelayed: "SELECT session, terms FROM outbox WHERE number > ?",
  dropRelayed: "DELETE FROM outbox WHERE number <= ?",
  forgetErased: `UPDATE outbox SET session = '', body = '', terms = NULL
    WHERE number <= :upTo AND session IN
      (SELECT session FROM outbox WHERE kind = 'erased' AND number <= :upTo)`,

  deadlines: "SELECT id, deadline_at FROM sessions WHERE over = 0 AND deadline_at IS NOT NULL",
  bodies: `SELECT ${SESSION} FROM sessions WHERE over = 0`,
  notCaughtUp: "SELECT id FROM sessions WHERE epoch < ? LIMIT ?",
  liveNotCaughtUp: "SELECT id FROM sessions WHERE over = 0 AND epoch < ? LIMIT ?",
  listed: `SELECT ${LISTED} FROM sessions WHERE id = ?`,
  walkById: `SELECT ${LISTED} FROM sessions WHERE id > :id ORDER BY id LIMIT :limit`,
  walkLive: `SELECT ${LISTED} FROM sessions WHERE over = 0 AND id > :id ORDER BY id LIMIT :limit`,
  walkByChange: `SELECT ${LISTED} FROM sessions WHERE changed_at >= :at
    AND (changed_at > :at OR id > :id) ORDER BY changed_at, id LIMIT :limit`,
  walkLiveByChange: `SELECT ${LISTED} FROM sessions WHERE over = 0 AND changed_at >= :at
    AND (changed_at > :at OR id > :id) ORDER BY changed_at, id LIMIT :limit`,
  walkByWait: `SELECT ${LISTED} FROM sessions WHERE over = 0 AND queue <> 'none' AND queued_at >= :at
    AND (queued_at > :at OR id > :id) ORDER BY queued_at, id LIMIT :limit`,
  // Of a part of the sessions: counting all in one step would take too long.
  countQueue: `SELECT max(id) AS last,
      total(queue = 'queued' AND (:group IS NULL OR grp = :group)) AS queued,
      total(queue = 'direct' AND (:group IS NULL OR grp = :group)) AS direct
    FROM (SELECT id, queue, grp FROM sessions WHERE over = 0 AND id > :after ORDER BY id LIMIT :limit)`,
  assignments: `SELECT id, held FROM sessions WHERE assignee = :agent AND id > :afterSession
    AND (:isHeld = 0 OR held = 1) ORDER BY id LIMIT :limit`,
  assignees: `SELECT DISTINCT assignee FROM sessions WHERE assignee > ? ORDER BY assignee LIMIT ?`,
  sessionsOf: "SELECT id FROM sessions WHERE user = ? AND id > ? ORDER BY id LIMIT ?",
  count: `SELECT max(id) AS last, count(*) AS count
    FROM (SELECT id FROM sessions WHERE id > :after ORDER BY id LIMIT :limit)`,
  eraseEvents: "DELETE FROM events WHERE session = ?",
  // The directory must see every change of terms.
  keepTerms: `UPDATE outbox SET kind = 'terms', session_created_at = 0, seq = 0, at = 0, body = ''
    WHERE session = ? AND kind <> 'erased' AND terms IS NOT NULL`,
  eraseRelayEntries: "DELETE FROM outbox WHERE session = ? AND kind NOT IN ('erased', 'terms')",
  eraseSession: "DELETE FROM sessions WHERE id = ?",
  erasure: "SELECT at FROM erasures WHERE hash = ?",
  putErasure: "INSERT OR REPLACE INTO erasures (hash, at) VALUES (?, ?)",
  pruneErasures: "DELETE FROM erasures WHERE at < ?",

  broadcasts: "SELECT epoch, body FROM broadcasts WHERE epoch > ? ORDER BY epoch LIMIT ?",
  lastEpoch: "SELECT coalesce(max(epoch), 0) AS epoch FROM broadcasts",
  dropBroadcast: "DELETE FROM broadcasts WHERE epoch = ?",
  putBroadcast: "INSERT OR REPLACE INTO broadcasts (epoch, body) VALUES (?, ?)",

  fact: "SELECT value FROM facts WHERE name = ?",
  putFact: "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)",
  dropFact: "DELETE FROM facts WHERE name = ?",
} as const;

export type ShardStatements = ReturnType<typeof prepareShard>;

const SCHEMA_FACT = "schema";

/** Steps of the schema since {@link TABLES}; the fact `schema` is how many of them were done. */
const MIGRATIONS: readonly ((sql: ObjectSql) => void)[] = [
  (sql) => {
    sql.exec("ALTER TABLE sessions ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0");
    const set = sql.prepare("UPDATE sessions SET changed_at = ? WHERE id = ?");
    for (const row of sql.prepare("SELECT id, body FROM sessions").all()) {
      const id = row["id"] as string;
      set.run(decodeSession(id, row["body"] as string).changedAt, id);
    }
  },
  (sql) => {
    // The hashes that the relay queue has of a session; null: it is older than the directory.
    sql.exec("ALTER TABLE sessions ADD COLUMN terms TEXT");
    sql.exec("ALTER TABLE outbox ADD COLUMN terms TEXT");
  },
  (sql) => {
    // It has ended, waits for nothing, and no timer runs: whatever happens to it comes from outside.
    sql.exec("ALTER TABLE sessions ADD COLUMN over INTEGER NOT NULL DEFAULT 0");
    sql.exec(`UPDATE sessions SET over = 1
      WHERE state = 'ended' AND queue = 'none' AND deadline_at IS NULL`);
    sql.exec("CREATE INDEX live_sessions ON sessions (id) WHERE over = 0");
  },
];

function migrate(sql: ObjectSql): void {
  const done = sql.prepare(SQL.fact).get(SCHEMA_FACT)?.["value"];
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < Number(done ?? 0)) continue;
    sql.transaction(() => {
      migration(sql);
      sql.prepare(SQL.putFact).run(SCHEMA_FACT, String(index + 1));
    });
  }
}

/** Brings the tables up to date and prepares every statement. */
export function prepareShard(sql: ObjectSql) {
  sql.exec(TABLES);
  migrate(sql);
  const entries = Object.entries(SQL).map(([name, text]) => [name, sql.prepare(text)]);
  return Object.fromEntries(entries) as Record<keyof typeof SQL, ReturnType<ObjectSql["prepare"]>>;
}
