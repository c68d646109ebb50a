/**
 * Pauses a whole endpoint: while its receiver asks for a pause (`Retry-After`), and for a moment
 * after many failures in a row.
 * @module
 */

const FAILURES_BEFORE_PAUSE = 200;
const FAILURE_PAUSE_MS = 250;

export class Backoff {
  /** From `Retry-After`; `null` if the receiver did not ask for a pause. */
  #pausedUntil: number | null;
  /** When the current or last series of such pauses began; a stored pause began at an unknown time. */
  #pausedFrom = Number.NEGATIVE_INFINITY;
  /** An attempt after the last pause ended without another one. */
  #hasSeriesEnded = false;
  #failurePauseUntil = 0;
  #consecutiveFailures = 0;

  constructor(pausedUntil: number | null) {
    this.#pausedUntil = pausedUntil;
  }

  /** Nothing may be sent before this instant. */
  get blockedUntil(): number {
    return Math.max(this.#pausedUntil ?? 0, this.#failurePauseUntil);
  }

  /** When the current pause for `Retry-After` ends; `null` if there is none. */
  pausedUntil(now: number): number | null {
    return this.#pausedUntil !== null && this.#pausedUntil > now ? this.#pausedUntil : null;
  }

  /** How long the last series of pauses for `Retry-After` delayed an attempt that was due at `dueAt`. */
  pausedMsSince(dueAt: number, now: number): number {
    if (this.#pausedUntil === null) return 0;
    return Math.max(0, Math.min(now, this.#pausedUntil) - Math.max(dueAt, this.#pausedFrom));
  }

  recordSuccess(now: number): void {
    this.#consecutiveFailures = 0;
    this.#failurePauseUntil = 0;
    this.#endSeries(now);
  }

  recordFailure(now: number, retryAfterMs: number | null): void {
    this.#consecutiveFailures += 1;
    if (this.#consecutiveFailures >= FAILURES_BEFORE_PAUSE) {
      this.#failurePauseUntil = now + FAILURE_PAUSE_MS;
    }
    if (retryAfterMs === null) {
      this.#endSeries(now);
      return;
    }
    if (this.#pausedUntil === null || this.#hasSeriesEnded) this.#pausedFrom = now;
    this.#hasSeriesEnded = false;
    this.#pausedUntil = Math.max(this.#pausedUntil ?? 0, now + retryAfterMs);
  }

  /** Attempts that began before a pause may end during it. */
  #endSeries(now: number): void {
    if (now >= (this.#pausedUntil ?? 0)) this.#hasSeriesEnded = true;
  }
}
