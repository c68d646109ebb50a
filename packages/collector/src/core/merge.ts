/**
 * Merges (rule 26): a session goes on as another. The two may lie in different places of a store, so a
 * merge has three steps, each of one session: the old one stops, the survivor takes over, and the old
 * one becomes an alias of it.
 * @module
 */
import { addBindings } from "./bindings.ts";
import { joinEngagement } from "./engagement.ts";
import { openByAssignment } from "./field-order.ts";
import { joinLinks } from "./links.ts";
import { isPresenceRead, joinPages } from "./presence.ts";
import { earliest, latest, type Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { joinTraces } from "./trace.ts";

/** A merge that is not complete by then is continued by the sweep. */
const RETRY_MS = 2_000;
/**
 * Of how many merges the survivor remembers that it took over: more than a visitor has conversations. Erasing
 * it finds the old sessions by them.
 */
const MAX_TAKEN = 256;

/** Whether the session has stopped, and the survivor may not have taken over yet. */
export function isMerging({ merge }: Session): boolean {
  return merge !== null && merge.retryAt !== null;
}

/** The id of the session that this one goes on as, once it is an alias. */
export function aliasOf({ merge }: Session): string | null {
  return merge && merge.retryAt === null ? merge.into : null;
}

/** Step 1: timers stand still, and the session leaves queue and capacity. */
export function beginMerge(session: Session, into: string, now: number): Session {
  if (session.merge || into === session.id) return session;
  // A session merges once, so its own name is the merge's.
  const id = `${session.id} ${session.createdAt.toString(36)}`;
  return { ...session, merge: { id, into, beganAt: now, retryAt: now + RETRY_MS } };
}

/** The first retry after `now`: by then the sweep or a request may have completed the merge. */
export function postponeMerge(session: Session, now: number): Session {
  const { merge } = session;
  if (!merge || merge.retryAt === null || merge.retryAt > now) return session;
  const periods = Math.floor((now - merge.retryAt) / RETRY_MS) + 1;
  return { ...session, merge: { ...merge, retryAt: merge.retryAt + periods * RETRY_MS } };
}

/** The session goes on by itself. Its timers stood still meanwhile. */
export function cancelMerge(session: Session, now: number): Session {
  const { merge } = session;
  if (!merge || !isMerging(session)) return session;
  return { ...delayed(session, now - merge.beganAt), merge: null };
}

/** Step 3: the session has ended and is an alias. What passed over is kept by the survivor alone. */
export function endMerge(session: Session, now: number): Session {
  if (!session.merge || !isMerging(session)) return session;
  return {
    ...session,
    merge: { ...session.merge, retryAt: null },
    pages: [],
    buffer: null,
    bindings: [],
    trace: "",
    unheardSince: null,
    causes: [],
    releasePending: false,
    ended: session.ended ?? { reason: "merged", at: now },
  };
}

/**
 * Step 2: the survivor takes over from the old session as it was when it stopped. Nothing changes if it
 * has done so already; nothing but that it has, and the trace, if it has ended.
 */
export function takeOver(
  session: Session,
  from: Session,
  now: number,
  settings: Settings,
): Session {
  const { merge } = from;
  if (!merge || session.mergesTaken.includes(merge.id)) return session;
  const mergesTaken = [...session.mergesTaken, merge.id].slice(-MAX_TAKEN);
  const trace = joinTraces(session, from);
  if (session.ended) return { ...session, mergesTaken, trace };
  const old = delayed(from, now - merge.beganAt);
  const described = withDescription({ ...session, mergesTaken, trace }, old);
  const present = withPresence(described, old, settings);
  return joinEngagement(session, present, old, now, settings);
}

/**
 * What `changed` conditions of the survivor's triggers compare with: the session whose ticket it goes on
 * with. What that session was already has not changed by the merge.
 */
export function beforeMerge(session: Session, old: Session): Session {
  return session.ended || hasTicket(session, old) ? session : old;
}

/** The session after its leases and its buffer stood still for so long. */
function delayed(session: Session, byMs: number): Session {
  if (byMs <= 0) return session;
  return {
    ...session,
    pages: session.pages.map((page) =>
      page.leaseUntil === null ? page : { ...page, leaseUntil: page.leaseUntil + byMs },
    ),
    buffer: session.buffer && { ...session.buffer, endsAt: session.buffer.endsAt + byMs },
  };
}

/** User, ticket and assignee of the survivor stay where it has them. */
function withDescription(session: Session, old: Session): Session {
  const keepsTicket = hasTicket(session, old);
  const { assignee: ownAssigneeAt, assignment: _, ...ownTimes } = session.fieldsSetAt;
  const { assignee: oldAssigneeAt, assignment: __, ...oldTimes } = old.fieldsSetAt;
  const assigneeAt = session.assignee === null ? oldAssigneeAt : ownAssigneeAt;
  const assignmentAt = latest(
    session.fieldsSetAt.assignment ?? null,
    old.fieldsSetAt.assignment ?? null,
  );
  const described: Session = {
    ...session,
    user: session.user ?? old.user,
    assignee: session.assignee ?? old.assignee,
    ticket: keepsTicket ? session.ticket : old.ticket,
    fieldsSetAt: {
      ...(keepsTicket ? ownTimes : oldTimes),
      ...(assigneeAt !== undefined && { assignee: assigneeAt }),
      ...(assignmentAt !== null && { assignment: assignmentAt }),
    },
    links: joinLinks(session.links, old.links),
    bindings: addBindings(old.bindings, session.bindings),
    activeHours: Math.max(session.activeHours, old.activeHours),
  };
  if (described.assignee === null || described.ticket.status !== "new") return described;
  return openByAssignment(described, assigneeAt ?? described.createdAt);
}

/** A ticket with an id is one; without one it is, once the desk has begun the session with it. */
function hasTicket(session: Session, old: Session): boolean {
  if (session.ticket.id !== null) return true;
  return session.begunAt !== null && old.ticket.id === null;
}

/** Pages pass over, unless presence is not read of the survivor. The visitor is online if either was. */
function withPresence(session: Session, old: Session, settings: Settings): Session {
  if (!isPresenceRead(session.channel, settings)) return session;
  const presences = [session.presence, old.presence];
  const presence = (["online", "offline"] as const).find((each) => presences.includes(each));
  return {
    ...session,
    pages: joinPages(session.pages, old.pages),
    presence: presence ?? "unknown",
    heardAt: latest(session.heardAt, old.heardAt),
    offlineAt: latest(session.offlineAt, old.offlineAt),
    buffer:
      (session.buffer?.endsAt ?? 0) >= (old.buffer?.endsAt ?? 0) ? session.buffer : old.buffer,
    unheardSince: earliest(session.unheardSince, old.unheardSince),
  };
}
