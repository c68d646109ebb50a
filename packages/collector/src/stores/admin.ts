/**
 * What a store keeps for the administration of accounts: small records with a version, and the audit log.
 * Both are changed together, so that each change has its entry. A store does not know what is in a record.
 * The cases in `stores/suite/admin.ts` check a driver against this contract.
 * @module
 */
import type { AuditAction } from "../core/lists.ts";
import type { FollowingChange } from "../core/settings-schema.ts";

/** Who made a change; the name is as it was then. */
export type Actor =
  | { readonly person: string; readonly name: string }
  | { readonly key: string; readonly name: string }
  /** The command that was run. */
  | { readonly cli: string }
  | { readonly desk: string }
  /** Where a refused attempt came from, whose sender is not known; IPv6: the /64. `null`: several. */
  | { readonly address: string | null };

/** An entry of an account's audit log. It contains no secret. */
export interface AuditEntry {
  /** Unique; sorts by the time of the entry. */
  readonly id: string;
  readonly at: number;
  readonly by: Actor;
  readonly action: AuditAction;
  /** What was changed; `null`: the account. */
  readonly target: string | null;
  /** As JSON; `null` where there is nothing to state. */
  readonly from: unknown;
  readonly to: unknown;
  /** Settings that changed with these since they follow one of them; missing where none did. */
  readonly alsoChanged?: readonly FollowingChange[];
}

export interface AdminRecord {
  readonly id: string;
  /** Increases with each commit, from 1. */
  readonly version: number;
  /** As JSON. */
  readonly body: unknown;
  /** When it may be deleted; `null`: never. A record that has expired may still be there. */
  readonly expiresAt: number | null;
}

export interface RecordWrite {
  readonly id: string;
  /** The version that was read; 0: there was none. */
  readonly expectedVersion: number;
  /** `null` deletes the record. */
  readonly body: unknown;
  readonly expiresAt: number | null;
}

export interface AdminStore {
  /** In the order of the ids; `null` if absent. Rejects with a `RecordError` if one cannot be read. */
  records(ids: readonly string[]): Promise<readonly (AdminRecord | null)[]>;
  /**
   * Stores all of the writes and the entries of the account's audit log. `false`: a record has another
   * version than expected, and nothing was stored.
   */
  commit(
    account: string,
    writes: readonly RecordWrite[],
    audit: readonly AuditEntry[],
  ): Promise<boolean>;
  /** Deletes at most `limit` records that expired at or before `now`; returns how many. */
  pruneRecords(now: number, limit: number): Promise<number>;
  /**
   * Entries of an account, newest first; with `beforeId` only those before it. Those that cannot be read
   * are passed over; fewer than `limit`: there are no more.
   */
  audit(account: string, beforeId: string | null, limit: number): Promise<readonly AuditEntry[]>;
  /** Deletes at most `limit` entries of an account before `beforeId`; returns how many. */
  pruneAudit(account: string, beforeId: string, limit: number): Promise<number>;
}
