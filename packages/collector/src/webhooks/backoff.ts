/**
 * When an endpoint may be sent to at all: not while its receiver has asked to be left alone, and not
 * without a rest while it only fails.
 * @module
 */

const FAILURES_IN_ROW = 200;
const PAUSE_MS = 250;

export class Backoff {
  /** What the receiver asked for with `Retry-After`; null: nothing. */
  #pausedUntil: number | null;
  #restUntil = 0;
  #failuresInRow = 0;

  constructor(pausedUntil: number | null) {
    this.#pausedUntil = pausedUntil;
  }

  /** Nothing may be sent before this instant. */
  get restEnd(): number {
    return Math.max(this.#pausedUntil ?? 0, this.#restUntil);
  }

  /** The pause that is still on; null: none. */
  pausedUntil(now: number): number | null {
    return this.#pausedUntil !== null && this.#pausedUntil > now ? this.#pausedUntil : null;
  }

  delivered(): void {
    this.#failuresInRow = 0;
    this.#restUntil = 0;
  }

  failed(now: number, retryAfterMs: number | null): void {
    this.#failuresInRow += 1;
    if (this.#failuresInRow >= FAILURES_IN_ROW) this.#restUntil = now + PAUSE_MS;
    if (retryAfterMs !== null) {
      this.#pausedUntil = Math.max(this.#pausedUntil ?? 0, now + retryAfterMs);
    }
  }
}
