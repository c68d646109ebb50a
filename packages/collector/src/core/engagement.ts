/**
 * Engagement (rules 7 to 13, 15, 16): what makes a session active or inactive, and until when. Of
 * presence it uses two facts only: that the user came online and that the user went offline.
 * @module
 */

import { isOutdated, openByAssignment, setTicketFields, withFieldTimes } from "./field-order.ts";
import type { EndReason, UserReason } from "./lists.ts";
import {
  type Cause,
  earliest,
  isUnderWay,
  latest,
  type Session,
  type TicketPatch,
} from "./session.ts";
import type { Settings } from "./settings.ts";
import { isMasked, isWorkable } from "./ticket.ts";

/** Whether neither absence nor silence of the user disengaged the session; masks do not count. */
export function isEngaged(session: Session): boolean {
  return isUnderWay(session) && userCause(session) === undefined;
}

function userCause(session: Session): Cause | undefined {
  return session.causes.find((cause) => cause.reason !== "ticket_status");
}

/**
 * The inactivity deadline, base + period, even while it is held (rules 9 to 11). `null` while it
 * has no start: with the anchor `agent_first_reply` until an agent has replied.
 */
export function inactivityDueAt(session: Session, settings: Settings): number | null {
  const { inactivity, capacity } = settings;
  const release = capacity.autoRelease;
  if (!release.enabled || session.assignee === null) return session.baseAt + inactivity.periodMs;
  if (release.anchor === "end_user_response") return session.baseAt + release.periodMs;
  const repliedAt = session.agentRepliesAt[0];
  return repliedAt === undefined ? null : Math.max(session.baseAt, repliedAt) + release.periodMs;
}

/** When silence disengages the session; `null` if never or while presence holds it (rule 10). */
export function inactivityEndsAt(session: Session, settings: Settings): number | null {
  if (!isEngaged(session) && !session.releasePending) return null;
  if (isInactivityHeld(session, settings)) return null;
  const dueAt = inactivityDueAt(session, settings);
  return dueAt === null ? null : Math.max(dueAt, session.graceUntil);
}

function isInactivityHeld(session: Session, { inactivity }: Settings): boolean {
  if (session.presence !== "online") return false;
  if (inactivity.onlineHolds === "always") return true;
  return inactivity.onlineHolds === "queued" && session.assignee === null;
}

/** Rule 9: the user came online. An engaged session stays as it is. */
export function applyReturn(session: Session, now: number, settings: Settings): Session {
  return isUnderWay(session) && !isEngaged(session) ? reengage(session, now, settings) : session;
}

/** Engages, and restarts the inactivity period if its deadline has already passed. */
function reengage(session: Session, now: number, settings: Settings): Session {
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

/** Rule 8, and rule 11 for an auto-release that still has to set the ticket's status. */
export function disengageOffline(session: Session, now: number, settings: Settings): Session {
  if (!isEngaged(session)) return session;
  return {
    ...disengage(session, "user_offline", now),
    releasePending: isAutoReleased(session, settings) && hasReleaseStatus(settings),
  };
}

/** Rules 10 and 11: the inactivity deadline has passed. */
export function applyInactivity(session: Session, now: number, settings: Settings): Session {
  const disengaged = { ...disengage(session, "user_inactive", now), releasePending: false };
  const status = settings.capacity.autoRelease.setStatus;
  if (status === null || !isAutoReleased(session, settings)) return disengaged;
  return isWorkable(disengaged.ticket.status)
    ? changeTicket(disengaged, { status }, now, now, settings)
    : disengaged;
}

function isAutoReleased(session: Session, { capacity }: Settings): boolean {
  return capacity.autoRelease.enabled && session.assignee !== null;
}

function hasReleaseStatus({ capacity }: Settings): boolean {
  return capacity.autoRelease.enabled && capacity.autoRelease.setStatus !== null;
}

/** Rule 7: a message or postback of the end user; `at` is the time of the event that reports it. */
export function applyResponse(
  session: Session,
  sentAt: number,
  at: number,
  now: number,
  settings: Settings,
): Session {
  if (session.ended) return session;
  const counted =
    session.begunAt === null
      ? beginByResponse(session, sentAt, now, settings)
      : recordResponse(session, sentAt);
  const engaged = engagesNow(session, counted, sentAt, now, settings)
    ? engage(counted, now)
    : counted;
  if (!settings.reopenOnResponse || !isMasked(engaged.ticket)) return engaged;
  // A late response opens the ticket too (rule 12), even if its status is from after it.
  const openedAt = Math.max(at, session.fieldsSetAt.status ?? at);
  return changeTicket(engaged, { status: "open" }, openedAt, now, settings);
}

/** Moves the base and the last response forward. */
function recordResponse(session: Session, sentAt: number): Session {
  const lastResponseAt = Math.max(session.lastResponseAt ?? sentAt, sentAt);
  return {
    ...session,
    lastResponseAt,
    baseAt: Math.max(session.baseAt, sentAt),
    agentRepliesAt: session.agentRepliesAt.filter((repliedAt) => repliedAt > lastResponseAt),
  };
}

/**
 * Rule 7: a session begins engaged, even if its user was offline before. Its base is the response's time,
 * or `now` where that would be overdue already.
 */
function beginByResponse(
  session: Session,
  sentAt: number,
  now: number,
  settings: Settings,
): Session {
  const causes: Cause[] = isMasked(session.ticket) ? [{ reason: "ticket_status", at: now }] : [];
  const begun = { ...session, begunAt: now, baseAt: sentAt, engagementChangedAt: now, causes };
  const counted = recordResponse(begun, sentAt);
  const dueAt = inactivityDueAt(counted, settings);
  return dueAt !== null && dueAt <= now ? { ...counted, baseAt: now } : counted;
}

/**
 * Rule 7: whether a response engages the session. It does not if it was sent before the user last went
 * offline, or if the deadline that it would set has passed and is not held. A late response, sent before
 * engagement last changed, engages only after `user_inactive`.
 */
function engagesNow(
  before: Session,
  counted: Session,
  sentAt: number,
  now: number,
  settings: Settings,
): boolean {
  if (before.begunAt === null || isEngaged(before)) return true;
  if (before.offlineAt !== null && sentAt < before.offlineAt) return false;
  const dueAt = inactivityDueAt({ ...counted, baseAt: sentAt }, settings);
  const isOverdue = dueAt !== null && dueAt <= now;
  if (isOverdue && !isInactivityHeld(counted, settings)) return false;
  const isLate = sentAt < before.engagementChangedAt;
  return !isLate || (userCause(before)?.reason === "user_inactive" && !isOverdue);
}

/** How many agent messages since the last response are kept (rule 11 uses the first). */
const MAX_REPLIES = 16;

/**
 * Rule 11: an agent message as of `at`, when it was sent; as of `now` where its deadline has passed already. One
 * from before the last response answers nothing, so that a copy which another desk reports late counts no more.
 */
export function recordAgentMessage(
  session: Session,
  at: number,
  now: number,
  settings: Settings,
): Session {
  if (session.ended || at < (session.lastResponseAt ?? at)) return session;
  const counted = withReply(session, at);
  const dueAt = inactivityDueAt(counted, settings);
  return dueAt !== null && dueAt <= now ? withReply(session, now) : counted;
}

/** Earliest first; a copy of one counts once. */
function withReply(session: Session, at: number): Session {
  const { agentRepliesAt } = session;
  const kept = [...agentRepliesAt, at].sort((a, b) => a - b).slice(0, MAX_REPLIES);
  const isNew = !agentRepliesAt.includes(at) && kept.includes(at);
  return isNew ? { ...session, agentRepliesAt: kept } : session;
}

/** Applies a ticket that the desk reports, which begins a session that has not begun (rule 7). */
export function applyTicketReport(
  session: Session,
  patch: TicketPatch,
  at: number,
  now: number,
  settings: Settings,
): Session {
  if (session.begunAt !== null || session.ended) {
    return changeTicket(session, patch, at, now, settings);
  }
  const begun = beginByResponse(setTicketFields(session, patch, at), now, now, settings);
  return endByTicket(begun, now);
}

/**
 * Rules 12, 13 and 24: changes the ticket as of `at` where it has no later values, and the session as
 * of `now` where the new ticket requires it.
 */
export function changeTicket(
  session: Session,
  patch: TicketPatch,
  at: number,
  now: number,
  settings: Settings,
): Session {
  const patched = setTicketFields(session, patch, at);
  if (patched.ticket === session.ticket) return patched;
  const changed = endByTicket(patched, now);
  if (!isUnderWay(changed)) return changed;
  const wasMasked = isMasked(session.ticket);
  if (wasMasked === isMasked(changed.ticket)) return changed;
  return wasMasked ? unmask(changed, now, settings) : mask(changed, now);
}

function mask(session: Session, now: number): Session {
  return { ...session, causes: [...session.causes, { reason: "ticket_status", at: now }] };
}

/** Engages the session if the user is online (rule 9); otherwise only the mask is removed. */
function unmask(session: Session, now: number, settings: Settings): Session {
  const causes = session.causes.filter((cause) => cause.reason !== "ticket_status");
  const unmasked = { ...session, causes };
  return unmasked.presence === "online" ? applyReturn(unmasked, now, settings) : unmasked;
}

function endByTicket(session: Session, now: number): Session {
  if (session.ticket.status === "closed") return endSession(session, "ticket_closed", now);
  if (session.ticket.routingChannel === "email")
    return endSession(session, "transferred_to_email", now);
  return session;
}

/** Rule 13: the first reason stays. */
export function endSession(session: Session, reason: EndReason, now: number): Session {
  if (session.ended) return session;
  return { ...session, ended: { reason, at: now }, causes: [], releasePending: false };
}

/** Rules 11 and 17: sets the assignee as of `at` unless there is a later one; `null` unassigns. */
export function assign(
  session: Session,
  assignee: string | null,
  at: number,
  now: number,
  settings: Settings,
): Session {
  const opened = assignee === null ? session : openByAssignment(session, at);
  if (isOutdated(session, "assignee", at)) return opened;
  const timed = withFieldTimes(opened, ["assignee"], at);
  if (assignee === session.assignee) return timed;
  const assigned = { ...timed, assignee };
  if (assignee !== null && session.assignee !== null) return assigned;
  const dueAt = inactivityDueAt(assigned, settings);
  const isPast = isEngaged(assigned) && dueAt !== null && dueAt <= now;
  return { ...assigned, baseAt: isPast ? now : assigned.baseAt, releasePending: false };
}

/** A deadline that fell into an outage waits this long, so that retried messages arrive first. */
const OUTAGE_GRACE_MS = 60_000;

/** Rule 6: defers an inactivity deadline that fell into an outage. */
export function deferInactivity(
  session: Session,
  fromAt: number,
  now: number,
  settings: Settings,
): Session {
  const endsAt = inactivityEndsAt(session, settings);
  const fellIntoOutage = endsAt !== null && endsAt > fromAt && endsAt <= now;
  return fellIntoOutage ? { ...session, graceUntil: now + OUTAGE_GRACE_MS } : session;
}

/** Drops the pending auto-release of an absent user if the settings give it no status to set. */
export function clearPendingRelease(session: Session, settings: Settings): Session {
  if (!session.releasePending || hasReleaseStatus(settings)) return session;
  return { ...session, releasePending: false };
}

/**
 * Rule 26: `session`, the survivor of a merge, with the engagement of what it was `before` and of the
 * `old` session: active if either was, with the later base and the earlier position in the queue.
 */
export function joinEngagement(
  before: Session,
  session: Session,
  old: Session,
  now: number,
  settings: Settings,
): Session {
  const begun = [before, old].filter(({ begunAt, ended }) => begunAt !== null && !ended);
  if (begun.length === 0) return session;
  const lastResponseAt = latest(before.lastResponseAt, old.lastResponseAt);
  const repliedAt = begun.flatMap(({ agentRepliesAt }) => agentRepliesAt);
  const isActive = begun.some(isEngaged);
  const joined: Session = {
    ...session,
    begunAt: Math.min(...begun.map(({ begunAt }) => begunAt ?? now)),
    lastResponseAt,
    baseAt: Math.max(...begun.map(({ baseAt }) => baseAt)),
    graceUntil: Math.max(...begun.map(({ graceUntil }) => graceUntil)),
    agentRepliesAt: repliedAt
      .filter((at) => lastResponseAt === null || at > lastResponseAt)
      .sort((a, b) => a - b)
      .slice(0, MAX_REPLIES),
    engagementChangedAt: Math.max(...begun.map(({ engagementChangedAt }) => engagementChangedAt)),
    causes: joinCauses(begun, isActive, session, now),
    releasePending: !isActive && begun.some(({ releasePending }) => releasePending),
    queuedAt: earliest(before.queuedAt, old.queuedAt),
    firstQueuedAt: earliest(before.firstQueuedAt, old.firstQueuedAt),
  };
  const isBack = joined.presence === "online" && userCause(joined)?.reason === "user_offline";
  return isBack ? applyReturn(joined, now, settings) : joined;
}

/** Of absence and silence, silence holds also while the visitor is online by the other one's pages. */
function joinCauses(
  begun: readonly Session[],
  isActive: boolean,
  { ticket }: Session,
  now: number,
): readonly Cause[] {
  const causes = begun.flatMap((session) => session.causes);
  const user =
    causes.find(({ reason }) => reason === "user_inactive") ??
    causes.find(({ reason }) => reason === "user_offline");
  const mask = causes.find(({ reason }) => reason === "ticket_status");
  return [
    ...(user && !isActive ? [user] : []),
    ...(isMasked(ticket) ? [mask ?? { reason: "ticket_status" as const, at: now }] : []),
  ].sort((a, b) => a.at - b.at);
}

/** Rule 16: presence is no longer read, so engagement depends on the responses alone. */
export function resetPresence(session: Session, now: number, settings: Settings): Session {
  const reset: Session = {
    ...session,
    pages: [],
    buffer: null,
    presence: "unknown",
    heardAt: null,
    offlineAt: null,
  };
  if (!isUnderWay(session)) return reset;
  const settled = { ...reset, baseAt: session.lastResponseAt ?? session.baseAt };
  // The deadline of an engaged session is no longer held: if it has passed, its timer runs next.
  if (isEngaged(settled) || userCause(settled)?.reason === "user_inactive") return settled;
  const dueAt = inactivityDueAt(settled, settings);
  if (dueAt === null || Math.max(dueAt, settled.graceUntil) > now) return engage(settled, now);
  const causes = settled.causes.map(
    (cause): Cause =>
      cause.reason === "user_offline" ? { reason: "user_inactive", at: dueAt } : cause,
  );
  return { ...settled, causes: causes.sort((a, b) => a.at - b.at), releasePending: false };
}
