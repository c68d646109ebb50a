/**
 * Pauses of work that can wait, so that signals and verdicts do not wait for it.
 * @module
 */

/** How long it works, and how many calls of the store it makes, before others get their turn. */
const SHARE_MS = 5;
const SHARE_CALLS = 20;
const PAUSE_MS = 10;

/** Lets others have their turn after each share of work. */
export class Shares {
  #startedAt = performance.now();
  #calls = 0;

  /** To be called after each call of the store. */
  async next(): Promise<void> {
    this.#calls += 1;
    if (this.#calls < SHARE_CALLS && performance.now() - this.#startedAt < SHARE_MS) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    this.#startedAt = performance.now();
    this.#calls = 0;
  }
}
