/**
 * The desk's ticket: which statuses mask a session, and how a patch changes it.
 * @module
 */
import type { TicketStatus } from "./lists.ts";
import type { Ticket, TicketPatch } from "./session.ts";

/** How many tags a ticket keeps; further ones that a trigger adds are left out. */
export const MAX_TAGS = 256;

/** Rule 12: these statuses make a session inactive, reason `ticket_status`. */
export function isMasked(ticket: Ticket): boolean {
  return ticket.status === "pending" || ticket.status === "hold" || ticket.status === "solved";
}

/** Whether the desk still has work with the ticket: `new` and `open`. */
export function isWorkable(status: TicketStatus): boolean {
  return status === "new" || status === "open";
}

/** The changed fields of a ticket, for the history. */
export type TicketChanges = {
  readonly [Field in keyof Ticket]?: { readonly from: Ticket[Field]; readonly to: Ticket[Field] };
};

/** The ticket with the patch applied; the same object if nothing changes. */
export function patchTicket(ticket: Ticket, patch: TicketPatch): Ticket {
  const patched: Ticket = {
    id: patch.id === undefined ? ticket.id : patch.id,
    status: patch.status ?? ticket.status,
    priority: patch.priority === undefined ? ticket.priority : patch.priority,
    group: patch.group === undefined ? ticket.group : patch.group,
    tags: patch.tags === undefined ? ticket.tags : [...new Set(patch.tags)].slice(0, MAX_TAGS),
    routingChannel: patch.routingChannel ?? ticket.routingChannel,
  };
  return Object.keys(ticketChanges(ticket, patched)).length > 0 ? patched : ticket;
}

export function ticketChanges(from: Ticket, to: Ticket): TicketChanges {
  if (from === to) return {};
  const fields = Object.keys(to) as (keyof Ticket)[];
  const changed = fields.filter((field) => !isSame(from[field], to[field]));
  return Object.fromEntries(
    changed.map((field) => [field, { from: from[field], to: to[field] }]),
  ) as TicketChanges;
}

/** How many characters the values of changes have. */
export function lengthOf(changes: TicketChanges): number {
  const values = Object.values(changes).flatMap(({ from, to }) => [from, to].flat());
  return values.reduce((length, value) => length + (value?.length ?? 0), 0);
}

function isSame(a: Ticket[keyof Ticket], b: Ticket[keyof Ticket]): boolean {
  if (typeof a === "string" || a === null || typeof b === "string" || b === null) return a === b;
  return a.length === b.length && a.every((tag, index) => tag === b[index]);
}
