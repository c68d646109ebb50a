import type { Presence, QueueStanding, Reason, State, TransitionCause } from "../../core/lists.ts";
import type { Session, Ticket } from "./session.ts";

export interface Standing {
  state: State;
  reason: Reason;
  presence: Presence;
}

/** One entry of a session's history, as the stream and the history route return it. */
export interface Transition {
  id: string;
  /** Gap-free within its session. */
  seq: number;
  session: string;
  at: string;
  from: Standing;
  to: Standing;
  cause: TransitionCause;
  queue: QueueStanding;
  capacityHeld: boolean;
  assignee?: string | null;
  ticketChanges: { [Field in keyof Ticket]?: { from: Ticket[Field]; to: Ticket[Field] } };
  triggers: string[];
  /** The session goes on as this one; only in its last transition. */
  mergedInto?: string;
}

/**
 * The session after a transition, as far as the transition contains its fields. An older or
 * duplicate transition changes nothing.
 */
export function apply(session: Session, transition: Transition): Session {
  if (transition.seq <= session.seq) return session;
  const { to, from, at, queue, capacityHeld, seq } = transition;
  const hasNewState = from.state !== to.state || from.reason !== to.reason;
  const ticket = { ...session.ticket };
  for (const [field, change] of Object.entries(transition.ticketChanges)) {
    Object.assign(ticket, { [field]: change.to });
  }
  return {
    ...session,
    ...to,
    ticket,
    queue,
    capacityHeld,
    seq,
    assignee: transition.assignee === undefined ? session.assignee : transition.assignee,
    queuedAt: queue === "none" ? session.queuedAt : (session.queuedAt ?? at),
    stateChangedAt: hasNewState ? at : session.stateChangedAt,
    presenceChangedAt: from.presence === to.presence ? session.presenceChangedAt : at,
  };
}
