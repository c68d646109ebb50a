/**
 * Throttles repeated errors: the same one is logged once a second, with its number of repeats.
 * @module
 */
const LOG_EVERY_MS = 1_000;
/** Kinds that are counted separately; when there are more, all counts are dropped. */
const MAX_KINDS = 100;

export class LogThrottle {
  readonly #now: () => number;
  readonly #kinds = new Map<string, { loggedAt: number; suppressed: number }>();

  /** `now` in epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The repeats suppressed since the last log; `null` if this error is to be suppressed. */
  count(kind: string): number | null {
    const now = this.#now();
    const entry = this.#kinds.get(kind);
    if (entry && now - entry.loggedAt < LOG_EVERY_MS) {
      entry.suppressed += 1;
      return null;
    }
    if (!entry && this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { loggedAt: now, suppressed: 0 });
    return entry?.suppressed ?? 0;
  }
}
