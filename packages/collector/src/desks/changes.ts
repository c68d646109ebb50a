/**
 * What triggers and timers have changed about a session's ticket: what its desk cannot know. What the desk
 * itself reported, and what follows from that (rules 12 and 17), is left out.
 * @module
 */
import type { TransitionCause } from "../core/lists.ts";
import type { Ticket } from "../core/session.ts";
import type { Transition } from "../core/transition.ts";
import type { Changed } from "./desk.ts";
import type { Known } from "./known.ts";

const OWN_CAUSES: ReadonlySet<TransitionCause> = new Set([
  "trigger",
  "lease",
  "buffer",
  "inactivity",
]);

const FIELDS = ["status", "priority", "group"] as const;

/** @param transitions of the session since the desk was last told, ascending */
export function changedSince(
  transitions: readonly Pick<Transition, "cause" | "ticketChanges">[],
  ticket: Ticket,
  known: Known,
): Changed {
  const own = transitions.filter(({ cause }) => OWN_CAUSES.has(cause));
  const fields = FIELDS.filter(
    (field) =>
      own.some(({ ticketChanges }) => ticketChanges[field] !== undefined) &&
      known[field]?.value !== ticket[field],
  );
  const added = new Set<string>();
  const removed = new Set<string>();
  for (const { ticketChanges } of own) {
    const { from = [], to = [] } = ticketChanges.tags ?? {};
    for (const tag of to.filter((each) => !from.includes(each))) added.add(tag);
    for (const tag of from.filter((each) => !to.includes(each))) removed.add(tag);
  }
  const tags = {
    added: [...added].filter((tag) => ticket.tags.includes(tag)),
    removed: [...removed].filter((tag) => !ticket.tags.includes(tag)),
  };
  const hasTags = tags.added.length > 0 || tags.removed.length > 0;
  const patch: Omit<Changed, "tags"> = Object.fromEntries(
    fields.map((field) => [field, ticket[field]]),
  );
  return { ...patch, ...(hasTags && { tags }) };
}
