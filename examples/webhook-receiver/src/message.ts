/**
 * What a collector sends, as far as this receiver reads it.
 * @module
 */

export interface Standing {
  readonly state: string;
  readonly reason: string | null;
  readonly presence: string;
}

export interface Transition {
  /** The same as the header `webhook-id`; stays the same however often it is sent. */
  readonly id: string;
  readonly session: string;
  /** Tells a session from an erased one of the same name. */
  readonly sessionCreatedAt: string;
  /** Without a gap from 1 within its session. */
  readonly seq: number;
  readonly at: string;
  readonly from: Standing;
  readonly to: Standing;
  readonly cause: string;
}

export interface Message {
  readonly type: "session.transition";
  readonly timestamp: string;
  readonly data: Transition;
}
