/**
 * Changes of one record of the administration by what is stored in it.
 * @module
 */
import type { AdminStore } from "../stores/admin.ts";

const MAX_ATTEMPTS = 8;

/** The desk whose record it is. */
export interface NamedDesk {
  readonly account: string;
  readonly id: string;
  /** Tells it from one of the same id that was removed. */
  readonly createdAt: number;
}

export interface RecordChange {
  /** `null` deletes the record. */
  readonly body: unknown;
  /** When it may be deleted, in epoch milliseconds; `null`: never. */
  readonly expiresAt: number | null;
}

/** @param body what is stored; `undefined`: nothing. */
type Change = (body: unknown) => Promise<RecordChange | null> | RecordChange | null;

/**
 * Stores what `change` makes of the record; `null` stores nothing. `change` may be called again, where another
 * process changes the record at the same time.
 */
export async function updateRecord(
  admin: AdminStore,
  account: string,
  id: string,
  change: Change,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const [record = null] = await admin.records([id]);
    const after = await change(record?.body);
    if (after === null) return;
    const write = { id, expectedVersion: record?.version ?? 0, ...after };
    if (await admin.commit(account, [write], [])) return;
  }
  throw new Error(`The record ${id} keeps being changed. Try again.`);
}
