/**
 * The interface between delivery workers and the sender: one attempt to deliver one transition.
 * @module
 */
import type { Endpoint } from "../stores/outbox.ts";
import type { LogEntry } from "../stores/store.ts";

export interface Attempt {
  /** `gone`: the receiver wants no more requests (HTTP 410). */
  readonly outcome: "delivered" | "failed" | "gone";
  /** The HTTP status; `null` if there was no response. */
  readonly response: number | null;
  /** An error code if there was no response. */
  readonly error: string | null;
  /** The pause that the receiver asked for with `Retry-After`. */
  readonly retryAfterMs: number | null;
}

/** Sends an entry at the instant `at`. Rejects only if the store fails. */
export type Send = (
  endpoint: Endpoint,
  entry: LogEntry,
  at: number,
  signal: AbortSignal,
) => Promise<Attempt>;
