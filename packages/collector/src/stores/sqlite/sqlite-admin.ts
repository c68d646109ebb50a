/**
 * Administration in SQLite: a file's, and that of the coordinator's object.
 * @module
 */
import type { AdminRecord, AdminStore, AuditEntry, RecordWrite } from "../admin.ts";
import { parseAuditEntry, parseRecordBody } from "../parse-admin.ts";
import { type RecordErrors, readPage } from "../record-error.ts";
import { type AdminStatements, prepareAdminStatements } from "./admin-tables.ts";
import type { DatabaseAccess, SqlDatabase, SqlRow } from "./database.ts";

export class SqliteAdmin implements AdminStore {
  readonly #statements: AdminStatements;
  readonly #access: DatabaseAccess;
  readonly #unreadable: RecordErrors;

  /** @param unreadable gets the entries that cannot be read, which are passed over. */
  constructor(database: SqlDatabase, unreadable: RecordErrors, access: DatabaseAccess) {
    this.#unreadable = unreadable;
    this.#statements = prepareAdminStatements(database);
    this.#access = access;
  }

  async records(ids: readonly string[]): Promise<readonly (AdminRecord | null)[]> {
    return this.#access.read(() =>
      ids.map((id) => {
        const row = this.#statements.record.get(id);
        return row ? toRecord(row) : null;
      }),
    );
  }

  async commit(
    account: string,
    writes: readonly RecordWrite[],
    audit: readonly AuditEntry[],
  ): Promise<boolean> {
    return this.#access.transaction(() => {
      const isCurrent = ({ id, expectedVersion }: RecordWrite) =>
        (this.#statements.record.get(id)?.["version"] ?? 0) === expectedVersion;
      if (!writes.every(isCurrent)) return false;
      for (const { id, expectedVersion, body, expiresAt } of writes) {
        if (body === null) this.#statements.deleteRecord.run(id);
        else {
          this.#statements.putRecord.run(id, expectedVersion + 1, JSON.stringify(body), expiresAt);
        }
      }
      this.append(account, audit);
      return true;
    });
  }

  /** In the transaction of the change that the entries are about. */
  append(account: string, entries: readonly AuditEntry[]): void {
    for (const entry of entries) {
      this.#statements.appendAudit.run(account, entry.id, JSON.stringify(entry));
    }
  }

  async pruneRecords(now: number, limit: number): Promise<number> {
    return this.#access.transaction(() =>
      Number(this.#statements.pruneRecords.run(now, limit).changes),
    );
  }

  async audit(
    account: string,
    beforeId: string | null,
    limit: number,
  ): Promise<readonly AuditEntry[]> {
    const { audit, auditBefore } = this.#statements;
    return readPage(
      limit,
      (last: SqlRow | null, count) => {
        const before = (last?.["id"] ?? beforeId) as string | null;
        return this.#access.read(() =>
          before === null ? audit.all(account, count) : auditBefore.all(account, before, count),
        );
      },
      ({ id, body }) =>
        this.#unreadable.readable(() => parseAuditEntry(account, id as string, body as string)),
    );
  }

  async pruneAudit(account: string, beforeId: string, limit: number): Promise<number> {
    return this.#access.transaction(() =>
      Number(this.#statements.pruneAudit.run(account, account, beforeId, limit).changes),
    );
  }
}

function toRecord(row: SqlRow): AdminRecord {
  const id = row["id"] as string;
  return {
    id,
    version: row["version"] as number,
    body: parseRecordBody(id, row["body"] as string),
    expiresAt: row["expires_at"] as number | null,
  };
}
