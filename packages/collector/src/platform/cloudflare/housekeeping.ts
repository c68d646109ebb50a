/**
 * Retention and trimming once in each hour of the day, however often the object starts: a quiet one starts for
 * each call of the watchdog.
 * @module
 */
const HOUR_MS = 3_600_000;

export interface HousekeepingRecord {
  /** When the last run began that has ended; 0: none has. */
  readonly housekeepingAt: number;
  putHousekeepingAt(at: number): void;
}

export class Housekeeping {
  readonly #record: HousekeepingRecord;
  #startedAt = 0;

  constructor(record: HousekeepingRecord) {
    this.#record = record;
  }

  /**
   * Runs `works` beside one another if it is time. A run is recorded when it is over: one that ends with its object
   * is made again, one that fails is not.
   */
  async runIfDue(now: number, works: readonly (() => Promise<unknown>)[]): Promise<void> {
    const lastAt = Math.max(this.#startedAt, this.#record.housekeepingAt);
    if (Math.floor(now / HOUR_MS) <= Math.floor(lastAt / HOUR_MS)) return;
    this.#startedAt = now;
    await Promise.allSettled(works.map((work) => work()));
    this.#record.putHousekeepingAt(now);
  }
}
