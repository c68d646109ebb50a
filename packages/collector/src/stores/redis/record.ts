/**
 * The record of a session in Redis:
 *
 *     VERSION EPOCH COLUMNS DEADLINE AGENT OTHER[ SEQ LEASE]\nSESSION\nSHADOW
 *
 * Scripts parse only the first line. `COLUMNS` are four letters: state, presence, queue standing,
 * and whether capacity is held. `DEADLINE` is in base 36, `-` stands for `null`. `SEQ` and `LEASE`
 * (in base 36) are the last beat of the last page since `SESSION` was written.
 * @module
 */
import { type Renewal, renew } from "../../core/lease.ts";
import type { Presence, QueueStanding, State } from "../../core/lists.ts";
import { decodeSession, encodeSession } from "../codec.ts";
import type { IndexedColumns, ListQuery, Stored, Write } from "../store.ts";
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
    encodeOtherColumns(write),
  ].join(" ");
  const lines = [head, encodeSession(session), ...(shadow ? [encodeSession(shadow)] : [])];
  return lines.join("\n");
}

/** Encodes the change that a lease renewal makes to the existing record. */
export function encodeRenewal({ seq, leaseUntil }: Renewal, deadlineAt: number): string {
  return `${deadlineAt.toString(36)} ${seq} ${leaseUntil.toString(36)}`;
}

/** Encodes the columns that sessions are listed by. */
export function encodeColumns({ state, presence, queue }: IndexedColumns): string {
  return `${STATES[state]}${PRESENCES[presence]}${QUEUE_STANDINGS[queue]}`;
}

/** The other columns, encoded only in the rare case that they differ from the session's fields. */
function encodeOtherColumns({ session, columns: { queuedAt, group, user } }: Write): string {
  const isSame =
    queuedAt === session.queuedAt && group === session.ticket.group && user === session.user;
  return isSame ? NONE : encodeName(JSON.stringify([queuedAt, group, user]));
}

export interface DecodedRecord {
  readonly stored: Stored;
  readonly columns: Pick<IndexedColumns, "queuedAt" | "group" | "user" | "assignee">;
}

export function decodeRecord(id: string, record: string): DecodedRecord {
  const [head = "", body = "", shadow] = record.split("\n");
  const fields = head.split(" ");
  const [version, epoch, , deadline = NONE, agent = NONE, other = NONE, seq, lease] = fields;
  const written = decodeSession(id, body);
  const session =
    seq === undefined || lease === undefined
      ? written
      : renew(written, { seq: Number(seq), leaseUntil: Number.parseInt(lease, 36) });
  const [queuedAt, group, user] =
    other === NONE
      ? [session.queuedAt, session.ticket.group, session.user]
      : (JSON.parse(decodeURIComponent(other)) as [number | null, string | null, string | null]);
  return {
    stored: {
      session,
      shadow: shadow === undefined ? null : decodeSession(id, shadow),
      version: Number(version),
      epoch: Number(epoch),
      deadlineAt: deadline === NONE ? null : Number.parseInt(deadline, 36),
    },
    columns: { queuedAt, group, user, assignee: agent === NONE ? null : decodeURIComponent(agent) },
  };
}

/** The columns of a list query as a pattern valid in Lua and JavaScript; excludes the assignee. */
export function columnsPattern({ state, presence, queue }: Omit<ListQuery, "limit">): string {
  return [
    state ? STATES[state] : ".",
    presence ? PRESENCES[presence] : ".",
    queue ? QUEUE_STANDINGS[queue] : ".",
  ].join("");
}

const STATE_BY_LETTER = new Map(
  Object.entries(STATES).map(([state, letter]) => [letter, state as State]),
);

/** The state in {@link encodeColumns}. */
export function stateOf(letters: string): State {
  const state = STATE_BY_LETTER.get(letters.charAt(0));
  if (state === undefined) throw new Error(`Unknown state in the columns ${letters}`);
  return state;
}

/** The columns pattern of sessions in the queue. */
export const QUEUED_PATTERN = `..[${QUEUE_STANDINGS.queued}${QUEUE_STANDINGS.direct}]`;

/** Whether the columns of the record match the pattern. */
export function hasColumns(record: string, pattern: string): boolean {
  return new RegExp(`^\\d+ \\d+ ${pattern}`).test(record);
}

/** Texts one of which is in the record of each of a user's sessions, and rarely in another. */
export function userNeedles(user: string): readonly [string, string] {
  const text = JSON.stringify(user);
  return [`,${text},`, encodeName(`,${text}]`)];
}

/** The member of the `assigned` set for a session; empty if it is unassigned. */
export function assignedMember(id: string, { assignee, capacityHeld }: IndexedColumns): string {
  return assignee === null ? "" : `${encodeName(assignee)} ${capacityHeld ? 1 : 0}${id}`;
}
