/**
 * What travels between a page and a collector: types and constants only, no DOM, so that both ends
 * and anything in between can import them.
 * @module
 */

/** Version of the wire format. A collector refuses any other with `unsupported_version`. */
export const WIRE_VERSION = 1;

/** Path of the collector's signal route. */
export const SIGNALS_PATH = "/v1/signals";

/** Largest body of one signal, in bytes; a larger one is refused with `too_large`. */
export const SIGNAL_MAX_BYTES = 4096;

/** Everything a page can report. Evidence, never a verdict: see docs/rules.md. */
export const SIGNAL_TYPES = [
  "open",
  "beat",
  "hidden",
  "visible",
  "freeze",
  "resume",
  "leave",
] as const;

export type SignalType = (typeof SIGNAL_TYPES)[number];

/**
 * Where the visitor goes, as far as the browser knows: to another page of this site, to another origin,
 * or nowhere, because the tab is being closed. Browsers do not tell frames, so theirs have no `to`.
 */
export const LEAVE_DESTINATIONS = ["page", "away", "gone"] as const;

export type LeaveDestination = (typeof LEAVE_DESTINATIONS)[number];

interface SignalOrigin {
  /** Wire version, {@link WIRE_VERSION}. */
  v: typeof WIRE_VERSION;
  /** The account's publishable key, `pk_…`. */
  key: string;
  /** The conversation that the page belongs to. */
  session: string;
  /** Session token (JWT) or binding secret; missing only under the binding `open`. */
  token?: string;
  /** Random id of the document, made at load and kept in memory only. */
  page: string;
  /** Generation: rises each time the document comes back to life. */
  gen: number;
}

/** A signal of a page that is alive when it sends. */
export interface LivingSignal extends SignalOrigin {
  type: Exclude<SignalType, "leave">;
  /** Rises with each signal of a generation; one that is not above the last is dropped. */
  seq: number;
  /** Whether the document is visible. */
  visible: boolean;
  /** The browser holds a deferred leave and sends it even if the page dies. */
  armed?: boolean;
}

/** Ends its generation. It has no `seq`, because it may have been prepared long before it is sent. */
export interface LeaveSignal extends SignalOrigin {
  type: "leave";
  to?: LeaveDestination;
}

export type WireSignal = LivingSignal | LeaveSignal;

/** The answer to an accepted signal. */
export interface SignalAnswer {
  /** Milliseconds until the next beat is wanted; 0: stop, this session needs no presence. */
  nextMs: number;
}
