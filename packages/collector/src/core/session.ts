/**
 * The data types of the rules. Instants are epoch milliseconds (`…At`, `…Until`), durations are
 * milliseconds (`…Ms`). Everything is read-only: the core returns new values.
 * @module
 */
import type { Link } from "./links.ts";
import type {
  EndReason,
  InactiveReason,
  Reason,
  ReportedPresence,
  State,
  TicketPriority,
  TicketStatus,
  Visibility,
} from "./lists.ts";

/** The desk's ticket as last reported; a session has one even before (`id` is `null`). */
export interface Ticket {
  readonly id: string | null;
  readonly status: TicketStatus;
  readonly priority: TicketPriority | null;
  readonly group: string | null;
  readonly tags: readonly string[];
  /** `messaging`, or where the ticket was moved to; `email` ends the session (rule 24). */
  readonly routingChannel: string;
}

export type TicketPatch = Partial<Ticket>;

/** `assignment` is the latest event that assigned an agent, which opens a `new` ticket (rule 17). */
export type TimedField = keyof Ticket | "assignee" | "assignment";

/** As of when each field has its value, in epoch milliseconds; missing: any event may set it. */
export type FieldTimes = { readonly [Field in TimedField]?: number };

/** One document in one tab (rules 1 to 3). */
export interface Page {
  readonly id: string;
  /** Generation: rises each time the document is restored after it left. */
  readonly gen: number;
  /** Highest signal number received of this generation. */
  readonly seq: number;
  readonly visibility: Visibility;
  /** Length of the last lease, which an outage grants again (rule 6). */
  readonly leaseMs: number;
  /** The page is believed alive until then; `null` if it is gone. */
  readonly leaseUntil: number | null;
  /** The page sent a leave, so no later signal of this generation revives it. */
  readonly left: boolean;
  /** When its last signal was received; only where that is not `leaseUntil` − `leaseMs`. */
  readonly heardAt?: number;
  /** Missing where pages need no proof, and after the session was offline. */
  readonly admission?: Admission;
}

/** What admitted a page, under an opaque name; see admission.ts. */
export interface Admission {
  readonly by: string;
  /** When the page was first heard. */
  readonly since: number;
}

/** How long the last page may be gone before the user counts as offline (rule 2). */
export interface Buffer {
  readonly endsAt: number;
  readonly lengthMs: number;
}

/** Why a session is inactive, and since when. */
export interface Cause {
  readonly reason: InactiveReason;
  readonly at: number;
}

/** That a session goes on as another (rule 26). */
export interface Merge {
  /** Names the merge, so that the survivor takes over once. */
  readonly id: string;
  /** The session that it goes on as. */
  readonly into: string;
  /** Since when its timers stand still. */
  readonly beganAt: number;
  /** When the sweep continues the merge; `null`: it is complete, and the session is an alias. */
  readonly retryAt: number | null;
}

/** One messaging session: a conversation between an end user and the desk, with its ticket. */
export interface Session {
  readonly id: string;
  readonly channel: string;
  readonly user: string | null;
  readonly assignee: string | null;
  readonly ticket: Ticket;
  readonly links: readonly Link[];
  /** Values of the ticket and the assignee from before these times are dropped. */
  readonly fieldsSetAt: FieldTimes;
  readonly createdAt: number;
  /** Hashes of the secrets whose bearers may speak for the session, oldest first. */
  readonly bindings: readonly string[];

  readonly pages: readonly Page[];
  readonly presence: ReportedPresence;
  /** When a page last sent a signal or leave; `null` if never or since a reset (rule 16). */
  readonly heardAt: number | null;
  /** When presence last turned offline; `null` if never or since a reset (rule 16). */
  readonly offlineAt: number | null;
  /** Of the buffers since the last signal, the one that ends last; it runs while no page is alive. */
  readonly buffer: Buffer | null;
  /** Leases and the buffer do not pass, because the account has been unheard since then (rule 6). */
  readonly unheardSince: number | null;

  /** `null` until the session has begun, state `none` (rule 7). */
  readonly begunAt: number | null;
  readonly lastResponseAt: number | null;
  /** When agent messages after the last response were sent, earliest first (rule 11). */
  readonly agentRepliesAt: readonly number[];
  /** Inactivity deadline = base + period (rules 9 to 11). */
  readonly baseAt: number;
  /** After an outage the inactivity deadline does not pass before this instant (rule 6). */
  readonly graceUntil: number;
  /** When the session last became engaged or disengaged. */
  readonly engagementChangedAt: number;
  /** What keeps the session from being active, oldest first (rule 15). */
  readonly causes: readonly Cause[];
  /** After `user_offline` the auto-release deadline still has a ticket status to set (rule 11). */
  readonly releasePending: boolean;
  readonly ended: { readonly reason: EndReason; readonly at: number } | null;

  /** Queue position; kept through inactivity and masks, dropped when assigned (rule 21). */
  readonly queuedAt: number | null;
  /** The queue position before an assignment, which `requeue` restores. */
  readonly firstQueuedAt: number | null;

  /** That it goes on as another session; `null`: it goes on by itself. */
  readonly merge: Merge | null;
  /** The merges in which it took over, oldest first. */
  readonly mergesTaken: readonly string[];

  /** What its pages and messages did, as `trace.ts` writes it; empty: nothing, or it is off. */
  readonly trace: string;

  /** Number of the last transition. */
  readonly seq: number;
  /** `at` of the last transition, at first the creation: no later one has an earlier time. */
  readonly historyAt: number;
  readonly stateChangedAt: number;
  readonly presenceChangedAt: number;
  /**
   * When the last change was made that the API shows, but for pages and deadlines; kept by the engine,
   * no rule reads it. A verdict that was reached late was made when it was reached.
   */
  readonly changedAt: number;
  /** Number of the last transition of a shadow; the next shadow continues from it. */
  readonly shadowSeq: number;
  /** Whole hours from its creation to the last event; kept by the engine, no rule reads it. */
  readonly activeHours: number;
}

export interface NewSession {
  readonly id: string;
  readonly channel: string;
  readonly user?: string | null;
  readonly assignee?: string | null;
  readonly ticket?: TicketPatch;
}

/** A session that has not begun: it has presence, but no state or queue position (rule 7). */
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
    fieldsSetAt: {},
    links: [],
    createdAt: now,
    bindings: [],
    pages: [],
    presence: "unknown",
    heardAt: null,
    offlineAt: null,
    buffer: null,
    unheardSince: null,
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
    merge: null,
    mergesTaken: [],
    trace: "",
    seq: 0,
    historyAt: now,
    stateChangedAt: now,
    presenceChangedAt: now,
    changedAt: now,
    shadowSeq: 0,
    activeHours: 0,
  };
}

/** `none` by rule 7, `ended` by rule 13, otherwise active unless a cause holds. */
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

/** Whether the session has begun and not ended; engagement applies to no others. */
export function isUnderWay(session: Session): boolean {
  return session.begunAt !== null && session.ended === null;
}

/** The earlier of two instants; `null` if there is none. */
export function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** The later of two instants; `null` if there is none. */
export function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
