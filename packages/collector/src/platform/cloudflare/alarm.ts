/**
 * The single alarm of an object. It is set again only for an earlier instant, because each setting
 * is billed.
 * @module
 */
export class Alarm {
  /** How often it was set and fired since the object woke. */
  readonly figures = { alarmsSet: 0, alarmsFired: 0 };
  readonly #arm: (at: number) => void;
  #at: number | null = null;

  /** `arm` sets the alarm of the object. */
  constructor(arm: (at: number) => void) {
    this.#arm = arm;
  }

  /** When it fires; `null` if it is not set. */
  get at(): number | null {
    return this.#at;
  }

  /** Takes over the stored alarm after the object woke. */
  restore(at: number | null): void {
    this.#at = at;
  }

  /** Ensures that it fires at `at` or earlier. */
  ensureBy(at: number): void {
    if (this.#at !== null && this.#at <= at) return;
    this.#at = at;
    this.figures.alarmsSet += 1;
    this.#arm(at);
  }

  markFired(): void {
    this.figures.alarmsFired += 1;
    this.#at = null;
  }

  /** Discards an alarm that did not fire, so that the next `ensureBy` sets a new one. */
  clear(): void {
    this.#at = null;
  }
}
