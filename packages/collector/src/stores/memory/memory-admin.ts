/**
 * Administration in memory.
 * @module
 */
import type { AdminRecord, AdminStore, AuditEntry, RecordWrite } from "../admin.ts";
import { firstIndex } from "./sorted-list.ts";

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
    const all = this.#audit.get(account) ?? [];
    this.#audit.set(account, all);
    // Ids ascend with time, so nearly every entry is the newest.
    for (const entry of entries) all.splice(indexFrom(all, entry.id), 0, entry);
  }

  async pruneRecords(now: number, limit: number): Promise<number> {
    let pruned = 0;
    for (const { id, expiresAt } of this.#records.values()) {
      if (expiresAt === null || expiresAt > now) continue;
      this.#records.delete(id);
      pruned += 1;
      if (pruned === limit) break;
    }
    return pruned;
  }

  async audit(
    account: string,
    beforeId: string | null,
    limit: number,
  ): Promise<readonly AuditEntry[]> {
    const entries = this.#audit.get(account) ?? [];
    const end = beforeId === null ? entries.length : indexFrom(entries, beforeId);
    return entries.slice(Math.max(0, end - limit), end).reverse();
  }

  async pruneAudit(account: string, beforeId: string, limit: number): Promise<number> {
    const entries = this.#audit.get(account) ?? [];
    return entries.splice(0, Math.min(indexFrom(entries, beforeId), limit)).length;
  }
}

/** Where the first entry is that has this id or a later one. */
function indexFrom(entries: readonly AuditEntry[], id: string): number {
  return firstIndex(entries.length, (at) => (entries[at] as AuditEntry).id >= id);
}
