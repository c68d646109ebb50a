/**
 * What the Worker knows of the coordinator's accounts and settings, kept fresh by the requests that use it: a
 * Worker runs only while it has a request.
 * @module
 */
import { settlesWithin } from "../../async/timeout.ts";
import type { Clock } from "../../engine/clock.ts";
import { StoreError } from "../../stores/store.ts";

/** How long it may take until a revoked key or a changed setting applies to signals. */
export const MAX_AGE_MS = 5_000;
/** How long a request waits for a reading. After that what is known serves, whatever its age. */
export const WAIT_MS = 500;
/** How long one waits while nothing is known. */
export const FIRST_WAIT_MS = 5_000;

export class FreshReading {
  readonly #clock: Clock;
  readonly #read: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #startedAt = Number.NEGATIVE_INFINITY;
  #isKnown = false;

  /** @param read reads everything, and takes it over; readings may overlap */
  constructor(clock: Clock, read: () => Promise<void>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#read = read;
    this.#onError = onError;
  }

  /**
   * Resolves when what is known may serve. The one request in five seconds that starts a reading waits for it,
   * others do not.
   * @param waitUntil gets a reading that may take longer than the request
   * @throws {StoreError} if nothing is known
   */
  async ensure(waitUntil: (reading: Promise<void>) => void): Promise<void> {
    if (!this.#isKnown) return this.#readFirst(waitUntil);
    const now = this.#clock.steady();
    if (now - this.#startedAt < MAX_AGE_MS) return;
    this.#startedAt = now;
    const reading = this.#read().catch(this.#onError);
    waitUntil(reading);
    await settlesWithin(WAIT_MS, reading);
  }

  async #readFirst(waitUntil: (reading: Promise<void>) => void): Promise<void> {
    this.#startedAt = this.#clock.steady();
    const reading = this.#read().then(() => {
      this.#isKnown = true;
    });
    waitUntil(reading.catch(() => {}));
    if (await settlesWithin(FIRST_WAIT_MS, reading)) return;
    throw new StoreError("The coordinator does not answer.");
  }
}
