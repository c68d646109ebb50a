/**
 * The one alarm of an object: it is set anew only where an instant comes nearer.
 * @module
 */
export class Alarm {
  /** How often it was set and has fired since the object woke. */
  readonly figures = { alarmsSet: 0, alarmsFired: 0 };
  readonly #arm: (at: number) => void;
  #at: number | null = null;

  /** `arm` sets the alarm of the object. */
  constructor(arm: (at: number) => void) {
    this.#arm = arm;
  }

  /** When it fires; null: never. */
  get at(): number | null {
    return this.#at;
  }

  /** The object woke, and this is how its alarm stands. */
  restore(at: number | null): void {
    this.#at = at;
  }

  /** It fires at `at` at the latest. */
  setBy(at: number): void {
    if (this.#at !== null && this.#at <= at) return;
    this.#at = at;
    this.figures.alarmsSet += 1;
    this.#arm(at);
  }

  fired(): void {
    this.figures.alarmsFired += 1;
    this.#at = null;
  }

  /** It did not fire, and nobody waits for it any more. */
  discard(): void {
    this.#at = null;
  }
}
