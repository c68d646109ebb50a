/**
 * Whether beats come so often that it pays to hold them in memory. An object without calls is removed from memory
 * after ten seconds, so one that holds beats needs an alarm within that time, which costs as much as writing one beat.
 * https://developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle/
 * @module
 */

/** How soon an alarm follows the last call of an object that holds beats. */
export const STAYS_MS = 9_000;
const COUNT = 3;
/** Holding begins when three beats came within this time, */
const BEGINS_MS = 15_000;
/** and ends when they took longer than this. */
const ENDS_MS = 30_000;

export class BeatRate {
  readonly #last: number[] = [];
  #isHigh = false;

  /** Notes a beat; returns whether it may be held. */
  note(now: number): boolean {
    this.#last.push(now);
    if (this.#last.length > COUNT) this.#last.shift();
    if (this.#fitIn(BEGINS_MS, now)) this.#isHigh = true;
    return this.#isHigh;
  }

  /** Whether it still pays. */
  isHigh(now: number): boolean {
    this.#isHigh &&= this.#fitIn(ENDS_MS, now);
    return this.#isHigh;
  }

  #fitIn(periodMs: number, now: number): boolean {
    const [first = 0] = this.#last;
    return this.#last.length === COUNT && now - first <= periodMs;
  }
}
