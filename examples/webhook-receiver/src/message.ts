/**
 * The fields of a collector's message that this receiver reads.
 * @module
 */

export interface SessionState {
  readonly state: string;
  readonly reason: string | null;
  readonly presence: string;
}

export interface Transition {
  /** Equal to the header `webhook-id`; begins with the incarnation of the collector's store. */
  readonly id: string;
  readonly session: string;
  /** Distinguishes a session from an erased one with the same id. */
  readonly sessionCreatedAt: string;
  /** Consecutive within its session, from 1. */
  readonly seq: number;
  readonly at: string;
  readonly from: SessionState;
  readonly to: SessionState;
  readonly cause: string;
}

export interface Message {
  readonly type: "session.transition";
  readonly timestamp: string;
  readonly data: Transition;
}
