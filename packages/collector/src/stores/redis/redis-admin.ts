/**
 * Administration in Redis. An entry of the audit log is stored in the slot of the change that it is about,
 * because one script writes both: so an account's log has a part for the common keys, one for its own, and
 * one for each partition. Reading it merges the parts.
 * @module
 */
import type { AdminRecord, AdminStore, AuditEntry, RecordWrite } from "../admin.ts";
import { parseAuditEntry, parseRecordBody } from "../parse-admin.ts";
import { type RecordErrors, readPage } from "../record-error.ts";
import type { Connection } from "./connection.ts";
import { accountKeys, COMMON_KEYS, commonKeys, sessionKeys } from "./keys.ts";
import { COMMIT_RECORDS } from "./scripts/commit-records.ts";
import { PRUNE_AUDIT } from "./scripts/prune-audit.ts";
import { PRUNE_RECORDS } from "./scripts/prune-records.ts";

/** An entry as a script takes it. */
export function encodeAudit(entries: readonly AuditEntry[]): readonly string[] {
  return entries.map((entry) => `${entry.id} ${JSON.stringify(entry)}`);
}

function idIn(member: string): string {
  return member.slice(0, member.indexOf(" "));
}

/** @throws {RecordError} */
function decodeAudit(account: string, member: string): AuditEntry {
  const id = idIn(member);
  return parseAuditEntry(account, id, member.slice(id.length + 1));
}

export class RedisAdmin implements AdminStore {
  readonly #connection: Connection;
  readonly #partitions: number;
  readonly #unreadable: RecordErrors;

  constructor(connection: Connection, partitions: number, unreadable: RecordErrors) {
    this.#unreadable = unreadable;
    this.#connection = connection;
    this.#partitions = partitions;
  }

  async records(ids: readonly string[]): Promise<readonly (AdminRecord | null)[]> {
    if (ids.length === 0) return [];
    const key = COMMON_KEYS.records;
    const found = (await this.#connection.command(key, "HMGET", key, ...ids)) as (string | null)[];
    return found.map((text, index) =>
      text === null ? null : decodeRecord(ids[index] ?? "", text),
    );
  }

  async commit(
    account: string,
    writes: readonly RecordWrite[],
    audit: readonly AuditEntry[],
  ): Promise<boolean> {
    const { records, recordExpiry } = COMMON_KEYS;
    const args = writes.flatMap(({ id, expectedVersion, body, expiresAt }) => [
      id,
      expectedVersion,
      body === null ? "" : JSON.stringify(body),
      expiresAt ?? "",
    ]);
    const reply = await this.#connection.run(
      COMMIT_RECORDS,
      [records, recordExpiry, commonKeys(account).audit],
      [writes.length, ...args, ...encodeAudit(audit)],
    );
    return reply === 1;
  }

  async pruneRecords(now: number, limit: number): Promise<number> {
    const { records, recordExpiry } = COMMON_KEYS;
    const reply = await this.#connection.run(PRUNE_RECORDS, [records, recordExpiry], [now, limit]);
    return Number(reply);
  }

  async audit(
    account: string,
    beforeId: string | null,
    limit: number,
  ): Promise<readonly AuditEntry[]> {
    return readPage(
      limit,
      (last: string | null, count) =>
        this.#members(account, last === null ? beforeId : idIn(last), count),
      (member) => this.#unreadable.readable(() => decodeAudit(account, member)),
    );
  }

  /** Entries as they are stored, newest first. */
  async #members(
    account: string,
    beforeId: string | null,
    limit: number,
  ): Promise<readonly string[]> {
    const before = beforeId === null ? "+" : `(${beforeId}`;
    const range = [before, "-", "LIMIT", "0", String(limit)];
    const parts = await Promise.all(
      this.#parts(account).map((key) =>
        this.#connection.command(key, "ZREVRANGEBYLEX", key, ...range),
      ),
    );
    return (parts as string[][]).flat().sort().reverse().slice(0, limit);
  }

  async pruneAudit(account: string, beforeId: string, limit: number): Promise<number> {
    let pruned = 0;
    for (const key of this.#parts(account)) {
      const left = limit - pruned;
      if (left === 0) break;
      pruned += Number(await this.#connection.run(PRUNE_AUDIT, [key], [beforeId, left]));
    }
    return pruned;
  }

  #parts(account: string): readonly string[] {
    const ofSessions = Array.from(
      { length: this.#partitions },
      (_, partition) => sessionKeys(partition, account).audit,
    );
    return [commonKeys(account).audit, accountKeys(account).audit, ...ofSessions];
  }
}

function decodeRecord(id: string, text: string): AdminRecord {
  const [, version, expiresAt, body = ""] = /^(\d+) (\S+) (.*)$/s.exec(text) ?? [];
  return {
    id,
    version: Number(version),
    body: parseRecordBody(id, body),
    expiresAt: expiresAt === "-" ? null : Number(expiresAt),
  };
}
