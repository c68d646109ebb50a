/**
 * Rate limits that stop floods but never a page's regular beats, so that they cannot end a session.
 *
 * - The limit per session is far above what its pages send, and counts only what has proved that it may
 *   speak for the session: otherwise a stranger could use it up.
 * - An address is counted only for rejected signals, for proofs that only the session can check, and for new
 *   sessions, so that a thousand visitors behind one office address keep beating.
 * - An account is counted only for new sessions.
 *
 * Counts are per second, in a count-min sketch of two rows: memory does not grow with the number of
 * sessions, and two names affect one another only if they collide in both rows. Which names do is random,
 * so that one cannot be made to fit another.
 * @module
 */
import type { Clock } from "../engine/clock.ts";
import { Problem } from "./problem.ts";

export interface RateLimits {
  /** Signals of one session per second. */
  readonly perSession: number;
  /** Rejected signals, unchecked proofs and new sessions from one address per second, each. */
  readonly perAddress: number;
  /** New sessions of one account per second. */
  readonly perAccount: number;
}

export const DEFAULT_LIMITS: RateLimits = { perSession: 50, perAddress: 50, perAccount: 5_000 };

const SLOTS = 1 << 15;
const WINDOW_MS = 1_000;

export class RateLimit {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #rows = [new Uint32Array(SLOTS), new Uint32Array(SLOTS)] as const;
  #window = 0;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Counts one occurrence; `false` if it exceeds the limit of the current second. */
  allow(name: string): boolean {
    return this.allowSlot(rateSlotOf(name));
  }

  /** Like {@link allow}, for a caller that has computed the slot already. */
  allowSlot(rateSlot: number): boolean {
    this.#resetOnNewWindow();
    return this.#add(rateSlot, 1) <= this.#limit;
  }

  /** Whether {@link allow} would exceed the limit; counts nothing. */
  isReached(name: string): boolean {
    this.#resetOnNewWindow();
    return this.#add(rateSlotOf(name), 0) >= this.#limit;
  }

  /** As {@link allow}, for what may turn out not to count: returns what takes it back, or null. */
  reserve(name: string): (() => void) | null {
    const rateSlot = rateSlotOf(name);
    if (!this.allowSlot(rateSlot)) return null;
    const window = this.#window;
    return () => {
      if (this.#window === window) this.#add(rateSlot, -1);
    };
  }

  /** Changes the count of a slot; returns the new one. */
  #add(rateSlot: number, by: -1 | 0 | 1): number {
    const [first, second] = this.#rows;
    const [a, b] = [rateSlot % SLOTS, Math.floor(rateSlot / SLOTS)];
    first[a] = (first[a] ?? 0) + by;
    second[b] = (second[b] ?? 0) + by;
    return Math.min(first[a], second[b]);
  }

  #resetOnNewWindow(): void {
    const window = Math.floor(this.#clock.steady() / WINDOW_MS);
    if (window === this.#window) return;
    this.#window = window;
    for (const row of this.#rows) row.fill(0);
  }
}

let seeds: Uint32Array | undefined;

/**
 * The slot of a name: its columns in both rows, packed into one number below 2³². FNV-1a with two
 * seeds (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv), which differ in each process.
 */
export function rateSlotOf(name: string): number {
  // At first use, because a Worker has no random numbers while it starts.
  seeds ??= crypto.getRandomValues(new Uint32Array(2));
  let [a, b] = seeds as unknown as [number, number];
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  return ((a >>> 0) % SLOTS) + (((b ^ (b >>> 13)) >>> 0) % SLOTS) * SLOTS;
}

export function tooManyRequests(what: string): Problem {
  return new Problem(
    "too_many_requests",
    `Send fewer requests: this ${what} is over its limit.`,
    [],
    WINDOW_MS,
  );
}
