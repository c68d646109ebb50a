/**
 * What a desk reports of a conversation as it is, field by field: its ticket, and who is assigned.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { DeskEvent } from "./fact.ts";
import type { Report } from "./known.ts";

/** `null`: the event is something that happened. */
export function reportOf(event: DeskEvent): Report | null {
  switch (event.type) {
    case "ticket_updated":
      return event.ticket;
    case "assigned":
      return { assignee: event.agent };
    case "unassigned":
      return { assignee: null };
    default:
      return null;
  }
}

export function inputsOf({ assignee, ...ticket }: Report, happenedAt: number): readonly Input[] {
  const inputs: Input[] = [];
  if (Object.keys(ticket).length > 0) inputs.push({ type: "ticket_updated", ticket, happenedAt });
  if (assignee === null) inputs.push({ type: "unassigned", requeue: false, happenedAt });
  else if (assignee !== undefined) inputs.push({ type: "assigned", agent: assignee, happenedAt });
  return inputs;
}
