/**
 * Entries of the lease log as bytes: 24 for each, little-endian.
 * @module
 */
import type { Renewal } from "../../core/lease.ts";
import { isUint32 } from "../packed-map.ts";

/** A session's last lease, and the version and deadline that the session has with it. */
export interface LeaseEntry extends Renewal {
  readonly version: number;
  readonly deadlineAt: number;
  /** The number of the session's account, if it is known; it is not in the log. */
  readonly account?: number | undefined;
}

/** Session, version and `seq`, how long before the lease's end the deadline is (u32 each), that end (f64). */
const ENTRY_BYTES = 24;

/** Whether the log has room for it: not for session numbers or leases past 2³² (milliseconds). */
export function fitsLogEntry(session: number, entry: LeaseEntry): boolean {
  const { version, seq, leaseUntil, deadlineAt } = entry;
  const beforeEnd = leaseUntil - deadlineAt;
  return isUint32(session) && isUint32(version) && isUint32(seq) && isUint32(beforeEnd);
}

export function encodeEntries(entries: ReadonlyMap<number, LeaseEntry>): Uint8Array {
  const bytes = new Uint8Array(entries.size * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [session, { version, seq, leaseUntil, deadlineAt }] of entries) {
    view.setUint32(at, session, true);
    view.setUint32(at + 4, version, true);
    view.setUint32(at + 8, seq, true);
    view.setUint32(at + 12, leaseUntil - deadlineAt, true);
    view.setFloat64(at + 16, leaseUntil, true);
    at += ENTRY_BYTES;
  }
  return bytes;
}

/** Calls `onEntry` for each entry, in order. */
export function decodeEntries(
  bytes: Uint8Array,
  onEntry: (session: number, entry: LeaseEntry) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += ENTRY_BYTES) {
    const leaseUntil = view.getFloat64(at + 16, true);
    onEntry(view.getUint32(at, true), {
      version: view.getUint32(at + 4, true),
      seq: view.getUint32(at + 8, true),
      leaseUntil,
      deadlineAt: leaseUntil - view.getUint32(at + 12, true),
    });
  }
}
