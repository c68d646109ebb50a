/**
 * A session as one text in Redis:
 *
 *     VERSION EPOCH COLUMNS DEADLINE AGENT MORE[ SEQ LEASE]\nSESSION\nSHADOW
 *
 * The first line is for scripts, which read nothing else. `COLUMNS` are four letters: state, presence,
 * standing in the queue, whether capacity is held. `DEADLINE` is in base 36, `-` stands for none. `SEQ`
 * and `LEASE` (in base 36) are what the last page has said since `SESSION` was written.
 * @module
 */
import { type Renewal, renew } from "../../core/lease.ts";
import { decodeSession, encodeSession } from "../codec.ts";
import type { IndexedColumns, ListQuery, Stored, Write } from "../store.ts";
import { encodeName } from "./keys.ts";

const STATES: Record<IndexedColumns["state"], string> = {
  none: "n",
  active: "a",
  inactive: "i",
  ended: "e",
};
const PRESENCES: Record<IndexedColumns["presence"], string> = {
  unknown: "u",
  online: "o",
  offline: "f",
  ignored: "i",
  unsupported: "x",
};
const STANDINGS: Record<IndexedColumns["queue"], string> = { none: "n", queued: "q", direct: "d" };
const NONE = "-";

/** What a write makes of a session, whose version becomes the one after `expectedVersion`. */
export function encodeRecord(write: Write): string {
  const { session, shadow, epoch, columns, deadlineAt } = write;
  const head = [
    write.expectedVersion + 1,
    epoch,
    `${encodeColumns(columns)}${columns.capacityHeld ? 1 : 0}`,
    deadlineAt === null ? NONE : deadlineAt.toString(36),
    columns.assignee === null ? NONE : encodeName(columns.assignee),
    encodeMore(write),
  ].join(" ");
  const lines = [head, encodeSession(session), ...(shadow ? [encodeSession(shadow)] : [])];
  return lines.join("\n");
}

/** What becomes of the record that is there, where the last page was heard again and that is all. */
export function encodeRenewal({ seq, leaseUntil }: Renewal, deadlineAt: number): string {
  return `${deadlineAt.toString(36)} ${seq} ${leaseUntil.toString(36)}`;
}

/** What sessions are listed by. */
export function encodeColumns({ state, presence, queue }: IndexedColumns): string {
  return `${STATES[state]}${PRESENCES[presence]}${STANDINGS[queue]}`;
}

/** The other columns, where they are not as the session has them: they hardly ever are not. */
function encodeMore({ session, columns: { queuedAt, group, user } }: Write): string {
  const isSame =
    queuedAt === session.queuedAt && group === session.ticket.group && user === session.user;
  return isSame ? NONE : encodeName(JSON.stringify([queuedAt, group, user]));
}

export interface Recorded {
  readonly stored: Stored;
  readonly columns: Pick<IndexedColumns, "queuedAt" | "group" | "user" | "assignee">;
}

export function decodeRecord(id: string, record: string): Recorded {
  const [head = "", body = "", shadow] = record.split("\n");
  const fields = head.split(" ");
  const [version, epoch, , deadline = NONE, agent = NONE, more = NONE, seq, lease] = fields;
  const written = decodeSession(id, body);
  const session =
    seq === undefined || lease === undefined
      ? written
      : renew(written, { seq: Number(seq), leaseUntil: Number.parseInt(lease, 36) });
  const [queuedAt, group, user] =
    more === NONE
      ? [session.queuedAt, session.ticket.group, session.user]
      : (JSON.parse(decodeURIComponent(more)) as [number | null, string | null, string | null]);
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

/** Facets that a list asks for, as a pattern to Lua and JavaScript alike; the assignee is none. */
export function columnsPattern({ state, presence, queue }: Omit<ListQuery, "limit">): string {
  return [
    state ? STATES[state] : ".",
    presence ? PRESENCES[presence] : ".",
    queue ? STANDINGS[queue] : ".",
  ].join("");
}

/** Facets of those with a standing in the queue. */
export const QUEUED_PATTERN = `..[${STANDINGS.queued}${STANDINGS.direct}]`;

/** Whether the record is of a session with such columns. */
export function hasColumns(record: string, pattern: string): boolean {
  return new RegExp(`^\\d+ \\d+ ${pattern}`).test(record);
}

/** Texts of which one is in the record of each of a user's sessions, and hardly in any other. */
export function userNeedles(user: string): readonly [string, string] {
  const text = JSON.stringify(user);
  return [`,${text},`, encodeName(`,${text}]`)];
}

/** What stands for a session that somebody has; empty: nobody has it. */
export function assignedMember(id: string, { assignee, capacityHeld }: IndexedColumns): string {
  return assignee === null ? "" : `${encodeName(assignee)} ${capacityHeld ? 1 : 0}${id}`;
}
