/**
 * The interface for operational metrics. The engine and the routes report events; the platform
 * aggregates them.
 * @module
 */
import type { TransitionCause } from "../core/lists.ts";

export interface Meter {
  /** A signal was accepted, or refused with a code. */
  signal(type: string, outcome: string): void;
  /** A transition was committed. */
  transition(cause: TransitionCause, state: string): void;
  /** A user returned so soon after `offline` that the verdict was wrong. */
  contradicted(): void;
  /** A batch was committed in `tookMs`. */
  commit(tookMs: number, sessions: number): void;
  /** A deadline was processed `lateMs` after it was due. */
  deadline(lateMs: number): void;
  /** A webhook attempt ended `tookMs` after the instant of its transition. */
  delivery(outcome: "delivered" | "failed" | "gone", tookMs: number): void;
  /** An outage was detected: no collector could hear for a while. */
  outage(): void;
  /** A stored record could not be read. */
  unreadable(): void;
  /** An event stream was opened (1) or closed (-1). */
  streams(change: 1 | -1): void;
}

/** Counts nothing. */
export const SILENT_METER: Meter = {
  signal() {},
  transition() {},
  contradicted() {},
  commit() {},
  deadline() {},
  delivery() {},
  outage() {},
  unreadable() {},
  streams() {},
};
