/**
 * What is known of a conversation as its desk has it. What this product writes to a desk comes back with the
 * desk's next message; because it is known already, it changes nothing.
 * @module
 */
import type { TicketStatus } from "../core/lists.ts";
import type { TicketPatch } from "../core/session.ts";

export const TICKET_FIELDS = ["status", "priority", "group", "tags"] as const;
export type TicketField = (typeof TICKET_FIELDS)[number];

const FIELDS = [...TICKET_FIELDS, "assignee"] as const;
type Field = (typeof FIELDS)[number];

/** What a desk reports of a conversation: fields of its ticket, and who is assigned. */
export type Report = TicketPatch & { readonly assignee?: string | null };

interface Value {
  readonly value: unknown;
  /** The latest time at which the desk reported it, or it was written. */
  readonly at: number;
  /** This product wrote it, and the desk has reported no other value since. */
  readonly isOurs?: true;
}

export type Known = { readonly [Name in Field]?: Value };

/**
 * The part of a report that is new, and what is known after it. A value from before the one that is
 * known is dropped, since messages may arrive in any order.
 */
export function learn(known: Known, report: Report, at: number): [Report, Known] {
  const news: { [Name in Field]?: unknown } = {};
  const learned: { [Name in Field]?: Value } = { ...known };
  for (const field of FIELDS) {
    const value = report[field];
    const before = known[field];
    if (value === undefined || (before && at < before.at)) continue;
    const isEcho = before !== undefined && isSame(before.value, value);
    if (!isEcho) news[field] = value;
    learned[field] = { value, at, ...(isEcho && before.isOurs && { isOurs: true }) };
  }
  return [news as Report, learned];
}

/**
 * Whether the desk reports an assignee whom it is known to have, while the session has another: it was changed here,
 * for example because the agent had no capacity (rule 21), and what the desk repeats undoes nothing.
 */
export function isRepeated(
  { assignee: before }: Known,
  { assignee }: Report,
  at: number,
  current: string | null,
): boolean {
  const isKnown = before !== undefined && at >= before.at && before.value === assignee;
  return isKnown && current !== assignee;
}

/** The part of a report that says otherwise than what is known; a field of which nothing is known is left out. */
export function contradictions(known: Known, report: Report): Report {
  const differing = FIELDS.filter((field) => {
    const before = known[field];
    return report[field] !== undefined && before && !isSame(before.value, report[field]);
  });
  return Object.fromEntries(differing.map((field) => [field, report[field]]));
}

/**
 * What is known once values were written to the desk, by `at`: what it reports of a time before that may be from
 * between two of the requests.
 */
export function noteWritten(known: Known, written: Report, at: number): Known {
  const noted: { [Name in Field]?: Value } = { ...known };
  for (const field of FIELDS) {
    if (written[field] === undefined) continue;
    const notedAt = Math.max(at, known[field]?.at ?? 0);
    noted[field] = { value: written[field], at: notedAt, isOurs: true };
  }
  return noted;
}

/** What is known where the desk refused a value that was noted at `at`: what was known before, in `former`. */
export function withoutWritten(known: Known, field: Field, at: number, former: Known): Known {
  const { [field]: written, ...others } = known;
  // The desk has reported it since.
  if (!written?.isOurs || written.at !== Math.max(at, former[field]?.at ?? 0)) return known;
  const before = former[field];
  return before ? { ...others, [field]: before } : others;
}

/** The status that the desk itself has set after `at`, and when; `null`: none. */
export function statusSetAfter(
  { status }: Known,
  at: number,
): { readonly status: TicketStatus; readonly at: number } | null {
  if (!status || status.at <= at || status.isOurs) return null;
  return { status: status.value as TicketStatus, at: status.at };
}

function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((each) => b.includes(each));
}
