/**
 * The webhook outbox of a store. The account's log of transitions, committed together with the
 * state, is the outbox itself; an endpoint keeps only its cursor in the log and the sessions that
 * wait for another attempt. The cases in `stores/suite/outbox.ts` check a driver against this
 * contract.
 * @module
 */

import type { DeliveryStatus, DisabledReason, EndpointEvents } from "../core/lists.ts";
import type { AuditEntry } from "./admin.ts";

export interface EndpointKey {
  readonly account: string;
  readonly id: string;
}

/** A secret that signs messages until `expiresAt`; with `null`, until it is replaced. */
export interface SigningSecret {
  readonly secret: string;
  readonly expiresAt: number | null;
}

/** Why nothing is sent: it was disabled on request, or the receiver answered 410. */
export interface Disabled {
  readonly at: number;
  readonly reason: DisabledReason;
}

export interface Endpoint extends EndpointKey {
  /** The name by which triggers refer to it; unique within the account. */
  readonly name: string;
  readonly url: string;
  readonly events: EndpointEvents;
  /** Newest first. */
  readonly secrets: readonly SigningSecret[];
  readonly disabled: Disabled | null;
  readonly createdAt: number;
}

export type EndpointPatch = Partial<Omit<Endpoint, "account" | "id" | "createdAt">>;

/** How far an endpoint has got in the log. */
export interface EndpointProgress {
  /** Every log entry up to here is settled or belongs to a waiting session. */
  readonly cursor: number;
  /** The receiver asked for no requests until then. */
  readonly pausedUntil: number | null;
}

/** An endpoint as the scheduler of deliveries needs it. */
export interface EndpointStatus extends EndpointProgress {
  readonly endpoint: Endpoint;
  /** The earliest next attempt of a waiting session; `null` if none waits. */
  readonly nextAttemptAt: number | null;
}

/** Identifies a session in the log, where an erased session may have had the same id. */
export interface SessionName {
  readonly session: string;
  readonly sessionCreatedAt: number;
}

/** A session with undelivered transitions. Because it is listed, the cursor may pass them. */
export interface WaitingSession extends SessionName {
  /** Transitions below `nextSeq` to resend before `nextSeq`; ascending. */
  readonly resends: readonly number[];
  /** The first undelivered transition. */
  readonly nextSeq: number;
  /** Failed attempts at the next transition. */
  readonly attempts: number;
  /** Since when the session has undelivered transitions. */
  readonly waitingSince: number;
  readonly nextAttemptAt: number;
}

/** The delivery of one transition to one endpoint. */
export interface Delivery extends SessionName {
  readonly seq: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When it was last attempted or skipped. */
  readonly updatedAt: number;
  /** The receiver's last HTTP status; `null` if there was no response. */
  readonly response: number | null;
  /** Why there was no response, as a code. */
  readonly error: string | null;
  readonly nextAttemptAt: number | null;
}

export interface ListedDelivery extends Delivery {
  /** Its position in the list; increases with each new delivery. */
  readonly position: number;
}

export interface DeliveryQuery {
  readonly status?: DeliveryStatus;
  /** Only deliveries with a lower position. */
  readonly beforePosition?: number;
  readonly limit: number;
}

/** Transitions of one session, both bounds included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** What the owner of a claim gets. */
export interface Claim extends EndpointProgress {
  readonly endpoint: Endpoint;
  readonly waiting: readonly WaitingSession[];
}

/** The outcome of a delivery round, stored atomically. Parts about erased sessions are dropped. */
export interface Settlement extends EndpointProgress {
  /** Sessions that start to wait or whose waiting state changed. */
  readonly waiting: readonly WaitingSession[];
  /** Sessions that no longer wait. */
  readonly caughtUp: readonly SessionName[];
  /** Added to the list; a transition that is already listed keeps its position. */
  readonly deliveries: readonly Delivery[];
}

/**
 * Endpoints, their claims and their deliveries. A collector claims an endpoint for a limited time
 * and settles before the claim expires, so that only one of several collectors delivers. Claims,
 * retries and pauses are in steady time (engine/clock.ts), and last as long as they should. Every
 * change to what is delivered, or how, ends the claim: the owner's next settlement is refused, and
 * it reloads. What people change has entries of the audit log, stored in one step with the change.
 */
export interface OutboxStore {
  /** The endpoints of an account, or of all, sorted by account, then id. */
  endpoints(account?: string): Promise<readonly EndpointStatus[]>;
  /** Creates an endpoint that starts at `cursor`; `false` if the account already has that name. */
  addEndpoint(endpoint: Endpoint, cursor: number, audit?: readonly AuditEntry[]): Promise<boolean>;
  /** Changes an endpoint and ends its claim; `null` if absent, "taken" if the name is in use. */
  changeEndpoint(
    key: EndpointKey,
    patch: EndpointPatch,
    audit?: readonly AuditEntry[],
  ): Promise<Endpoint | "taken" | null>;
  /** Removes an endpoint and everything stored about it; `false` if it did not exist. */
  removeEndpoint(key: EndpointKey, audit?: readonly AuditEntry[]): Promise<boolean>;

  /** Claims an endpoint until `expiresAt`; `null` if it is absent or claimed by another owner. */
  claim(key: EndpointKey, owner: string, now: number, expiresAt: number): Promise<Claim | null>;
  /**
   * Stores what was done under a claim and extends the claim to `expiresAt` (`null`: releases it).
   * Returns `false`, and stores nothing, if `owner` no longer holds the claim.
   */
  settle(
    key: EndpointKey,
    owner: string,
    settlement: Settlement,
    expiresAt: number | null,
  ): Promise<boolean>;

  /** Ends the claim and sets the cursor, forward only if `isForwardAllowed`. */
  moveCursor(key: EndpointKey, cursor: number, isForwardAllowed: boolean): Promise<void>;
  /**
   * Schedules transitions to be resent and ends the claim. Those still to be sent anyway are left
   * as they are. Returns how many were scheduled.
   */
  resend(
    key: EndpointKey,
    transitions: readonly (SessionName & { readonly seq: number })[],
    now: number,
  ): Promise<number>;
  /** Deliveries, newest first. */
  deliveries(key: EndpointKey, query: DeliveryQuery): Promise<readonly ListedDelivery[]>;
  /** The listed deliveries of a session's transitions, both bounds included; ascending by `seq`. */
  deliveriesOfSession(
    key: EndpointKey,
    session: SessionName,
    seqs: SeqRange,
  ): Promise<readonly ListedDelivery[]>;
  /** Deletes all but the newest `keep` deliveries of each status; pending ones all stay. */
  trimDeliveries(key: EndpointKey, keep: number): Promise<void>;
  /**
   * Deletes those of an account's deliveries that were last updated before `before`, in parts: `after` is
   * `null` for the first part, and otherwise what the part before returned. Each part reads about
   * `limit` deliveries. Returns `null` after the last part.
   */
  pruneDeliveries(
    account: string,
    before: number,
    after: string | null,
    limit: number,
  ): Promise<string | null>;
}
