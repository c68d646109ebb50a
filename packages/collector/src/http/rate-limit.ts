/**
 * Rate limits, made so that they never end a living session: what is limited is a flood, not a beat.
 *
 * - A session may send far more than its pages ever do; a page that is refused by a flood of its own
 *   session's signals is not alone in being heard.
 * - An address is counted only for what was refused or what creates sessions: a thousand visitors
 *   behind one office address all keep their beats.
 * - An account is counted for what creates sessions.
 *
 * Counts are per second, in two rows of slots (a count-min sketch): no memory grows with the number
 * of sessions, and two names would have to meet in both rows to disturb one another.
 * @module
 */
import type { Clock } from "../engine/clock.ts";
import { Problem } from "./problem.ts";

export interface RateLimits {
  /** Signals of one session in a second. */
  readonly perSession: number;
  /** Refused signals and new sessions from one address in a second. */
  readonly perAddress: number;
  /** New sessions of one account in a second. */
  readonly perAccount: number;
}

export const DEFAULT_LIMITS: RateLimits = { perSession: 50, perAddress: 50, perAccount: 5_000 };

const SLOTS = 1 << 15;
const WINDOW_MS = 1_000;

export class RateLimit {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #rows = [new Uint32Array(SLOTS), new Uint32Array(SLOTS)] as const;
  #window = 0;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one; false: it is one too many in this second. */
  take(name: string): boolean {
    return this.takeSlot(rateSlotOf(name));
  }

  /** The same for whoever knows already where the name is counted. */
  takeSlot(place: number): boolean {
    this.#turn();
    const [first, second] = this.#rows;
    const [a, b] = [place % SLOTS, Math.floor(place / SLOTS)];
    first[a] = (first[a] ?? 0) + 1;
    second[b] = (second[b] ?? 0) + 1;
    return Math.min(first[a], second[b]) <= this.#most;
  }

  #turn(): void {
    const window = Math.floor(this.#clock.now() / WINDOW_MS);
    if (window === this.#window) return;
    this.#window = window;
    for (const row of this.#rows) row.fill(0);
  }
}

/**
 * Where a name is counted: its slots in both rows as one number below 2³². FNV-1a from two starts:
 * https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function rateSlotOf(name: string): number {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  return ((a >>> 0) % SLOTS) + (((b ^ (b >>> 13)) >>> 0) % SLOTS) * SLOTS;
}

export function tooMany(what: string): Problem {
  return new Problem("too_many_requests", `Send less: too much of this ${what}.`, [], WINDOW_MS);
}
