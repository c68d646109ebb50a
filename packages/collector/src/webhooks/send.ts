/**
 * What the deliveries ask of whoever sends: one attempt at one message.
 * @module
 */
import type { Endpoint } from "../stores/outbox.ts";
import type { LogEntry } from "../stores/store.ts";

export interface Attempt {
  /** `gone`: the receiver wants nothing any more. */
  readonly outcome: "delivered" | "failed" | "gone";
  /** The status of the answer; null: there was none. */
  readonly response: number | null;
  /** Why there was no answer, as a code. */
  readonly error: string | null;
  /** For how long the receiver asked to be left alone. */
  readonly retryAfterMs: number | null;
}

/** Sends an entry at the instant `at`; never rejects. */
export type Send = (
  endpoint: Endpoint,
  entry: LogEntry,
  at: number,
  signal: AbortSignal,
) => Promise<Attempt>;
