/**
 * Reports a clock that differs from the store's, and steps of the store's clock.
 * @module
 */
import type { Clock } from "../engine/clock.ts";
import { LogThrottle } from "./log-throttle.ts";

/** A clock is synchronized far better than this. */
const MAX_SKEW_MS = 1_000;
const LOG_EVERY_MS = 60_000;

export interface ClockEntry {
  readonly clockSkewSeconds?: number;
  readonly clockStepSeconds?: number;
  readonly message: string;
}

/** Returns a check to be called about once a second. */
export function watchClock(
  clock: Clock,
  write: (entry: ClockEntry) => void,
  now: () => number = () => performance.now(),
): () => void {
  const throttle = new LogThrottle(now, { everyMs: LOG_EVERY_MS });
  let { offsetMs } = clock;
  let wasSkewed = false;
  return () => {
    const stepMs = clock.offsetMs - offsetMs;
    offsetMs = clock.offsetMs;
    if (stepMs !== 0) {
      const way = stepMs > 0 ? "forward" : "back";
      const message = `The store's clock was set ${way} by ${seconds(Math.abs(stepMs))} s: every deadline has moved with it.`;
      write({ clockStepSeconds: seconds(stepMs), message });
    }
    const { skewMs } = clock;
    // For a moment every step of the store's clock is a skew.
    const isLasting = wasSkewed;
    wasSkewed = Math.abs(skewMs) > MAX_SKEW_MS;
    if (!wasSkewed || !isLasting || throttle.count("skew") === null) return;
    const side = skewMs > 0 ? "ahead of" : "behind";
    const message = `This machine's clock is ${seconds(Math.abs(skewMs))} s ${side} the store's, which counts: synchronize them (NTP).`;
    write({ clockSkewSeconds: seconds(skewMs), message });
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
