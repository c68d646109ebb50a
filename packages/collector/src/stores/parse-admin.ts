/**
 * Decodes records of the administration and entries of the audit log.
 * @module
 */
import type { AuditEntry } from "./admin.ts";
import { recordError } from "./record-error.ts";

/** @throws {RecordError} that names the record */
export function parseRecordBody(id: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw recordError(`The record ${id} of the administration`, error, "restore a backup.");
  }
}

/** @throws {RecordError} that names the entry */
export function parseAuditEntry(account: string, id: string, text: string): AuditEntry {
  try {
    const entry = JSON.parse(text) as AuditEntry;
    if (entry.id !== id) throw new Error("it is another one");
    return entry;
  } catch (error) {
    const record = `The entry ${id} of the audit log of the account ${account}`;
    throw recordError(record, error, "restore a backup if it must not be missing.");
  }
}
