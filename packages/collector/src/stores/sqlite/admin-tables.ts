/**
 * The tables and statements of administration, for a file and for the coordinator's object.
 * @module
 */
import type { SqlDatabase, SqlStatement } from "./database.ts";

export const ADMIN_TABLES = `
   CREATE TABLE IF NOT EXISTS admin_records (
     id TEXT PRIMARY KEY,
     version INTEGER NOT NULL,
     body TEXT NOT NULL,
     expires_at INTEGER
   ) WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS admin_records_expiry ON admin_records (expires_at)
     WHERE expires_at IS NOT NULL;
   CREATE TABLE IF NOT EXISTS audit (
     account TEXT NOT NULL,
     id TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (account, id)
   ) WITHOUT ROWID;`;

export const ADMIN_SQL = {
  record: "SELECT id, version, body, expires_at FROM admin_records WHERE id = ?",
  putRecord: `INSERT INTO admin_records (id, version, body, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body,
      expires_at = excluded.expires_at`,
  deleteRecord: "DELETE FROM admin_records WHERE id = ?",
  pruneRecords: `DELETE FROM admin_records WHERE id IN
    (SELECT id FROM admin_records WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  appendAudit: "INSERT OR IGNORE INTO audit (account, id, body) VALUES (?, ?, ?)",
  audit: "SELECT id, body FROM audit WHERE account = ? ORDER BY id DESC LIMIT ?",
  auditBefore: "SELECT id, body FROM audit WHERE account = ? AND id < ? ORDER BY id DESC LIMIT ?",
  pruneAudit: `DELETE FROM audit WHERE account = ? AND id IN
    (SELECT id FROM audit WHERE account = ? AND id < ? ORDER BY id LIMIT ?)`,
} as const;

export type AdminStatements = Record<keyof typeof ADMIN_SQL, SqlStatement>;

export function prepareAdminStatements(database: SqlDatabase): AdminStatements {
  const entries = Object.entries(ADMIN_SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as AdminStatements;
}
