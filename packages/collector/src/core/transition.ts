/**
 * A transition: one entry of a session's history, with what changed, when and why.
 * @module
 */
import type { Presence, QueueStanding, Reason, State, TransitionCause } from "./lists.ts";
import { aliasOf } from "./merge.ts";
import { shownPresence } from "./presence.ts";
import { holdsCapacity, queueOf } from "./routing.ts";
import { reasonOf, type Session, stateOf } from "./session.ts";
import type { Settings } from "./settings.ts";
import { type TicketChanges, ticketChanges } from "./ticket.ts";
import type { Trigger } from "./trigger.ts";

export interface Standing {
  readonly state: State;
  readonly reason: Reason;
  readonly presence: Presence;
}

export interface Transition {
  /** Gap-free from 1 within its session. */
  readonly seq: number;
  /** Never below that of the one before. */
  readonly at: number;
  readonly from: Standing;
  readonly to: Standing;
  readonly cause: TransitionCause;
  readonly queue: QueueStanding;
  readonly capacityHeld: boolean;
  readonly assignee: string | null;
  /** When a page last reported before this transition; `null` if never. */
  readonly heardAt: number | null;
  readonly ticketChanges: TicketChanges;
  /** Names of the triggers that fired; empty unless the cause is `trigger`. */
  readonly triggers: readonly string[];
  /** Names of the webhook endpoints that the trigger notifies. */
  readonly notify: readonly string[];
  /** The session goes on as this one (rule 26); only in its last transition. */
  readonly mergedInto?: string;
}

/** Everything of a session that is visible outside, derived in one place. */
export interface VisibleState extends Standing {
  readonly queue: QueueStanding;
  readonly capacityHeld: boolean;
}

export function visibleOf(session: Session, settings: Settings): VisibleState {
  return {
    state: stateOf(session),
    reason: reasonOf(session),
    presence: shownPresence(session, settings),
    queue: queueOf(session, settings),
    capacityHeld: holdsCapacity(session, settings),
  };
}

/** The transition for a change and the session after it; `null` if nothing visible changed. */
export function recordTransition(
  before: { readonly session: Session; readonly visible: VisibleState },
  session: Session,
  cause: TransitionCause,
  at: number,
  settings: Settings,
  trigger: Trigger | null = null,
): { readonly session: Session; readonly transition: Transition } | null {
  const from = before.visible;
  const to = visibleOf(session, settings);
  const changes = ticketChanges(before.session.ticket, session.ticket);
  const mergedInto = aliasOf(before.session) === null ? aliasOf(session) : null;
  const isSame =
    mergedInto === null &&
    from.state === to.state &&
    from.reason === to.reason &&
    from.presence === to.presence &&
    from.queue === to.queue &&
    from.capacityHeld === to.capacityHeld &&
    before.session.assignee === session.assignee &&
    Object.keys(changes).length === 0;
  if (isSame && !trigger) return null;
  const seq = session.seq + 1;
  // After the clock was set back, time repeats itself; history does not.
  const historyAt = Math.max(at, session.historyAt);
  const hasNewState = from.state !== to.state || from.reason !== to.reason;
  return {
    session: {
      ...session,
      seq,
      historyAt,
      stateChangedAt: hasNewState ? at : session.stateChangedAt,
      presenceChangedAt: from.presence === to.presence ? session.presenceChangedAt : at,
    },
    transition: {
      seq,
      at: historyAt,
      from: { state: from.state, reason: from.reason, presence: from.presence },
      to: { state: to.state, reason: to.reason, presence: to.presence },
      cause,
      queue: to.queue,
      capacityHeld: to.capacityHeld,
      assignee: session.assignee,
      heardAt: before.session.heardAt,
      ticketChanges: changes,
      triggers: trigger ? [trigger.name] : [],
      notify: (trigger?.actions ?? []).flatMap((action) =>
        action.type === "notify_webhook" ? action.value : [],
      ),
      ...(mergedInto !== null && { mergedInto }),
    },
  };
}
