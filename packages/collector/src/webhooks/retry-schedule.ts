/**
 * When a failed delivery is retried, and when it is given up.
 * @module
 */

/** After the first attempt, the second, …; then always {@link LAST_DELAY_MS}. */
const DELAYS_MS = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000] as const;
const LAST_DELAY_MS = 60_000;
/** Up to a tenth sooner or later, so that deliveries that failed together retry separately. */
const JITTER = 0.1;

/** After waiting this long, only the latest transition of a session is sent. */
export const LATEST_ONLY_AFTER_MS = 10 * 60_000;
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;
/** The upper bound for `Retry-After`. */
export const MAX_RETRY_AFTER_MS = 10 * 60_000;

/**
 * The delay after a number of failed attempts (1 or more).
 * @param random uniform from 0 to 1
 */
export function retryDelayMs(attempts: number, random: number): number {
  const delayMs = DELAYS_MS[attempts - 1] ?? LAST_DELAY_MS;
  return Math.round(delayMs * (1 - JITTER + 2 * JITTER * random));
}

/** A valid `Retry-After`, at most the upper bound; `null` if there is none. */
export function boundRetryAfterMs(retryAfterMs: number | null): number | null {
  if (retryAfterMs === null || retryAfterMs <= 0) return null;
  return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
}

/** Whether a session has waited so long that only its latest transition is sent. */
export function isLatestOnly(waitingSince: number, now: number): boolean {
  return now - waitingSince >= LATEST_ONLY_AFTER_MS;
}

/** Whether the next attempt would be past the time limit. */
export function isGivenUp(waitingSince: number, nextAttemptAt: number): boolean {
  return nextAttemptAt - waitingSince > GIVE_UP_AFTER_MS;
}
