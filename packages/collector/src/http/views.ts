/**
 * The public JSON of sessions and their history: times as ISO 8601, names as documented.
 * @module
 */
import { deadlineOf } from "../core/deadline.ts";
import { isAlive, isPresenceRead } from "../core/presence.ts";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { visibleOf } from "../core/transition.ts";
import { asIfOn } from "../engine/session-reducer.ts";
import { INCARNATION } from "../stores/incarnation.ts";
import type { LogEntry } from "../stores/store.ts";

export function iso(at: number): string {
  return new Date(at).toISOString();
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

export function viewSession(session: Session, settings: Settings, shadow: Session | null = null) {
  const { state, reason, presence, queue, capacityHeld } = visibleOf(session, settings);
  const isShadowed = shadow !== null && settings.presence.mode === "shadow";
  return {
    id: session.id,
    channel: session.channel,
    user: session.user,
    presence,
    state,
    reason,
    ticket: { ...session.ticket, tags: [...session.ticket.tags] },
    links: session.links.map((link) => ({ ...link })),
    assignee: session.assignee,
    queue,
    queuedAt: isoOrNull(session.queuedAt),
    capacityHeld,
    lastResponseAt: isoOrNull(session.lastResponseAt),
    presenceChangedAt: iso(session.presenceChangedAt),
    stateChangedAt: iso(session.stateChangedAt),
    changedAt: iso(session.changedAt),
    nextDeadlineAt: isoOrNull(deadlineOf(session, settings)),
    createdAt: iso(session.createdAt),
    seq: session.seq,
    // What presence would decide, for the console and for accounts that try it out.
    ...(isShadowed && { shadow: viewShadow(shadow, asIfOn(settings)) }),
    pages: viewPages(session, settings),
  };
}

function viewShadow(shadow: Session, settings: Settings) {
  return {
    ...visibleOf(shadow, settings),
    presenceChangedAt: iso(shadow.presenceChangedAt),
    nextDeadlineAt: isoOrNull(deadlineOf(shadow, settings)),
    pages: viewPages(shadow, settings),
  };
}

/** The pages whose leases run. */
function viewPages({ channel, pages }: Session, settings: Settings) {
  if (!isPresenceRead(channel, settings)) return [];
  return pages.filter(isAlive).map(({ id, visibility, leaseUntil }) => ({
    page: id,
    visibility,
    leaseUntil: isoOrNull(leaseUntil),
  }));
}

export type SessionView = ReturnType<typeof viewSession>;

/**
 * A stable, unique id, even if a session is erased and its name reused, or the store is restored from
 * a backup. It contains no full stop: a webhook signs `id.timestamp.body`, and a session's name must
 * not be able to shift those boundaries.
 */
export function transitionId(
  {
    session,
    sessionCreatedAt,
    transition,
  }: Omit<LogEntry, "cursor" | "transition"> & {
    readonly transition: { readonly seq: number };
  },
  incarnation: string,
): string {
  const name = session.replaceAll(".", "~");
  return `${incarnation}:${name}:${sessionCreatedAt.toString(36)}:${transition.seq}`;
}

/** A time of more than nine digits in base 36 is later than any store could place in its log. */
const TRANSITION_ID = new RegExp(`^(${INCARNATION}):([\\w~:@-]+):([0-9a-z]{1,9}):(\\d{1,15})$`);

/** The parts of a transition's id; `null` if the text is not one. */
export function parseTransitionId(id: string) {
  const [, incarnation, session, createdAt, seq] = TRANSITION_ID.exec(id) ?? [];
  if (!incarnation || !session || !createdAt || !seq) return null;
  return {
    incarnation,
    session: session.replaceAll("~", "."),
    sessionCreatedAt: Number.parseInt(createdAt, 36),
    seq: Number(seq),
  };
}

export function viewTransition(entry: LogEntry, incarnation: string) {
  const { transition, session, sessionCreatedAt } = entry;
  return {
    id: transitionId(entry, incarnation),
    seq: transition.seq,
    session,
    sessionCreatedAt: iso(sessionCreatedAt),
    at: iso(transition.at),
    from: transition.from,
    to: transition.to,
    cause: transition.cause,
    queue: transition.queue,
    capacityHeld: transition.capacityHeld,
    assignee: transition.assignee,
    ticketChanges: transition.ticketChanges,
    triggers: [...transition.triggers],
    ...(transition.mergedInto !== undefined && { mergedInto: transition.mergedInto }),
  };
}

export type TransitionView = ReturnType<typeof viewTransition>;
