/**
 * What the Worker knows of the coordinator's accounts and settings, kept fresh by the requests that use it: a
 * Worker runs only while it has a request. Shards know of each change, so what they confirm is not read again.
 * @module
 */
import { settlesWithin } from "../../async/timeout.ts";
import type { Clock } from "../../engine/clock.ts";
import { StoreError } from "../../stores/store.ts";

/** How old what is known may be where a signal is refused by it, which no shard confirms. */
export const MAX_AGE_MS = 5_000;
/** How old it may be where shards confirm it: they know nothing of other accounts, nor of the number of shards. */
export const MAX_CONFIRMED_AGE_MS = 300_000;
/** How long a request waits for a reading. After that what is known serves, whatever its age. */
export const WAIT_MS = 500;
/** How long one waits while nothing is known. */
export const FIRST_WAIT_MS = 5_000;

type WaitUntil = (reading: Promise<unknown>) => void;

export class FreshReading {
  readonly #clock: Clock;
  readonly #read: () => Promise<boolean>;
  readonly #onError: (error: unknown) => void;
  #startedAt = Number.NEGATIVE_INFINITY;
  #isKnown = false;
  /** The last reading that was waited for has failed, or was too slow, and none has succeeded since. */
  #isBehind = false;
  /** The reading that began last, until it is over. */
  #current: Promise<boolean> | null = null;
  #changes = 0;

  /** @param read reads everything, and takes it over; returns whether it has changed. Readings may overlap */
  constructor(clock: Clock, read: () => Promise<boolean>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#read = read;
    this.#onError = onError;
  }

  /** How many readings have brought a change. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether shards are asked to confirm what is known. While it cannot be read, it serves as it is. */
  get isConfirmed(): boolean {
    return !this.#isBehind;
  }

  /**
   * Resolves when what is known may serve. The one request that starts a reading waits for it, others do not.
   * @param waitUntil gets a reading that may take longer than the request
   * @throws {StoreError} if nothing is known
   */
  async ensure(waitUntil: WaitUntil): Promise<void> {
    if (!this.#isKnown) return this.#readFirst(waitUntil);
    const maxAgeMs = this.#isBehind ? MAX_AGE_MS : MAX_CONFIRMED_AGE_MS;
    if (this.#ageMs >= maxAgeMs) await this.#wait(this.#readAgain(), waitUntil);
  }

  /**
   * Whether a request that was refused by what is known may be judged differently now. It waits for a reading
   * that is under way: that one began recently, but what is known is older until it is over.
   * @param changes {@link changes} when the request was judged
   */
  async hasChanged(waitUntil: WaitUntil, changes = this.#changes): Promise<boolean> {
    if (this.#changes !== changes) return true;
    const isRecent = this.#ageMs < MAX_AGE_MS;
    if (isRecent && !this.#current) return false;
    return this.#wait((isRecent && this.#current) || this.#readAgain(), waitUntil);
  }

  /** The same where a shard has said that it knows of something later: it is read, however fresh it is. */
  async readLater(waitUntil: WaitUntil): Promise<void> {
    const isRecent = this.#ageMs < MAX_AGE_MS;
    await this.#wait((isRecent && this.#current) || this.#readAgain(), waitUntil);
  }

  get #ageMs(): number {
    return this.#clock.steady() - this.#startedAt;
  }

  /** Resolves to whether anything has changed; rejects if it could not be read. */
  #readAgain(): Promise<boolean> {
    this.#startedAt = this.#clock.steady();
    const reading = this.#read();
    this.#current = reading;
    reading.then((hasChanged) => {
      this.#isBehind = false;
      if (hasChanged) this.#changes += 1;
    }, this.#onError);
    const end = () => {
      if (this.#current === reading) this.#current = null;
    };
    reading.then(end, end);
    return reading;
  }

  /** Waits for a reading within a request; returns whether it has brought a change. */
  async #wait(reading: Promise<boolean>, waitUntil: WaitUntil): Promise<boolean> {
    const settled = reading.catch(() => null);
    waitUntil(settled);
    const result = (await settlesWithin(WAIT_MS, settled)) ? await settled : null;
    if (result === null) this.#isBehind = true;
    return result ?? false;
  }

  async #readFirst(waitUntil: WaitUntil): Promise<void> {
    this.#startedAt = this.#clock.steady();
    const reading = this.#read().then(() => {
      this.#isKnown = true;
    });
    waitUntil(reading.catch(() => {}));
    if (await settlesWithin(FIRST_WAIT_MS, reading)) return;
    throw new StoreError("The coordinator does not answer.");
  }
}
