/**
 * How many sessions there are in each state.
 * @module
 */
import type { State } from "../core/lists.ts";

export type StateCounts = Record<State, number>;

export function noSessions(): StateCounts {
  return { none: 0, active: 0, inactive: 0, ended: 0 };
}
