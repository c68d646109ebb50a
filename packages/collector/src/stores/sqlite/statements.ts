/**
 * Every statement of the SQLite store, prepared once. Accounts are referred to by number.
 * @module
 */
import type { GuardedDatabase, Statement } from "./guarded-database.ts";

const SESSION = "number, id, version, epoch, deadline_at, body, shadow";
/** Of a session in a list. */
const LISTED = `${SESSION}, changed_at, queued_at, state, presence, queue, assignee, grp`;
const ENTRY = "cursor, session, session_created_at, seq, at, body";

export const STORE_SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  dataVersion: "PRAGMA data_version",

  accountName: "SELECT name FROM account_numbers WHERE number = ?",
  accountNumber: "SELECT number FROM account_numbers WHERE name = ?",
  numberAccount: "INSERT INTO account_numbers (name) VALUES (?)",

  loadSession: `SELECT ${SESSION} FROM sessions WHERE account = ? AND id = ?`,
  numberedSession: `SELECT account, ${SESSION} FROM sessions WHERE number = ?`,
  sessionVersion: "SELECT version, account FROM sessions WHERE number = ?",
  hasEvent: "SELECT 1 FROM events WHERE session = ? AND id = ?",
  insertEvent: "INSERT OR IGNORE INTO events (session, id) VALUES (?, ?)",
  insertSession: `INSERT INTO sessions
    (version, epoch, deadline_at, presence, state, queue, held, queued_at, changed_at, assignee, grp,
      created_at, body, shadow, account, id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  // An update writes each index that has one of its columns, also where the values stay: most change no
  // epoch, assignee or group, and leases that end change nothing that lists show.
  updateBody: `UPDATE sessions SET version = ?, deadline_at = ?, presence = ?, body = ?, shadow = ?
    WHERE number = ? AND epoch = ? AND state = ? AND queue = ? AND held = ? AND queued_at IS ?
      AND changed_at = ? AND assignee IS ? AND grp IS ? AND created_at = ?`,
  updateStanding: `UPDATE sessions SET
    version = ?, deadline_at = ?, presence = ?, state = ?, queue = ?, held = ?, queued_at = ?,
    changed_at = ?, body = ?, shadow = ? WHERE number = ? AND epoch = ? AND assignee IS ? AND grp IS ?
      AND created_at = ?`,
  updateSession: `UPDATE sessions SET
    version = ?, epoch = ?, deadline_at = ?, presence = ?, state = ?, queue = ?, held = ?,
    queued_at = ?, changed_at = ?, assignee = ?, grp = ?, created_at = ?, body = ?, shadow = ?
    WHERE number = ?`,
  insertTerm: "INSERT OR IGNORE INTO terms (hash, session) VALUES (?, ?)",
  deleteTerm: "DELETE FROM terms WHERE hash = ? AND session = ?",
  insertTransition:
    "INSERT INTO transitions (account, track, session, seq, at, body) VALUES (?, ?, ?, ?, ?, ?)",

  appendLeaseLog: "INSERT INTO lease_log (body) VALUES (?)",
  readLeaseLog: "SELECT number, body FROM lease_log WHERE number > ? ORDER BY number LIMIT ?",
  clearRowDeadline: "UPDATE sessions SET deadline_at = NULL WHERE number = ? AND version = ?",
  // The last row stays, so that no number is used twice.
  deleteLeaseLog: `DELETE FROM lease_log WHERE number IN
    (SELECT number FROM lease_log WHERE number <= ? AND number < (SELECT max(number) FROM lease_log)
      ORDER BY number LIMIT ?)`,

  due: `SELECT account, ${SESSION} FROM sessions WHERE deadline_at <= ? ORDER BY deadline_at LIMIT ?`,
  duePartEnd: `SELECT deadline_at FROM sessions WHERE deadline_at > ? AND deadline_at <= ?
    ORDER BY deadline_at LIMIT 1 OFFSET ?`,
  // By an index of the account alone it would read and sort all of its sessions. This one has the rows of
  // a deadline in the order of their numbers.
  dueOf: `SELECT number, version, deadline_at FROM sessions INDEXED BY sessions_due
    WHERE deadline_at >= :at AND deadline_at <= :end AND account = :account
      AND (deadline_at > :at OR number > :number)
    ORDER BY deadline_at LIMIT :limit`,
  behind: "SELECT id FROM sessions WHERE account = ? AND epoch < ? LIMIT ?",
  listed: `SELECT ${LISTED} FROM sessions WHERE account = ? AND id = ?`,
  walkById: `SELECT ${LISTED} FROM sessions WHERE account = :account AND id > :id
    ORDER BY id LIMIT :limit`,
  walkByChange: `SELECT ${LISTED} FROM sessions WHERE account = :account AND changed_at >= :at
    AND (changed_at > :at OR id > :id) ORDER BY changed_at, id LIMIT :limit`,
  walkByWait: `SELECT ${LISTED} FROM sessions WHERE account = :account AND queue > 0
    AND queued_at >= :at AND (queued_at > :at OR id > :id) ORDER BY queued_at, id LIMIT :limit`,
  idsByTerm: `SELECT id FROM terms JOIN sessions ON number = session
    WHERE hash = ? AND account = ? LIMIT ?`,
  idsByAssignee: "SELECT id FROM sessions WHERE account = ? AND assignee = ? LIMIT ?",
  idsInQueue: "SELECT id FROM sessions WHERE account = ? AND queue > 0 LIMIT ?",
  idsByChange: `SELECT id FROM sessions WHERE account = ? AND changed_at > ? AND changed_at < ?
    LIMIT ?`,
  // A part of the queue: counting a long one at once would take too long.
  queuePartEnd: `SELECT queued_at FROM sessions WHERE account = ? AND queue > 0 AND queued_at >= ?
    ORDER BY queued_at LIMIT 1 OFFSET ?`,
  countQueue: `SELECT queue, count(*) AS count FROM sessions WHERE account = :account AND queue > 0
    AND queued_at >= :from AND queued_at < :end AND (:group IS NULL OR grp = :group) GROUP BY queue`,
  history: `SELECT ${ENTRY} FROM history
    WHERE account = ? AND session = ? AND track = ? AND seq > ? ORDER BY seq LIMIT ?`,
  log: `SELECT cursor, id AS session, created_at AS session_created_at, seq, at, transitions.body
    FROM transitions CROSS JOIN sessions ON sessions.number = transitions.session
    WHERE transitions.account = ? AND track = ? AND cursor > ? ORDER BY cursor LIMIT ?`,
  lastCursor: "SELECT max(cursor) AS cursor FROM transitions WHERE account = ? AND track = 0",
  lastOfLog: "SELECT coalesce(max(cursor), 0) AS cursor FROM transitions",
  assignments: `SELECT id, held FROM sessions WHERE account = ? AND assignee = ? AND id > ?
    ORDER BY id LIMIT ?`,
  held: `SELECT id, held FROM sessions WHERE account = ? AND assignee = ? AND id > ? AND held = 1
    ORDER BY id LIMIT ?`,
  bodiesByTerm: `SELECT number, id, body FROM terms JOIN sessions ON number = session
    WHERE hash = ? AND account = ? AND session > ? ORDER BY session LIMIT ?`,
  counts: "SELECT state, count FROM session_counts WHERE account = ?",
  // The log is nearly in the order of time, so old entries are at its beginning.
  oldest: `SELECT cursor, at FROM transitions WHERE account = ? AND track = ?
    ORDER BY cursor LIMIT ?`,
  prune: "DELETE FROM transitions WHERE account = ? AND track = ? AND cursor <= ?",
  eraseEvents: `DELETE FROM events WHERE (session, id) IN
    (SELECT session, id FROM events WHERE session = ? LIMIT ?)`,
  eraseTransitions: `DELETE FROM transitions WHERE cursor IN
    (SELECT cursor FROM transitions WHERE session = ? LIMIT ?)`,
  eraseTerms: "DELETE FROM terms WHERE session = ?",
  eraseSession: "DELETE FROM sessions WHERE number = ?",
  erasure: "SELECT at FROM erasures WHERE hash = ?",
  putErasure:
    "INSERT INTO erasures (hash, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
  pruneErasures: `DELETE FROM erasures WHERE hash IN
    (SELECT hash FROM erasures WHERE at < ? ORDER BY at LIMIT ?)`,

  // Each step of the recursion finds the next agent in the index, past all sessions of the one before.
  agents: `WITH RECURSIVE assignees (id) AS (
      SELECT min(assignee) FROM sessions WHERE account = :number AND assignee > :afterId
      UNION ALL
      SELECT (SELECT min(assignee) FROM sessions WHERE account = :number AND assignee > assignees.id)
        FROM assignees WHERE id IS NOT NULL
      LIMIT :limit),
    with_capacity AS (SELECT id FROM agents WHERE account = :account AND id > :afterId
      ORDER BY id LIMIT :limit)
    SELECT id, (SELECT capacity FROM agents WHERE account = :account AND agents.id = found.id) AS capacity
    FROM (SELECT id FROM assignees WHERE id IS NOT NULL UNION SELECT id FROM with_capacity) AS found
    ORDER BY id LIMIT :limit`,
  capacity: "SELECT capacity FROM agents WHERE account = ? AND id = ?",
  putAgent: `INSERT INTO agents (account, id, capacity) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET capacity = excluded.capacity`,
  accounts: "SELECT name, body FROM accounts WHERE name > ? ORDER BY name LIMIT ?",
  accountVersion: "SELECT json_extract(body, '$.version') AS version FROM accounts WHERE name = ?",
  putAccount:
    "INSERT INTO accounts (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
  freePages: "PRAGMA freelist_count",
  allPages: "PRAGMA page_count",
  releasePages: "PRAGMA incremental_vacuum(50)",
  incarnation: "SELECT letters FROM incarnation",
  putIncarnation: "INSERT OR IGNORE INTO incarnation (id, letters) VALUES (1, ?)",
  broadcasts: "SELECT epoch, body FROM broadcasts WHERE epoch > ? ORDER BY epoch LIMIT ?",
  broadcast: "INSERT INTO broadcasts (body) VALUES (?)",
  lastEpoch: "SELECT coalesce(max(epoch), 0) AS epoch FROM broadcasts",
  dropBroadcast: "DELETE FROM broadcasts WHERE epoch = ?",
  closedEpoch: "SELECT epoch FROM closed_epochs WHERE account = ?",
  closeEpochs: `INSERT INTO closed_epochs (account, epoch) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET epoch = max(epoch, excluded.epoch)`,
  clock: "SELECT collector, boot, base, mono, suspended FROM clock",
  setClock: `INSERT OR REPLACE INTO clock (id, collector, boot, base, mono, suspended)
    VALUES (1, ?, ?, ?, ?, ?)`,
  lastSignal: "SELECT at FROM last_signals WHERE account = ?",
  putLastSignal: `INSERT INTO last_signals (account, at) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
  watermark: "SELECT heartbeat_at FROM watermark WHERE id = 1",
  setWatermark:
    "INSERT INTO watermark (id, heartbeat_at) VALUES (1, ?) ON CONFLICT DO UPDATE SET heartbeat_at = excluded.heartbeat_at",
} as const;

export type Statements = Record<keyof typeof STORE_SQL, Statement>;

export function prepareStatements(database: GuardedDatabase): Statements {
  const entries = Object.entries(STORE_SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as Statements;
}
