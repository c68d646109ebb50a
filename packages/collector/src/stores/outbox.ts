/**
 * What a store keeps for webhooks. The account's log of transitions, written in the same commit as
 * the state, is the outbox itself; each endpoint only keeps how far it has come in it, and which
 * sessions wait for another attempt. `stores/outbox-conformance.ts` proves a driver against this.
 * @module
 */

export interface EndpointKey {
  readonly account: string;
  readonly id: string;
}

/** Which transitions an endpoint is told: all, or those whose triggers name it. */
export type EndpointEvents = "all" | "notified";

/** Signs messages until then; null: until another takes its place. */
export interface SigningSecret {
  readonly secret: string;
  readonly expiresAt: number | null;
}

/** Why nothing is sent: somebody switched it off, or the receiver answered 410. */
export interface Disabled {
  readonly at: number;
  readonly reason: "by_request" | "gone";
}

export interface Endpoint extends EndpointKey {
  /** What triggers call it; unique within the account. */
  readonly name: string;
  readonly url: string;
  readonly events: EndpointEvents;
  /** The newest first. */
  readonly secrets: readonly SigningSecret[];
  readonly disabled: Disabled | null;
  readonly createdAt: number;
}

export type EndpointPatch = Partial<Omit<Endpoint, "account" | "id" | "createdAt">>;

/** How far an endpoint has come. */
export interface Progress {
  /** Every log entry up to this one is settled, or belongs to a session that waits. */
  readonly cursor: number;
  /** The receiver asked to be left alone until then. */
  readonly pausedUntil: number | null;
}

/** An endpoint as those see it who look for work. */
export interface EndpointStanding extends Progress {
  readonly endpoint: Endpoint;
  /** When the first of the waiting sessions is to be tried again; null: none waits. */
  readonly nextAttemptAt: number | null;
}

/** A session as it was named in the log: an erased one of the same name is another. */
export interface SessionName {
  readonly session: string;
  readonly sessionCreatedAt: number;
}

/** A session of which an endpoint has not been told everything, and why the cursor may pass it. */
export interface Waiting extends SessionName {
  /** Transitions below `nextSeq` to be sent once more before it goes on; ascending. */
  readonly resends: readonly number[];
  /** The first transition that has not been delivered. */
  readonly nextSeq: number;
  /** How often the transition that is next has been tried. */
  readonly attempts: number;
  /** Since when it is not up to date. */
  readonly waitingSince: number;
  readonly nextAttemptAt: number;
}

export const DELIVERY_STATUSES = ["pending", "delivered", "failed", "superseded"] as const;

/** `superseded`: left out, since a later transition of the session was sent in its place. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** What became of one transition at one endpoint. */
export interface Delivery extends SessionName {
  readonly seq: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When it was last tried, or left out. */
  readonly updatedAt: number;
  /** The status that the receiver last answered with; null: it did not answer. */
  readonly response: number | null;
  /** Why there was no answer, as a code. */
  readonly error: string | null;
  readonly nextAttemptAt: number | null;
}

export interface ListedDelivery extends Delivery {
  /** Its place in the list; rises with each delivery that is listed. */
  readonly position: number;
}

export interface DeliveryQuery {
  readonly status?: DeliveryStatus;
  /** Deliveries listed before this one. */
  readonly beforePosition?: number;
  readonly limit: number;
}

/** What a claim gives to its owner. */
export interface Claim extends Progress {
  readonly endpoint: Endpoint;
  readonly waiting: readonly Waiting[];
}

/** All of it is kept, or nothing of it is. What concerns a session that is gone is left out. */
export interface Settlement extends Progress {
  /** Sessions that wait from now on, or wait otherwise than before. */
  readonly waiting: readonly Waiting[];
  /** Sessions that wait no more. */
  readonly caughtUp: readonly SessionName[];
  /** Listed anew, or in the place that the same transition had before. */
  readonly deliveries: readonly Delivery[];
}

/**
 * Whoever delivers to an endpoint claims it for a while and settles before that is over, so that of
 * several collectors one delivers. Everything that changes what is to be delivered, or how, ends the
 * claim: the owner's next settlement is refused, and it begins anew from what is stored.
 */
export interface OutboxStore {
  /** The endpoints of all accounts, by account, then id. */
  endpoints(): Promise<readonly EndpointStanding[]>;
  /** Creates an endpoint that has come as far as `cursor`; false: the account has one of that name. */
  addEndpoint(endpoint: Endpoint, cursor: number): Promise<boolean>;
  /** Changes an endpoint and ends its claim; null: no such endpoint; "taken": the name is. */
  changeEndpoint(key: EndpointKey, patch: EndpointPatch): Promise<Endpoint | "taken" | null>;
  /** Removes an endpoint with all that was kept of it; false: it was not there. */
  removeEndpoint(key: EndpointKey): Promise<boolean>;

  /** Claims an endpoint until `untilAt`; null: another has it, or there is none. */
  claim(key: EndpointKey, owner: string, now: number, untilAt: number): Promise<Claim | null>;
  /**
   * Keeps what was done under a claim, and prolongs it (`untilAt` null: lets it go); false: the claim
   * is no longer this owner's, and nothing was kept.
   */
  settle(
    key: EndpointKey,
    owner: string,
    settlement: Settlement,
    untilAt: number | null,
  ): Promise<boolean>;

  /** Ends the claim and sets the cursor: forward only where `isForwardAllowed`. */
  moveCursor(key: EndpointKey, cursor: number, isForwardAllowed: boolean): Promise<void>;
  /**
   * Has transitions sent once more and ends the claim. Those that are still to be sent anyway are
   * left as they are. Answers how many there will be.
   */
  resend(
    key: EndpointKey,
    transitions: readonly (SessionName & { readonly seq: number })[],
    now: number,
  ): Promise<number>;
  /** Deliveries, the newest first. */
  deliveries(key: EndpointKey, query: DeliveryQuery): Promise<readonly ListedDelivery[]>;
  /** Forgets deliveries beyond the newest `keep` of each status, other than pending ones. */
  trimDeliveries(key: EndpointKey, keep: number): Promise<void>;
  /** Forgets an account's deliveries from before an instant. */
  forgetDeliveries(account: string, before: number): Promise<void>;
}
