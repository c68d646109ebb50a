/**
 * Throttles repeated log entries: of each kind one is logged in a while, with its number of repeats.
 * @module
 */
const LOG_EVERY_MS = 1_000;
/** Kinds that are counted separately. */
const MAX_KINDS = 100;

export interface LogThrottleOptions {
  /** One entry of each kind is logged in this time; default: a second. */
  readonly everyMs?: number;
  /** What happens to a new kind where there are too many: all counts are dropped, or it is suppressed. */
  readonly whenFull?: "drop" | "suppress";
}

export class LogThrottle {
  readonly #now: () => number;
  readonly #everyMs: number;
  readonly #whenFull: "drop" | "suppress";
  readonly #kinds = new Map<string, { loggedAt: number; suppressed: number }>();

  /** `now` in milliseconds that no set clock changes. */
  constructor(
    now: () => number,
    { everyMs = LOG_EVERY_MS, whenFull = "drop" }: LogThrottleOptions = {},
  ) {
    this.#now = now;
    this.#everyMs = everyMs;
    this.#whenFull = whenFull;
  }

  /** The repeats suppressed since the last log; `null` if this one is to be suppressed. */
  count(kind: string): number | null {
    const now = this.#now();
    const entry = this.#kinds.get(kind);
    if (entry && now - entry.loggedAt < this.#everyMs) {
      entry.suppressed += 1;
      return null;
    }
    if (!entry && this.#kinds.size >= MAX_KINDS) {
      if (this.#whenFull === "drop") this.#kinds.clear();
      else if (!this.#dropOldest(now)) return null;
    }
    this.#kinds.set(kind, { loggedAt: now, suppressed: 0 });
    return entry?.suppressed ?? 0;
  }

  /** Starts over: the next entry of each kind is logged. */
  clear(): void {
    this.#kinds.clear();
  }

  /** False: the oldest kind was logged a short while ago. */
  #dropOldest(now: number): boolean {
    for (const [kind, { loggedAt }] of this.#kinds) {
      if (now - loggedAt < this.#everyMs) continue;
      this.#kinds.delete(kind);
      return true;
    }
    return false;
  }
}
