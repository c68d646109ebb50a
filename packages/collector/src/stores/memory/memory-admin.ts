/**
 * Administration in memory.
 * @module
 */
import type { AdminRecord, AdminStore, AuditEntry, RecordWrite } from "../admin.ts";

export class MemoryAdmin implements AdminStore {
  readonly #records = new Map<string, AdminRecord>();
  /** Account → entries, oldest first. */
  readonly #audit = new Map<string, AuditEntry[]>();

  async records(ids: readonly string[]): Promise<readonly (AdminRecord | null)[]> {
    return ids.map((id) => this.#records.get(id) ?? null);
  }

  async commit(
    account: string,
    writes: readonly RecordWrite[],
    audit: readonly AuditEntry[],
  ): Promise<boolean> {
    const isCurrent = ({ id, expectedVersion }: RecordWrite) =>
      (this.#records.get(id)?.version ?? 0) === expectedVersion;
    if (!writes.every(isCurrent)) return false;
    for (const { id, expectedVersion, body, expiresAt } of writes) {
      if (body === null) this.#records.delete(id);
      else this.#records.set(id, { id, version: expectedVersion + 1, body, expiresAt });
    }
    this.append(account, audit);
    return true;
  }

  append(account: string, entries: readonly AuditEntry[]): void {
    if (entries.length === 0) return;
    const all = [...(this.#audit.get(account) ?? []), ...entries];
    this.#audit.set(
      account,
      all.sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }

  async pruneRecords(now: number, limit: number): Promise<number> {
    const expired = [...this.#records.values()]
      .filter(({ expiresAt }) => expiresAt !== null && expiresAt <= now)
      .slice(0, limit);
    for (const { id } of expired) this.#records.delete(id);
    return expired.length;
  }

  async audit(
    account: string,
    beforeId: string | null,
    limit: number,
  ): Promise<readonly AuditEntry[]> {
    const entries = this.#audit.get(account) ?? [];
    return entries
      .filter(({ id }) => beforeId === null || id < beforeId)
      .toReversed()
      .slice(0, limit);
  }

  async pruneAudit(account: string, beforeId: string, limit: number): Promise<number> {
    const entries = this.#audit.get(account) ?? [];
    const count = entries.filter(({ id }) => id < beforeId).slice(0, limit).length;
    this.#audit.set(account, entries.slice(count));
    return count;
  }
}
