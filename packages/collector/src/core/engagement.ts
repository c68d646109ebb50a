/**
 * Engagement (rules 7 to 13, 15, 16): what makes a session active or not, and until when. Presence
 * comes in as two facts only, that the user came online and that they went offline.
 * @module
 */

import {
  type Cause,
  type EndReason,
  isUnderWay,
  type Session,
  type TicketPatch,
  type UserReason,
} from "./session.ts";
import type { Settings } from "./settings.ts";
import { isMasked, isWorkable, patchTicket } from "./ticket.ts";

/** Neither the user's leaving nor their silence disengaged the session; a mask does not count. */
export function isEngaged(session: Session): boolean {
  return isUnderWay(session) && userCause(session) === undefined;
}

function userCause(session: Session): Cause | undefined {
  return session.causes.find((cause) => cause.reason !== "ticket_status");
}

/**
 * Base + period, whether or not anything runs towards it (rules 9 to 11); null: nothing to count
 * from, as with the anchor `agent_first_reply` until an agent has replied.
 */
export function inactivityDueAt(session: Session, settings: Settings): number | null {
  const { inactivity, capacity } = settings;
  const release = capacity.autoRelease;
  if (!release.enabled || session.assignee === null) return session.baseAt + inactivity.periodMs;
  if (release.anchor === "end_user_response") return session.baseAt + release.periodMs;
  const repliedAt = session.agentRepliesAt[0];
  return repliedAt === undefined ? null : Math.max(session.baseAt, repliedAt) + release.periodMs;
}

/** When silence disengages the session; null: it does not, or online presence holds it off (rule 10). */
export function inactivityEndsAt(session: Session, settings: Settings): number | null {
  if (!isEngaged(session) && !session.releasePending) return null;
  if (isHeld(session, settings)) return null;
  const dueAt = inactivityDueAt(session, settings);
  return dueAt === null ? null : Math.max(dueAt, session.graceUntil);
}

function isHeld(session: Session, { inactivity }: Settings): boolean {
  if (session.presence !== "online") return false;
  if (inactivity.onlineHolds === "always") return true;
  return inactivity.onlineHolds === "queued" && session.assignee === null;
}

/** Rule 9: the user came online. A session that is engaged already changes nothing. */
export function returnOnline(session: Session, now: number, settings: Settings): Session {
  return isUnderWay(session) && !isEngaged(session)
    ? engageFromReturn(session, now, settings)
    : session;
}

/** Engages, and counts silence anew where it would be too long already. */
function engageFromReturn(session: Session, now: number, settings: Settings): Session {
  const dueAt = inactivityDueAt(session, settings);
  const baseAt = dueAt !== null && dueAt <= now ? now : session.baseAt;
  return { ...engage(session, now), baseAt };
}

function engage(session: Session, now: number): Session {
  if (isEngaged(session)) return session;
  const causes = session.causes.filter((cause) => cause.reason === "ticket_status");
  return { ...session, causes, engagementChangedAt: now, releasePending: false };
}

function disengage(session: Session, reason: UserReason, now: number): Session {
  if (!isEngaged(session)) return session;
  return { ...session, causes: [...session.causes, { reason, at: now }], engagementChangedAt: now };
}

/** Rule 8, and rule 11 for an auto-release that has a ticket status to set yet. */
export function disengageOffline(session: Session, now: number, settings: Settings): Session {
  if (!isEngaged(session)) return session;
  return {
    ...disengage(session, "user_offline", now),
    releasePending: releases(session, settings) && hasReleaseStatus(settings),
  };
}

/** Rules 10 and 11: the inactivity deadline has passed. */
export function passInactivity(session: Session, now: number, settings: Settings): Session {
  const silent = { ...disengage(session, "user_inactive", now), releasePending: false };
  const status = settings.capacity.autoRelease.setStatus;
  if (status === null || !releases(session, settings)) return silent;
  return isWorkable(silent.ticket.status)
    ? changeTicket(silent, { status }, now, settings)
    : silent;
}

function releases(session: Session, { capacity }: Settings): boolean {
  return capacity.autoRelease.enabled && session.assignee !== null;
}

function hasReleaseStatus({ capacity }: Settings): boolean {
  return capacity.autoRelease.enabled && capacity.autoRelease.setStatus !== null;
}

/** Rule 7: a message or postback of the end user. */
export function respond(
  session: Session,
  saidSentAt: number | null,
  now: number,
  settings: Settings,
): Session {
  if (session.ended) return session;
  const sentAt = Math.min(saidSentAt ?? now, now);
  const isLate = session.begunAt !== null && sentAt < session.engagementChangedAt;
  const counted = countResponse(session, sentAt, now);
  const engaged =
    isLate && !wouldHavePrevented(session, counted, sentAt, now, settings)
      ? counted
      : engage(counted, now);
  if (!settings.reopenOnResponse || !isMasked(engaged.ticket)) return engaged;
  return changeTicket(engaged, { status: "open" }, now, settings);
}

/** Begins the session if it had not, and moves the base and the last response forward. */
function countResponse(session: Session, sentAt: number, now: number): Session {
  const begun = session.begunAt === null ? begin(session, sentAt, now) : session;
  const lastResponseAt = Math.max(begun.lastResponseAt ?? sentAt, sentAt);
  return {
    ...begun,
    lastResponseAt,
    baseAt: Math.max(begun.baseAt, sentAt),
    agentRepliesAt: begun.agentRepliesAt.filter((repliedAt) => repliedAt > lastResponseAt),
  };
}

/** Rule 7: engaged, whatever was before; an earlier offline does not count against it. */
function begin(session: Session, baseAt: number, now: number): Session {
  const causes: Cause[] = isMasked(session.ticket) ? [{ reason: "ticket_status", at: now }] : [];
  return { ...session, begunAt: now, baseAt, engagementChangedAt: now, causes };
}

/** A late response undoes silence that it would have prevented, and never an absence. */
function wouldHavePrevented(
  before: Session,
  counted: Session,
  sentAt: number,
  now: number,
  settings: Settings,
): boolean {
  if (userCause(before)?.reason !== "user_inactive") return false;
  if (before.offlineAt !== null && before.offlineAt > sentAt) return false;
  const dueAt = inactivityDueAt({ ...counted, baseAt: sentAt }, settings);
  return dueAt === null || dueAt > now;
}

/** How many agent messages since the last response are told apart (rule 11 asks for the first). */
const REPLIES_KEPT = 16;

export function noteAgentMessage(session: Session, now: number): Session {
  if (session.ended || session.agentRepliesAt.length >= REPLIES_KEPT) return session;
  return { ...session, agentRepliesAt: [...session.agentRepliesAt, now] };
}

/** The desk reports a ticket: begins a session that had not begun (rule 7). */
export function reportTicket(
  session: Session,
  patch: TicketPatch,
  now: number,
  settings: Settings,
): Session {
  if (session.begunAt !== null || session.ended) return changeTicket(session, patch, now, settings);
  const ticket = patchTicket(session.ticket, patch);
  const begun = countResponse({ ...session, ticket }, now, now);
  return endByTicket(begun, now);
}

/** Rules 12, 13 and 24: what a change of the ticket, by whomever, does to its session. */
export function changeTicket(
  session: Session,
  patch: TicketPatch,
  now: number,
  settings: Settings,
): Session {
  const ticket = patchTicket(session.ticket, patch);
  if (ticket === session.ticket) return session;
  const changed = endByTicket({ ...session, ticket }, now);
  if (!isUnderWay(changed)) return changed;
  const wasMasked = isMasked(session.ticket);
  if (wasMasked === isMasked(ticket)) return changed;
  return wasMasked ? unmask(changed, now, settings) : mask(changed, now);
}

function mask(session: Session, now: number): Session {
  return { ...session, causes: [...session.causes, { reason: "ticket_status", at: now }] };
}

/** Engaged if the user is online (as in rule 9), else as it would be by now without the mask. */
function unmask(session: Session, now: number, settings: Settings): Session {
  const causes = session.causes.filter((cause) => cause.reason !== "ticket_status");
  const bare = { ...session, causes };
  return bare.presence === "online" ? returnOnline(bare, now, settings) : bare;
}

function endByTicket(session: Session, now: number): Session {
  if (session.ticket.status === "closed") return end(session, "ticket_closed", now);
  if (session.ticket.routingChannel === "email") return end(session, "transferred_to_email", now);
  return session;
}

/** Rule 13: the first reason stays. */
export function end(session: Session, reason: EndReason, now: number): Session {
  if (session.ended) return session;
  return { ...session, ended: { reason, at: now }, causes: [], releasePending: false };
}

/** Rules 11 and 17: who has the session now; null: nobody. */
export function assign(
  session: Session,
  assignee: string | null,
  now: number,
  settings: Settings,
): Session {
  if (assignee === session.assignee) return session;
  const status =
    assignee !== null && session.ticket.status === "new" ? "open" : session.ticket.status;
  const assigned = { ...session, assignee, ticket: patchTicket(session.ticket, { status }) };
  if (assignee !== null && session.assignee !== null) return assigned;
  const dueAt = inactivityDueAt(assigned, settings);
  const isPast = isEngaged(assigned) && dueAt !== null && dueAt <= now;
  return { ...assigned, baseAt: isPast ? now : assigned.baseAt, releasePending: false };
}

/** A deadline that fell into an outage passes later, for messages that were retried come first. */
const OUTAGE_GRACE_MS = 60_000;

/** Rule 6, for silence. */
export function excuseInactivity(
  session: Session,
  fromAt: number,
  now: number,
  settings: Settings,
): Session {
  const endsAt = inactivityEndsAt(session, settings);
  const fellIntoGap = endsAt !== null && endsAt > fromAt && endsAt <= now;
  return fellIntoGap ? { ...session, graceUntil: now + OUTAGE_GRACE_MS } : session;
}

/** Settings changed that say whether an absent user's auto-release has anything left to do. */
export function settleRelease(session: Session, settings: Settings): Session {
  if (!session.releasePending || hasReleaseStatus(settings)) return session;
  return { ...session, releasePending: false };
}

/** Rule 16: presence is no longer read, so engagement follows from the responses alone. */
export function forgetPresence(session: Session, now: number, settings: Settings): Session {
  const forgetful: Session = {
    ...session,
    pages: [],
    buffer: null,
    presence: "unknown",
    heardAt: null,
    offlineAt: null,
  };
  if (!isUnderWay(session)) return forgetful;
  const alone = { ...forgetful, baseAt: session.lastResponseAt ?? session.baseAt };
  // Nothing holds the deadline of an engaged session any more: if it is past, it fires by itself.
  if (isEngaged(alone) || userCause(alone)?.reason === "user_inactive") return alone;
  const dueAt = inactivityDueAt(alone, settings);
  if (dueAt === null || Math.max(dueAt, alone.graceUntil) > now) return engage(alone, now);
  const causes = alone.causes.map(
    (cause): Cause =>
      cause.reason === "user_offline" ? { reason: "user_inactive", at: dueAt } : cause,
  );
  return { ...alone, causes: causes.sort((a, b) => a.at - b.at), releasePending: false };
}
