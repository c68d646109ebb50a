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

/** The own changes among a session's transitions, which are added one by one: there may be very many. */
export class OwnChanges {
  readonly #fields = new Set<(typeof FIELDS)[number]>();
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();

  add({ cause, ticketChanges }: Pick<Transition, "cause" | "ticketChanges">): void {
    if (!OWN_CAUSES.has(cause)) return;
    for (const field of FIELDS) {
      if (ticketChanges[field] !== undefined) this.#fields.add(field);
    }
    const from = new Set(ticketChanges.tags?.from);
    const to = new Set(ticketChanges.tags?.to);
    for (const tag of to) if (!from.has(tag)) this.#added.add(tag);
    for (const tag of from) if (!to.has(tag)) this.#removed.add(tag);
  }

  /** What of the ticket they have changed and the desk does not have. */
  unknownTo(known: Known, ticket: Ticket): Changed {
    const fields = FIELDS.filter(
      (field) => this.#fields.has(field) && known[field]?.value !== ticket[field],
    );
    const current = new Set(ticket.tags);
    const tags = {
      added: [...this.#added].filter((tag) => current.has(tag)),
      removed: [...this.#removed].filter((tag) => !current.has(tag)),
    };
    const hasTags = tags.added.length > 0 || tags.removed.length > 0;
    const patch: Omit<Changed, "tags"> = Object.fromEntries(
      fields.map((field) => [field, ticket[field]]),
    );
    return { ...patch, ...(hasTags && { tags }) };
  }
}

/** What one transition has changed of the ticket, if it is an own change. */
export function changedBy(transition: Pick<Transition, "cause" | "ticketChanges">): Changed {
  const own = new OwnChanges();
  own.add(transition);
  const after = Object.entries(transition.ticketChanges).map(([field, { to }]) => [field, to]);
  return own.unknownTo({}, { tags: [], ...Object.fromEntries(after) } as unknown as Ticket);
}
