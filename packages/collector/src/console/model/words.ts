import type { Presence, Reason, TicketStatus } from "../../core/lists.ts";
import type { Session, Ticket } from "./session.ts";

/** A session's state in the words of a support desk. */
export function stateWords(session: Session): string {
  const { state, reason, assignee, ticket } = session;
  if (state === "none") return "Nothing written yet";
  if (state === "active") return assignee === null ? "Waiting for an agent" : "In conversation";
  if (reason === "ticket_status") return TICKET_RESTS[ticket.status];
  return reason === null ? "Inactive" : REASON_WORDS[reason];
}

export const REASON_WORDS: Record<NonNullable<Reason>, string> = {
  user_offline: "Left the site",
  user_inactive: "Silent for too long",
  ticket_status: "Ticket is at rest",
  ended_by_agent: "Ended by the agent",
  ended_by_end_user: "Ended by the visitor",
  ended_by_trigger: "Ended by a trigger",
  transferred_to_email: "Moved to email",
  ticket_closed: "Ticket closed",
  merged: "Joined with another",
};

const TICKET_RESTS: Record<TicketStatus, string> = {
  new: "Ticket is at rest",
  open: "Ticket is at rest",
  pending: "Ticket pending",
  hold: "Ticket on hold",
  solved: "Ticket solved",
  closed: "Ticket closed",
};

export const PRESENCE_WORDS: Record<Presence, { word: string; meaning: string }> = {
  online: { word: "Here", meaning: "At least one page of the site is open" },
  offline: { word: "Gone", meaning: "No page of the site is open any more" },
  unknown: { word: "Not seen yet", meaning: "No page has reported so far" },
  ignored: { word: "Not watched", meaning: "Presence is switched off for this account" },
  unsupported: { word: "Cannot be seen", meaning: "This channel has no web page" },
};

/** The ticket as text, like `#4711 open, high`; without a number until the desk has reported it. */
export function ticketWords({ id, status, priority }: Ticket): string {
  const words = STATUS_WORDS[status];
  const name = id === null ? `${words} ticket` : `#${id} ${words.toLowerCase()}`;
  return priority === null || priority === "normal" ? name : `${name}, ${priority}`;
}

export const STATUS_WORDS: Record<TicketStatus, string> = {
  new: "New",
  open: "Open",
  pending: "Pending",
  hold: "On hold",
  solved: "Solved",
  closed: "Closed",
};

/** The desk's name for the visitor, or else the conversation's id. */
export function visitorName({ user, id }: Session): string {
  return user ?? id;
}
