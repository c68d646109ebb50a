/**
 * The shapes that the rules speak of. Instants are epoch milliseconds (`…At`, `…Until`), durations
 * milliseconds (`…Ms`). Everything is read-only: the core answers with new values.
 * @module
 */

export const TICKET_STATUSES = ["new", "open", "pending", "hold", "solved", "closed"] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const TICKET_PRIORITIES = ["low", "normal", "high", "urgent"] as const;
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

/** The desk's ticket, as far as it is known. A session always has one; `id` is null until reported. */
export interface Ticket {
  readonly id: string | null;
  readonly status: TicketStatus;
  readonly priority: TicketPriority | null;
  readonly group: string | null;
  readonly tags: readonly string[];
  /** `messaging`, or wherever the ticket was moved: `email` ends the session (rule 24). */
  readonly routingChannel: string;
}

export type TicketPatch = Partial<Ticket>;

export type Visibility = "visible" | "hidden" | "frozen";

/** One document in one tab (rules 1 to 3). */
export interface Page {
  readonly id: string;
  /** Generation: rises when the document comes back to life. */
  readonly gen: number;
  /** Highest number heard of this generation. */
  readonly seq: number;
  readonly visibility: Visibility;
  /** How long a lease was granted with the last signal: an outage grants it anew (rule 6). */
  readonly leaseMs: number;
  /** Believed alive until then; null: gone. */
  readonly leaseUntil: number | null;
  /** Gone by its own word: nothing more of this generation revives it. */
  readonly left: boolean;
}

/** How long the last page may be gone before the user counts as offline (rule 2). */
export interface Buffer {
  readonly endsAt: number;
  readonly lengthMs: number;
}

/** What the pages tell, before settings and channel decide whether anybody listens. */
export type HeardPresence = "unknown" | "online" | "offline";
export type Presence = HeardPresence | "ignored" | "unsupported";

export type State = "none" | "active" | "inactive" | "ended";

export type UserReason = "user_offline" | "user_inactive";
export type InactiveReason = UserReason | "ticket_status";

export const END_REASONS = [
  "ended_by_agent",
  "ended_by_end_user",
  "ended_by_trigger",
  "transferred_to_email",
  "ticket_closed",
] as const;
export type EndReason = (typeof END_REASONS)[number];

export type Reason = InactiveReason | EndReason | null;

export type QueueStanding = "queued" | "direct" | "none";

/** Why a session is inactive, and since when. */
export interface Cause {
  readonly reason: InactiveReason;
  readonly at: number;
}

/** One messaging session: a conversation between an end user and the desk, with its ticket. */
export interface Session {
  readonly id: string;
  readonly channel: string;
  readonly user: string | null;
  readonly assignee: string | null;
  readonly ticket: Ticket;
  readonly createdAt: number;
  /** Hashes of the secrets whose bearers may speak for the session, oldest first. */
  readonly bindings: readonly string[];

  readonly pages: readonly Page[];
  readonly presence: HeardPresence;
  /** When a page last reported anything, its leave included; null: never, or forgotten (rule 16). */
  readonly heardAt: number | null;
  /** When presence last turned offline; null: it never did, or presence was forgotten (rule 16). */
  readonly offlineAt: number | null;
  /** Latest end that the leaves since the last living signal give; runs once no page lives. */
  readonly buffer: Buffer | null;

  /** Null: not begun, state `none` (rule 7). */
  readonly begunAt: number | null;
  readonly lastResponseAt: number | null;
  /** Receive times of agent messages later than the last response, oldest first (rule 11). */
  readonly agentRepliesAt: readonly number[];
  /** Inactivity deadline = base + period (rules 9 to 11). */
  readonly baseAt: number;
  /** After an outage the inactivity deadline does not pass before this instant (rule 6). */
  readonly graceUntil: number;
  /** When the session last became engaged or disengaged. */
  readonly engagementChangedAt: number;
  /** What keeps the session from being active, in the order it came about (rule 15). */
  readonly causes: readonly Cause[];
  /** The auto-release deadline runs on after `user_offline`, to set the ticket's status (rule 11). */
  readonly releasePending: boolean;
  readonly ended: { readonly reason: EndReason; readonly at: number } | null;

  /** Place in the queue; kept through inactivity and masks, given up when assigned (rule 21). */
  readonly queuedAt: number | null;
  /** The place before an assignment, to which `requeue` returns. */
  readonly firstQueuedAt: number | null;

  /** Number of the last transition. */
  readonly seq: number;
  readonly stateChangedAt: number;
  readonly presenceChangedAt: number;
  /** Number of the last transition of a shadow that the session had: the next one goes on there. */
  readonly shadowSeq: number;
}

export interface NewSession {
  readonly id: string;
  readonly channel: string;
  readonly user?: string | null;
  readonly assignee?: string | null;
  readonly ticket?: TicketPatch;
}

/** A session that has not begun: it has presence, but no state, queue place or deadline (rule 7). */
export function createSession(fresh: NewSession, now: number): Session {
  const assignee = fresh.assignee ?? null;
  return {
    id: fresh.id,
    channel: fresh.channel,
    user: fresh.user ?? null,
    assignee,
    ticket: {
      id: null,
      status: assignee === null ? "new" : "open",
      priority: null,
      group: null,
      tags: [],
      routingChannel: "messaging",
      ...fresh.ticket,
    },
    createdAt: now,
    bindings: [],
    pages: [],
    presence: "unknown",
    heardAt: null,
    offlineAt: null,
    buffer: null,
    begunAt: null,
    lastResponseAt: null,
    agentRepliesAt: [],
    baseAt: now,
    graceUntil: 0,
    engagementChangedAt: now,
    causes: [],
    releasePending: false,
    ended: null,
    queuedAt: null,
    firstQueuedAt: null,
    seq: 0,
    stateChangedAt: now,
    presenceChangedAt: now,
    shadowSeq: 0,
  };
}

/** State by rule 7 (`none`), 13 (`ended`), else active unless a cause holds. */
export function stateOf(session: Session): State {
  if (session.ended) return "ended";
  if (session.begunAt === null) return "none";
  return session.causes.length > 0 ? "inactive" : "active";
}

/** The reason of an inactive session is the earliest cause that still holds (rule 15). */
export function reasonOf(session: Session): Reason {
  if (session.ended) return session.ended.reason;
  return session.begunAt === null ? null : (session.causes[0]?.reason ?? null);
}

/** Begun and not ended: the only sessions that engagement speaks of. */
export function isUnderWay(session: Session): boolean {
  return session.begunAt !== null && session.ended === null;
}
