/**
 * Logs refused signals: the first of each kind a minute, with what to do about it. A page hides its
 * refusals in a visitor's browser, so an operator would otherwise see a silent collector.
 * @module
 */
import type { Refusal } from "../http/refusal.ts";
import { LogThrottle } from "./log-throttle.ts";

const LOG_EVERY_MS = 60_000;

/** A refusal as one log entry. */
export interface RefusalEntry {
  readonly refused: Refusal["code"];
  readonly origin?: string;
  readonly key?: string;
  readonly remedy: string;
  /** How many of this kind were refused since the last entry. */
  readonly repeated?: number;
}

/** @param now in milliseconds that no set clock changes */
export function createRefusalLog(
  write: (entry: RefusalEntry) => void,
  now: () => number = () => performance.now(),
): (refusal: Refusal) => void {
  const throttle = new LogThrottle(now, { everyMs: LOG_EVERY_MS });
  return ({ code, ...refusal }) => {
    const repeated = throttle.count(code);
    if (repeated !== null) write({ refused: code, ...refusal, ...(repeated > 0 && { repeated }) });
  };
}
