/**
 * What is known of a conversation as its desk has it. What this product writes to a desk comes back with the
 * desk's next message; because it is known already, it changes nothing.
 * @module
 */
import type { TicketStatus } from "../core/lists.ts";
import type { TicketPatch } from "../core/session.ts";

export const TICKET_FIELDS = ["status", "priority", "group", "tags"] as const;
export type TicketField = (typeof TICKET_FIELDS)[number];

interface Value {
  readonly value: unknown;
  /** The latest time at which the desk reported it, or it was written. */
  readonly at: number;
  /** This product wrote it, and the desk has reported no other value since. */
  readonly isOurs?: true;
}

export type Known = { readonly [Field in TicketField]?: Value };

/**
 * The part of a reported ticket that is new, and what is known after it. A value from before the one that is
 * known is dropped, since messages may arrive in any order.
 */
export function learn(known: Known, ticket: TicketPatch, at: number): [TicketPatch, Known] {
  const news: { [Field in TicketField]?: unknown } = {};
  const learned: { [Field in TicketField]?: Value } = { ...known };
  for (const field of TICKET_FIELDS) {
    const value = ticket[field];
    const before = known[field];
    if (value === undefined || (before && at < before.at)) continue;
    const isEcho = before !== undefined && isSame(before.value, value);
    if (!isEcho) news[field] = value;
    learned[field] = { value, at, ...(isEcho && before.isOurs && { isOurs: true }) };
  }
  return [news as TicketPatch, learned];
}

/**
 * What is known once values were written to the desk, by `at`: what it reports of a time before that may be from
 * between two of the requests.
 */
export function noteWritten(known: Known, written: TicketPatch, at: number): Known {
  const noted: { [Field in TicketField]?: Value } = { ...known };
  for (const field of TICKET_FIELDS) {
    if (written[field] === undefined) continue;
    const notedAt = Math.max(at, known[field]?.at ?? 0);
    noted[field] = { value: written[field], at: notedAt, isOurs: true };
  }
  return noted;
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
