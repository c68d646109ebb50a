/**
 * What is known of a conversation as its desk has it. What this product writes to a desk comes back with the
 * desk's next message; because it is known already, it changes nothing.
 * @module
 */
import type { TicketPatch } from "../core/session.ts";

export const TICKET_FIELDS = ["status", "priority", "group", "tags"] as const;
export type TicketField = (typeof TICKET_FIELDS)[number];

interface Value {
  readonly value: unknown;
  /** The latest time at which the desk reported it, or it was written. */
  readonly at: number;
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
    if (!before || !isSame(before.value, value)) news[field] = value;
    learned[field] = { value, at };
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
    noted[field] = { value: written[field], at: Math.max(at, known[field]?.at ?? 0) };
  }
  return noted;
}

function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((each) => b.includes(each));
}
