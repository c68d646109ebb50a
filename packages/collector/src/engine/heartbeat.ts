/**
 * A collector's heartbeat: it adjusts the clock to the store's, and moves the liveness watermark.
 * @module
 */
import { type Store, StoreError } from "../stores/store.ts";
import type { Broadcasts } from "./broadcasts.ts";
import { type Clock, OUTAGE_AFTER_MS } from "./clock.ts";
import type { Meter } from "./meter.ts";
import type { UnheardAccounts } from "./unheard-accounts.ts";

/** How often the watermark is moved; well below {@link OUTAGE_AFTER_MS}. */
const HEARTBEAT_EVERY_MS = 1_000;

export interface HeartbeatOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly broadcasts: Broadcasts;
  readonly unheard: UnheardAccounts;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #lastAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | null = null;
  /** The last one, while none has failed since. */
  #writtenAt: number | null = null;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Whether {@link beat} has anything to do: each batch asks, and waits for no promise where it has not. */
  get isDue(): boolean {
    const { clock } = this.#options;
    return clock.steady() - this.#lastAt >= HEARTBEAT_EVERY_MS || clock.isDisturbed;
  }

  /**
   * Adjusts the clock to the store's, and moves the liveness watermark. Where it stood still for too
   * long, an outage is broadcast first (rule 6), so that no silence is judged by a time in which no
   * collector took signals. Where the store's wall clock stepped, that is broadcast (rule 4). Stores when
   * accounts' last signals were accepted.
   */
  async beat(): Promise<void> {
    if (!this.isDue) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** Where a step was read at its end, the clock is adjusted again before anything uses the new offset. */
  async #run(): Promise<void> {
    do await this.#beatOnce();
    while (this.#options.clock.hasReadStep);
  }

  /** Any error is the store's: without watermark and broadcasts nothing can be decided. */
  async #beatOnce(): Promise<void> {
    const { store, clock, meter, broadcasts, unheard } = this.#options;
    try {
      const offsetMs = await this.#syncClock();
      const at = clock.steady();
      if (await store.heartbeat(at, OUTAGE_AFTER_MS)) meter.outage();
      if (offsetMs !== null) {
        await store.broadcast({ type: "clock_step", account: null, at, offsetMs });
      }
      await broadcasts.refresh();
      await unheard.heartbeat(at);
      this.#lastAt = at;
      this.#writtenAt = at;
    } catch (error) {
      this.#writtenAt = null;
      throw storeErrorOf(error);
    }
  }

  /** The offset to broadcast, where the store's wall clock stepped. */
  async #syncClock(): Promise<number | null> {
    const { store, clock, broadcasts } = this.#options;
    // The offset so far is in the broadcasts.
    if (this.#lastAt === Number.NEGATIVE_INFINITY) await broadcasts.refresh();
    if ((await clock.sync(store, false)) === null) return null;
    // Another collector may have broadcast the step already.
    await broadcasts.refresh();
    return clock.sync(store);
  }

  /** Whether signals can be stored: the last heartbeat succeeded, and is recent. */
  get isStoreWritable(): boolean {
    const { clock } = this.#options;
    return this.#writtenAt !== null && clock.steady() - this.#writtenAt <= OUTAGE_AFTER_MS;
  }
}

function storeErrorOf(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new StoreError(`The store does not work: ${why}.`, { cause: error });
}
