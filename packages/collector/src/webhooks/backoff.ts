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

  recordSuccess(): void {
    this.#consecutiveFailures = 0;
    this.#failurePauseUntil = 0;
  }

  recordFailure(now: number, retryAfterMs: number | null): void {
    this.#consecutiveFailures += 1;
    if (this.#consecutiveFailures >= FAILURES_BEFORE_PAUSE) {
      this.#failurePauseUntil = now + FAILURE_PAUSE_MS;
    }
    if (retryAfterMs !== null) {
      this.#pausedUntil = Math.max(this.#pausedUntil ?? 0, now + retryAfterMs);
    }
  }
}
