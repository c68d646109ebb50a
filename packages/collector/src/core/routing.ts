/**
 * Queue and capacity (rules 17 to 21), derived from the session and never stored separately.
 * @module
 */
import type { QueueStanding } from "./lists.ts";
import { type Session, stateOf } from "./session.ts";
import type { Settings } from "./settings.ts";
import { isWorkable } from "./ticket.ts";

/** Whether a session is queued, assigned directly or neither (rules 17 to 19). */
export function queueOf(session: Session, settings: Settings): QueueStanding {
  if (!isEligible(session)) return "none";
  const isActive = stateOf(session) === "active";
  if (settings.routing === "messaging") return isActive ? "queued" : "none";
  return isActive || settings.capacity.countInactive ? "queued" : "direct";
}

function isEligible(session: Session): boolean {
  return (
    session.begunAt !== null &&
    session.ended === null &&
    session.merge === null &&
    session.assignee === null &&
    isWorkable(session.ticket.status)
  );
}

/** Whether the session uses capacity of its assignee (rule 20). */
export function holdsCapacity(session: Session, settings: Settings): boolean {
  if (session.assignee === null || session.merge) return false;
  const state = stateOf(session);
  if (settings.routing === "messaging" || state === "none" || state === "ended") {
    return state === "active";
  }
  if (!isWorkable(session.ticket.status)) return false;
  const { countInactive, autoRelease } = settings.capacity;
  return state === "active" || (countInactive && !autoRelease.enabled);
}

/** Rule 21: sets the queue position when first eligible, and keeps it until assigned or ended. */
export function keepQueuePosition(session: Session, now: number, settings: Settings): Session {
  if (session.assignee !== null || session.ended) {
    return session.queuedAt === null ? session : { ...session, queuedAt: null };
  }
  if (session.queuedAt !== null || queueOf(session, settings) === "none") return session;
  return { ...session, queuedAt: now, firstQueuedAt: now };
}
