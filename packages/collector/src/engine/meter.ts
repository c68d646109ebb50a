/**
 * What an operator counts. The engine and the routes tell; the platform keeps the figures.
 * @module
 */
import type { TransitionCause } from "../core/transition.ts";

export interface Meter {
  /** A signal was taken, or refused with a code. */
  signal(type: string, outcome: string): void;
  /** A transition was committed. */
  transition(cause: TransitionCause, state: string): void;
  /** A user came back so soon after `offline` that the verdict was wrong. */
  contradicted(): void;
  /** A batch was committed in so many milliseconds. */
  commit(tookMs: number, sessions: number): void;
  /** A deadline was kept so many milliseconds after it was due. */
  deadline(lateMs: number): void;
  /** A webhook was tried, so many milliseconds after the instant of its transition. */
  delivery(outcome: "delivered" | "failed" | "gone", tookMs: number): void;
  /** It was noticed that nobody could hear for a while. */
  outage(): void;
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
};
