/**
 * Queue and capacity (rules 17 to 21): derived from a session, never stored beside it.
 * @module
 */
import { type QueueStanding, type Session, stateOf } from "./session.ts";
import type { Settings } from "./settings.ts";
import { isWorkable } from "./ticket.ts";

/** Where a session stands in the queue (rules 17 to 19). */
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
    session.assignee === null &&
    isWorkable(session.ticket.status)
  );
}

/** Whether the session takes a place of its assignee's capacity (rule 20). */
export function holdsCapacity(session: Session, settings: Settings): boolean {
  if (session.assignee === null) return false;
  const state = stateOf(session);
  if (settings.routing === "messaging" || state === "none" || state === "ended") {
    return state === "active";
  }
  if (!isWorkable(session.ticket.status)) return false;
  const { countInactive, autoRelease } = settings.capacity;
  return state === "active" || (countInactive && !autoRelease.enabled);
}

/** Rule 21: takes a place when first eligible for one, keeps it until assigned or ended. */
export function keepQueuePlace(session: Session, now: number, settings: Settings): Session {
  if (session.assignee !== null || session.ended) {
    return session.queuedAt === null ? session : { ...session, queuedAt: null };
  }
  if (session.queuedAt !== null || queueOf(session, settings) === "none") return session;
  return { ...session, queuedAt: now, firstQueuedAt: now };
}
