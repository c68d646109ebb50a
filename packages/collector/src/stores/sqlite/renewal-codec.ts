/**
 * A batch of renewals as one row of the file: 24 bytes each, little-endian.
 * @module
 */
import type { Renewal } from "../../core/lease.ts";
import { isWhole } from "../records.ts";

/** The newest of a session: what it has become since its row was written. */
export interface Renewed extends Renewal {
  readonly version: number;
  readonly deadlineAt: number;
}

/** The number of a session, its version, `seq`, how much before the lease the deadline is; the lease. */
const ENTRY_BYTES = 24;

/** Whether the file has room for it: sessions by the billion and leases of weeks have none. */
export function isKeepable(session: number, { version, seq, ...renewed }: Renewed): boolean {
  const before = renewed.leaseUntil - renewed.deadlineAt;
  return [session, version, seq, before].every(isWhole);
}

export function encodeRenewals(batch: ReadonlyMap<number, Renewed>): Uint8Array {
  const bytes = new Uint8Array(batch.size * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [session, { version, seq, leaseUntil, deadlineAt }] of batch) {
    view.setUint32(at, session, true);
    view.setUint32(at + 4, version, true);
    view.setUint32(at + 8, seq, true);
    view.setUint32(at + 12, leaseUntil - deadlineAt, true);
    view.setFloat64(at + 16, leaseUntil, true);
    at += ENTRY_BYTES;
  }
  return bytes;
}

/** Calls `take` for each renewal of a row. */
export function decodeRenewals(
  row: Uint8Array | string,
  take: (session: number, renewed: Renewed) => void,
): void {
  if (typeof row === "string") {
    decodeText(row, take);
    return;
  }
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  for (let at = 0; at < row.byteLength; at += ENTRY_BYTES) {
    const leaseUntil = view.getFloat64(at + 16, true);
    take(view.getUint32(at, true), {
      version: view.getUint32(at + 4, true),
      seq: view.getUint32(at + 8, true),
      leaseUntil,
      deadlineAt: leaseUntil - view.getUint32(at + 12, true),
    });
  }
}

const TEXT_VALUES = 5;

/** As rows were before they were bytes: numbers in JSON, instants as milliseconds since the first. */
function decodeText(row: string, take: (session: number, renewed: Renewed) => void): void {
  const [base = 0, ...values] = JSON.parse(row) as number[];
  for (let at = 0; at < values.length; at += TEXT_VALUES) {
    const [session = 0, version = 0, seq = 0, lease = 0, deadline = 0] = values.slice(at);
    take(session, { version, seq, leaseUntil: base + lease, deadlineAt: base + deadline });
  }
}
