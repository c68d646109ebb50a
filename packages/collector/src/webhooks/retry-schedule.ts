/**
 * When a message that could not be delivered is tried again, and until when.
 * @module
 */

/** After the first attempt, the second, …; the last of them holds from then on. */
const DELAYS_MS = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000] as const;
const LAST_DELAY_MS = 60_000;
/** Up to a tenth sooner or later, so that what failed together does not come back together. */
const JITTER = 0.1;

/** From then on only the latest transition of a session is sent. */
export const LATEST_ONLY_AFTER_MS = 10 * 60_000;
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;
/** A receiver may ask for this much at most. */
const MAX_RETRY_AFTER_MS = GIVE_UP_AFTER_MS;

/**
 * How long to wait after a number of failed attempts (1 or more).
 * @param chance from 0 to 1, evenly spread.
 */
export function retryDelayMs(attempts: number, chance: number): number {
  const delayMs = DELAYS_MS[attempts - 1] ?? LAST_DELAY_MS;
  return Math.round(delayMs * (1 - JITTER + 2 * JITTER * chance));
}

/** What a receiver asked for, kept within bounds; null: nothing. */
export function boundRetryAfterMs(retryAfterMs: number | null): number | null {
  if (retryAfterMs === null || retryAfterMs <= 0) return null;
  return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
}

/** Whether a session has waited so long that the steps between no longer matter. */
export function isLatestOnly(waitingSince: number, now: number): boolean {
  return now - waitingSince >= LATEST_ONLY_AFTER_MS;
}

/** Whether an attempt at that time would come too late. */
export function isGivenUp(waitingSince: number, nextAttemptAt: number): boolean {
  return nextAttemptAt - waitingSince > GIVE_UP_AFTER_MS;
}
