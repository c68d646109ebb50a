/**
 * The record of a session in Redis:
 *
 *     VERSION EPOCH COLUMNS DEADLINE AGENT INDEXED[ SEQ LEASE]\nSESSION\nSHADOW
 *
 * Scripts parse only the first line. `COLUMNS` are four letters: state, presence, queue standing,
 * and whether capacity is held. `DEADLINE` is in base 36, `-` stands for `null`. `INDEXED`:
 * see index-entries.ts. `SEQ` and `LEASE`
 * (in base 36) are the last beat of the last page since `SESSION` was written.
 * @module
 */
import { type Renewal, renew } from "../../core/lease.ts";
import type { Presence, QueueStanding, State } from "../../core/lists.ts";
import { decodeSession, encodeSession } from "../codec.ts";
import { numberOf } from "../decode.ts";
import type { ListFilter } from "../list.ts";
import { sessionError } from "../record-error.ts";
import type { IndexedColumns, Stored, Write } from "../store.ts";
import { encodeIndexEntries } from "./index-entries.ts";
import { encodeName } from "./keys.ts";

const STATES: Record<State, string> = {
  none: "n",
  active: "a",
  inactive: "i",
  ended: "e",
};
const PRESENCES: Record<Presence, string> = {
  unknown: "u",
  online: "o",
  offline: "f",
  ignored: "i",
  unsupported: "x",
};
const QUEUE_STANDINGS: Record<QueueStanding, string> = {
  none: "n",
  queued: "q",
  direct: "d",
};
const NONE = "-";

/** Encodes the record after a write; its version is one above `expectedVersion`. */
export function encodeRecord(write: Write): string {
  const { session, shadow, epoch, columns, deadlineAt } = write;
  const head = [
    write.expectedVersion + 1,
    epoch,
    `${encodeColumns(columns)}${columns.capacityHeld ? 1 : 0}`,
    deadlineAt === null ? NONE : deadlineAt.toString(36),
    columns.assignee === null ? NONE : encodeName(columns.assignee),
    encodeIndexEntries(write),
  ].join(" ");
  const lines = [head, encodeSession(session), ...(shadow ? [encodeSession(shadow)] : [])];
  return lines.join("\n");
}

/** The new deadline as the existing record has it, and the beat at the end of its first line. */
export function encodeRenewal(
  { seq, leaseUntil }: Renewal,
  deadlineAt: number,
): readonly [deadline: string, beat: string] {
  return [deadlineAt.toString(36), `${seq} ${leaseUntil.toString(36)}`];
}

/** Encodes the columns that sessions are listed by. */
export function encodeColumns({ state, presence, queue }: IndexedColumns): string {
  return `${STATES[state]}${PRESENCES[presence]}${QUEUE_STANDINGS[queue]}`;
}

export interface DecodedRecord {
  readonly stored: Stored;
  readonly columns: Omit<IndexedColumns, "queuedAt" | "capacityHeld">;
}

/** @throws {RecordError} */
export function decodeRecord(account: string, id: string, record: string): DecodedRecord {
  try {
    return decode(id, record);
  } catch (error) {
    throw sessionError(account, id, error);
  }
}

function decode(id: string, record: string): DecodedRecord {
  const [head = "", body = "", shadow] = record.split("\n");
  const fields = head.split(" ");
  const [version, epoch, letters = "", deadline = NONE, agent = NONE, , seq, lease] = fields;
  const written = decodeSession(id, body);
  const session =
    seq === undefined || lease === undefined
      ? written
      : renew(written, { seq: numberOf(Number(seq)), leaseUntil: numberIn36(lease) });
  return {
    stored: {
      session,
      shadow: shadow === undefined ? null : decodeSession(id, shadow),
      version: numberOf(Number(version)),
      epoch: numberOf(Number(epoch)),
      deadlineAt: deadline === NONE ? null : numberIn36(deadline),
    },
    columns: {
      ...decodeColumns(letters),
      group: session.ticket.group,
      assignee: agent === NONE ? null : decodeURIComponent(agent),
    },
  };
}

function numberIn36(text: string): number {
  return numberOf(Number.parseInt(text, 36));
}

/** The columns of a list query as a pattern valid in Lua and JavaScript; excludes the assignee. */
export function columnsPattern({ state, presence, queue }: ListFilter): string {
  return [
    state ? STATES[state] : ".",
    presence ? PRESENCES[presence] : ".",
    queue ? QUEUE_STANDINGS[queue] : ".",
  ].join("");
}

function byLetter<T extends string>(letters: Record<T, string>): ReadonlyMap<string, T> {
  return new Map(Object.entries(letters).map(([name, letter]) => [letter as string, name as T]));
}

const BY_LETTER = {
  state: byLetter(STATES),
  presence: byLetter(PRESENCES),
  queue: byLetter(QUEUE_STANDINGS),
};

/** The columns in {@link encodeColumns}. */
export function decodeColumns(letters: string) {
  const [state, presence, queue] = [
    BY_LETTER.state.get(letters.charAt(0)),
    BY_LETTER.presence.get(letters.charAt(1)),
    BY_LETTER.queue.get(letters.charAt(2)),
  ];
  if (!state || !presence || !queue) throw new Error(`Unknown letters in the columns ${letters}`);
  return { state, presence, queue };
}

/** Whether the record's session holds capacity: the fourth letter of its columns. */
export function holdsCapacity(record: string): boolean {
  return record.split(" ", 3)[2]?.charAt(3) === "1";
}

/** The member of the `assigned` set for a session; empty if it is unassigned. */
export function assignedMember(id: string, { assignee, capacityHeld }: IndexedColumns): string {
  return assignee === null ? "" : `${encodeName(assignee)} ${capacityHeld ? 1 : 0}${id}`;
}
