/**
 * Throttles repeated log entries: of each kind one is logged in a while, with its number of repeats.
 * @module
 */
const LOG_EVERY_MS = 1_000;
/** Kinds that are counted separately; when there are more, all counts are dropped. */
const MAX_KINDS = 100;

export class LogThrottle {
  readonly #now: () => number;
  readonly #everyMs: number;
  readonly #kinds = new Map<string, { loggedAt: number; suppressed: number }>();

  /** `now` in milliseconds that no set clock changes. */
  constructor(now: () => number, everyMs = LOG_EVERY_MS) {
    this.#now = now;
    this.#everyMs = everyMs;
  }

  /** The repeats suppressed since the last log; `null` if this one is to be suppressed. */
  count(kind: string): number | null {
    const now = this.#now();
    const entry = this.#kinds.get(kind);
    if (entry && now - entry.loggedAt < this.#everyMs) {
      entry.suppressed += 1;
      return null;
    }
    if (!entry && this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { loggedAt: now, suppressed: 0 });
    return entry?.suppressed ?? 0;
  }

  /** Starts over: the next entry of each kind is logged. */
  clear(): void {
    this.#kinds.clear();
  }
}
