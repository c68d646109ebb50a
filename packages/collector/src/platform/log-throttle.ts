/**
 * The same trouble many times a second is told once in a while, with how often it was.
 * @module
 */
const LOG_EVERY_MS = 1_000;
/** So many are told apart; past that all are forgotten. */
const MAX_KINDS = 100;

export class LogThrottle {
  readonly #now: () => number;
  readonly #kinds = new Map<string, { toldAt: number; untold: number }>();

  /** `now` in epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Null: it was told a moment ago; else how often it happened since without being told. */
  count(kind: string): number | null {
    const now = this.#now();
    const known = this.#kinds.get(kind);
    if (known && now - known.toldAt < LOG_EVERY_MS) {
      known.untold += 1;
      return null;
    }
    if (!known && this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { toldAt: now, untold: 0 });
    return known?.untold ?? 0;
  }
}
