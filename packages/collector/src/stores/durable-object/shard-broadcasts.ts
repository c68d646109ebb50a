/**
 * The broadcasts that a shard has received from the coordinator, and its own: outages, and that it hears
 * no signal.
 * @module
 */
import { NO_LIMIT } from "../broadcast-pages.ts";
import { parseBroadcast } from "../parse-record.ts";
import type { Broadcast, NewBroadcast } from "../store.ts";
import type { ShardStatements } from "./shard-schema.ts";

/**
 * A shard's own broadcasts get epochs between those of the coordinator: this much above the last. With one every
 * second, two years pass before they reach the coordinator's next epoch, and a number is exact for
 * as many epochs of the coordinator.
 */
const LOCAL_EPOCH_STEP = 2 ** -26;

export function nextLocalEpoch(last: number): number {
  return last + LOCAL_EPOCH_STEP;
}

/** That the account is unheard or heard again, as far as one shard can tell. */
export type SilenceBroadcast = Extract<NewBroadcast, { type: "unheard" | "heard" }>;

export class ShardBroadcasts {
  readonly #statements: ShardStatements;

  constructor(statements: ShardStatements) {
    this.#statements = statements;
  }

  /** Broadcasts above an epoch, in order; without a limit all of them. */
  after(epoch: number, limit = NO_LIMIT): readonly Broadcast[] {
    return this.#statements.broadcasts
      .all(epoch, limit)
      .map((row) => parseBroadcast(row["epoch"] as number, row["body"] as string));
  }

  /** The epoch of the last one, of the coordinator or of this shard; 0 if there is none. */
  get lastEpoch(): number {
    return this.#statements.lastEpoch.get()?.["epoch"] as number;
  }

  store(broadcasts: readonly Broadcast[]): void {
    for (const broadcast of broadcasts) {
      this.#statements.putBroadcast.run(broadcast.epoch, JSON.stringify(broadcast));
    }
  }

  drop(epochs: readonly number[]): void {
    for (const epoch of epochs) this.#statements.dropBroadcast.run(epoch);
  }

  /** Records that this shard could not receive signals from `fromAt` to `at`. */
  recordOutage(fromAt: number, at: number): void {
    const epoch = nextLocalEpoch(this.lastEpoch);
    this.store([{ type: "outage", account: null, epoch, at, fromAt }]);
  }

  recordSilence(broadcast: SilenceBroadcast): number {
    const epoch = nextLocalEpoch(this.lastEpoch);
    this.store([{ ...broadcast, epoch }]);
    return epoch;
  }
}
