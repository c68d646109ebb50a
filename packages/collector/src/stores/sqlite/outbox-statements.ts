/**
 * The prepared statements of the webhook outbox, for the file of a collector and for the database
 * of a Durable Object. They read the log through the view `history`, since the two have different
 * tables.
 * @module
 */
import type { SqlDatabase, SqlStatement } from "./database.ts";

const WAITING =
  "session, session_created_at, resends, next_seq, attempts, waiting_since, next_attempt_at";
const DELIVERY =
  "session, session_created_at, seq, status, attempts, updated_at, response, error, next_attempt_at";
/** Guards inserts: nothing may be stored for a session that was erased meanwhile. */
const SESSION_EXISTS = `EXISTS (SELECT 1 FROM history WHERE history.account = :account
  AND history.session = :session AND track = 0 AND history.session_created_at = :createdAt)`;

export const OUTBOX_SQL = {
  endpoints: `SELECT account, id, body, cursor, paused_until, (SELECT min(next_attempt_at) FROM webhook_waiting
      WHERE account = webhooks.account AND endpoint = webhooks.id) AS next_attempt_at
    FROM webhooks WHERE (account, id) > (?, ?) ORDER BY account, id LIMIT ?`,
  endpointsOf: `SELECT account, id, body, cursor, paused_until, (SELECT min(next_attempt_at)
      FROM webhook_waiting WHERE account = webhooks.account AND endpoint = webhooks.id) AS next_attempt_at
    FROM webhooks WHERE account = ? ORDER BY id`,
  endpoint:
    "SELECT account, id, body, cursor, paused_until FROM webhooks WHERE account = ? AND id = ?",
  addEndpoint: `INSERT INTO webhooks (account, id, name, body, cursor) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  nameExists: "SELECT 1 FROM webhooks WHERE account = ? AND name = ? AND id <> ?",
  changeEndpoint:
    "UPDATE webhooks SET name = ?, body = ?, owner = NULL WHERE account = ? AND id = ?",
  removeEndpoint: "DELETE FROM webhooks WHERE account = ? AND id = ?",
  removeWaiting: `DELETE FROM webhook_waiting WHERE (account, endpoint, session, session_created_at) IN
    (SELECT account, endpoint, session, session_created_at FROM webhook_waiting
      WHERE account = ? AND endpoint = ? LIMIT ?)`,
  removeDeliveries: `DELETE FROM webhook_deliveries WHERE position IN
    (SELECT position FROM webhook_deliveries WHERE account = ? AND endpoint = ? LIMIT ?)`,

  claim: `UPDATE webhooks SET owner = ?, claimed_until = ?
    WHERE account = ? AND id = ? AND (owner IS NULL OR claimed_until <= ?)`,
  settle: `UPDATE webhooks SET cursor = ?, paused_until = ?, owner = ?, claimed_until = ?
    WHERE account = ? AND id = ? AND owner = ?`,
  moveCursor: `UPDATE webhooks SET owner = NULL, cursor = iif(?, ?, min(cursor, ?))
    WHERE account = ? AND id = ?`,
  endClaim: "UPDATE webhooks SET owner = NULL WHERE account = ? AND id = ? RETURNING cursor",

  waiting: `SELECT ${WAITING} FROM webhook_waiting WHERE account = ? AND endpoint = ?
    AND (session, session_created_at) > (?, ?) ORDER BY session, session_created_at LIMIT ?`,
  waitingOf: `SELECT ${WAITING} FROM webhook_waiting
    WHERE account = ? AND endpoint = ? AND session = ? AND session_created_at = ?`,
  putWaiting: `INSERT OR REPLACE INTO webhook_waiting (account, endpoint, ${WAITING})
    SELECT :account, :endpoint, :session, :createdAt, :resends, :nextSeq, :attempts, :waitingSince,
      :nextAttemptAt WHERE ${SESSION_EXISTS}`,
  dropWaiting: `DELETE FROM webhook_waiting
    WHERE account = ? AND endpoint = ? AND session = ? AND session_created_at = ?`,
  /** The last transition of a session at or below the endpoint's cursor. */
  passedSeq: `SELECT max(seq) AS seq FROM history WHERE account = ? AND session = ?
    AND track = 0 AND session_created_at = ? AND cursor <= ?`,
  hasTransition: `SELECT 1 FROM history WHERE account = ? AND session = ? AND track = 0
    AND seq = ? AND session_created_at = ?`,

  putDelivery: `INSERT INTO webhook_deliveries (account, endpoint, ${DELIVERY})
    SELECT :account, :endpoint, :session, :createdAt, :seq, :status, :attempts, :updatedAt,
      :response, :error, :nextAttemptAt WHERE ${SESSION_EXISTS}
    ON CONFLICT DO UPDATE SET status = excluded.status, attempts = excluded.attempts,
      updated_at = excluded.updated_at, response = excluded.response,
      error = excluded.error, next_attempt_at = excluded.next_attempt_at`,
  markPending: `UPDATE webhook_deliveries SET status = 'pending', next_attempt_at = ?
    WHERE account = ? AND endpoint = ? AND session = ? AND session_created_at = ? AND seq = ?`,
  deliveries: `SELECT position, ${DELIVERY} FROM webhook_deliveries
    WHERE account = ? AND endpoint = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  deliveriesOf: `SELECT position, ${DELIVERY} FROM webhook_deliveries
    WHERE account = ? AND endpoint = ? AND status = ? AND position < ?
    ORDER BY position DESC LIMIT ?`,
  deliveriesOfSession: `SELECT position, ${DELIVERY} FROM webhook_deliveries
    WHERE account = ? AND session = ? AND session_created_at = ? AND seq BETWEEN ? AND ?
      AND endpoint = ? ORDER BY seq`,
  oldestKept: `SELECT position FROM webhook_deliveries
    WHERE account = ? AND endpoint = ? AND status = ? ORDER BY position DESC LIMIT 1 OFFSET ?`,
  trimDeliveries: `DELETE FROM webhook_deliveries WHERE position IN
    (SELECT position FROM webhook_deliveries
      WHERE account = ? AND endpoint = ? AND status = ? AND position <= ? LIMIT ?)`,

  // A part of an index, since no index is by the time of the last change.
  partOfDeliveries: `SELECT position, updated_at FROM webhook_deliveries
    WHERE account = ? AND endpoint = ? AND position > ? ORDER BY position LIMIT ?`,
  endpointAfter: "SELECT id FROM webhooks WHERE account = ? AND id > ? ORDER BY id LIMIT 1",
  dropDelivery: "DELETE FROM webhook_deliveries WHERE position = ?",
  // Without being told to, SQLite reads all that wait for the account.
  eraseWaiting: `DELETE FROM webhook_waiting INDEXED BY webhook_waiting_session
    WHERE account = ? AND session = ?`,
  eraseDeliveries: `DELETE FROM webhook_deliveries WHERE position IN
    (SELECT position FROM webhook_deliveries WHERE account = ? AND session = ? LIMIT ?)`,
} as const;

export type OutboxStatements = Record<keyof typeof OUTBOX_SQL, SqlStatement>;

export function prepareOutboxStatements(database: SqlDatabase): OutboxStatements {
  const entries = Object.entries(OUTBOX_SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as OutboxStatements;
}
