/**
 * Gives sessions their entries in the indexes of lists, in a Redis that was filled before there were any, or
 * before they were as they are now.
 * Each call of Redis reads or writes a few hundred sessions, so other collectors are served meanwhile; a
 * run that is interrupted begins again, and passes over what is done.
 * @module
 */
import { RecordError } from "../record-error.ts";
import type { Write } from "../store.ts";
import type { Connection } from "./connection.ts";
import { isIndexed } from "./index-entries.ts";
import { COMMON_KEYS, sessionKeys } from "./keys.ts";
import { pairs } from "./pairs.ts";
import { type DecodedRecord, decodeRecord, holdsCapacity } from "./record.ts";
import { SCAN_SESSIONS } from "./scripts/scan-all.ts";
import type { Sessions } from "./sessions.ts";

const SCAN_LIMIT = 200;

export async function reindex(
  connection: Connection,
  sessions: Sessions,
  partitions: number,
): Promise<void> {
  const { accounts } = COMMON_KEYS;
  const names = (await connection.command(accounts, "HKEYS", accounts)) as string[];
  for (const account of names) {
    for (let partition = 0; partition < partitions; partition += 1) {
      await reindexPartition(connection, sessions, account, partition);
    }
  }
}

async function reindexPartition(
  connection: Connection,
  sessions: Sessions,
  account: string,
  partition: number,
): Promise<void> {
  const keys = sessionKeys(partition, account);
  for (let from = ""; ; ) {
    const reply = await connection.run(
      SCAN_SESSIONS,
      [keys.ids, keys.sessions],
      [from, SCAN_LIMIT],
    );
    const [next = "", ...flat] = reply as string[];
    const writes = pairs(flat).flatMap(([id, record]) => rewriteOf(account, id, record) ?? []);
    // A conflict: another collector has written the session meanwhile, with its entries.
    if (writes.length > 0) await sessions.commit(writes);
    if (next === "") return;
    from = next;
  }
}

/**
 * A write that changes nothing of the session, or null if it has its entries, or cannot be read.
 */
function rewriteOf(account: string, id: string, record: string): Write | null {
  if (isIndexed(record)) return null;
  const decoded = decodeOrNull(account, id, record);
  if (!decoded) return null;
  const { stored, columns } = decoded;
  const { session, shadow, version, epoch, deadlineAt } = stored;
  return {
    kind: "change",
    key: { account, id },
    expectedVersion: version,
    session,
    shadow,
    epoch,
    columns: { ...columns, queuedAt: session.queuedAt, capacityHeld: holdsCapacity(record) },
    deadlineAt,
    eventIds: [],
    transitions: [],
    shadowTransitions: [],
  };
}

/** Loading the session reports that it cannot be read. */
function decodeOrNull(account: string, id: string, record: string): DecodedRecord | null {
  try {
    return decodeRecord(account, id, record);
  } catch (error) {
    if (error instanceof RecordError) return null;
    throw error;
  }
}
