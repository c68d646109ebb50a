/**
 * The order of what the desk reports. Its events may arrive in the wrong order, so each field of the
 * ticket and the assignee have a time, and a value from before that time is dropped.
 * @module
 */
import type { Input } from "./input.ts";
import type { Session, Ticket, TicketPatch, TimedField } from "./session.ts";
import { patchTicket } from "./ticket.ts";

/** As of when an event counts: when it happened as far as the desk says, and never after its receipt. */
export function eventTime(input: Input, now: number): number {
  return "happenedAt" in input ? pastTime(input.happenedAt, now) : now;
}

/** When a message of the end user was sent; missing, or later than its receipt: then. */
export function sentTime(
  { sentAt }: Extract<Input, { type: "end_user_message" }>,
  now: number,
): number {
  return pastTime(sentAt, now);
}

/** From 1970 on: an earlier time, such as the year 1, stands for none with some senders, and no store could keep it. */
function pastTime(at: number | null | undefined, now: number): number {
  return Math.max(0, Math.min(at ?? now, now));
}

/** Whether the field has a value from after `at`. Of equal times the later arrival counts. */
export function isOutdated({ fieldsSetAt }: Session, field: TimedField, at: number): boolean {
  return at < (fieldsSetAt[field] ?? Number.NEGATIVE_INFINITY);
}

/** The session with those fields counting as set at `at`; the same object if they do already. */
export function withFieldTimes(
  session: Session,
  fields: readonly TimedField[],
  at: number,
): Session {
  const { fieldsSetAt } = session;
  if (fields.every((field) => fieldsSetAt[field] === at)) return session;
  const times = Object.fromEntries(fields.map((field) => [field, at]));
  return { ...session, fieldsSetAt: { ...fieldsSetAt, ...times } };
}

/** Sets the fields of the patch that have no later value. A value that changes nothing has its time too. */
export function setTicketFields(session: Session, patch: TicketPatch, at: number): Session {
  const fields = (Object.keys(patch) as (keyof Ticket)[]).filter(
    (field) => patch[field] !== undefined && !isOutdated(session, field, at),
  );
  if (fields.length === 0) return session;
  const current: TicketPatch = Object.fromEntries(fields.map((field) => [field, patch[field]]));
  // An assignment from after it has opened the ticket that was new then.
  const isOpened = current.status === "new" && isOutdated(session, "assignment", at);
  const ticket = patchTicket(session.ticket, isOpened ? { ...current, status: "open" } : current);
  const timed = withFieldTimes(session, fields, at);
  return ticket === session.ticket ? timed : { ...timed, ticket };
}

/**
 * Rule 17: an assignment opens a ticket that was new at that time, even if another assignee has been
 * reported since. The status keeps its time, so that the status from before the assignment still counts
 * where it arrives later.
 */
export function openByAssignment(session: Session, at: number): Session {
  const noted = isOutdated(session, "assignment", at)
    ? session
    : withFieldTimes(session, ["assignment"], at);
  if (session.ticket.status !== "new" || isOutdated(session, "status", at)) return noted;
  return { ...noted, ticket: patchTicket(session.ticket, { status: "open" }) };
}
