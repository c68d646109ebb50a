/**
 * Whether a trigger would have fired in a session's history. Every visible change is in it with what was
 * before; the ticket at each time is found by undoing its later changes.
 * @module
 */
import type { Session, Ticket } from "./session.ts";
import type { TicketChanges } from "./ticket.ts";
import type { Transition } from "./transition.ts";
import type { Trigger, TriggerField } from "./trigger.ts";
import { type FieldValue, holdsBetween } from "./triggers.ts";

/** @param history the latest transitions of the session, ascending and without a gap */
export function firesOn(
  trigger: Trigger,
  session: Session,
  history: readonly Transition[],
): boolean {
  let after = session.ticket;
  for (const [index, transition] of [...history.entries()].reverse()) {
    const before = undo(after, transition.ticketChanges);
    const assigneeBefore = history[index - 1]?.assignee ?? null;
    // What triggers did follows from the input that made them fire.
    if (transition.cause !== "trigger") {
      const was = reader(session, transition.from, assigneeBefore, before);
      const is = reader(session, transition.to, transition.assignee, after);
      if (holdsBetween(trigger, was, is)) return true;
    }
    after = before;
  }
  return false;
}

function undo(ticket: Ticket, changes: TicketChanges): Ticket {
  const entries = Object.entries(changes).map(([field, { from }]) => [field, from]);
  return { ...ticket, ...Object.fromEntries(entries) } as Ticket;
}

function reader(
  { channel }: Session,
  { state, reason, presence }: Transition["from"],
  assignee: string | null,
  ticket: Ticket,
): (field: TriggerField) => FieldValue {
  const values: Record<TriggerField, FieldValue> = {
    "session.state": state,
    "session.reason": reason,
    "session.presence": presence,
    "session.channel": channel,
    "session.assignee": assignee,
    "ticket.status": ticket.status,
    "ticket.priority": ticket.priority,
    "ticket.group": ticket.group,
    "ticket.tags": ticket.tags,
    "ticket.routingChannel": ticket.routingChannel,
  };
  return (field) => values[field];
}
