/**
 * Queue and capacity as docs/rules.md states them (rules 17 to 20), written again from the text, to compare
 * what the collectors store.
 * @module
 */
import type { QueueStanding } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";

/** One that goes on as another takes no part in anything (rule 26). */
function isBegun({ begunAt, ended, merge }: Session): boolean {
  return begunAt !== null && ended === null && merge === null;
}

function isActive(session: Session): boolean {
  return isBegun(session) && session.causes.length === 0;
}

function isWorkedOn({ ticket }: Session): boolean {
  return ticket.status === "new" || ticket.status === "open";
}

export function queueByTheRules(session: Session, settings: Settings): QueueStanding {
  const isEligible = isWorkedOn(session) && session.assignee === null && isBegun(session);
  if (!isEligible) return "none";
  if (settings.routing === "messaging") return isActive(session) ? "queued" : "none";
  return isActive(session) || settings.capacity.countInactive ? "queued" : "direct";
}

export function holdsCapacityByTheRules(session: Session, settings: Settings): boolean {
  if (session.assignee === null) return false;
  if (settings.routing === "messaging") return isActive(session);
  if (!isWorkedOn(session) || !isBegun(session)) return false;
  const { countInactive, autoRelease } = settings.capacity;
  return isActive(session) || (countInactive && !autoRelease.enabled);
}

/** What contradicts itself in a session's causes (rule 15), or null. */
export function contradictionIn(session: Session): string | null {
  if (!isBegun(session)) return null;
  const reasons = session.causes.map(({ reason }) => reason);
  const isMasked = ["pending", "hold", "solved"].includes(session.ticket.status);
  if (reasons.includes("ticket_status") !== isMasked) return `a ${session.ticket.status} ticket`;
  if (reasons.filter((reason) => reason !== "ticket_status").length > 1) return "two user causes";
  return null;
}
