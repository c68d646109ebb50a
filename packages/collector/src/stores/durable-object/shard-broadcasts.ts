/**
 * What a shard has been told, and the outages that are its own.
 * @module
 */
import type { Broadcast } from "../store.ts";
import type { ShardStatements } from "./shard-schema.ts";

/** The shard's own epochs lie between two of the coordinator's: this much above the last that is known. */
const OWN_EPOCH_STEP = 2 ** -20;

export class ShardBroadcasts {
  readonly #statements: ShardStatements;

  constructor(statements: ShardStatements) {
    this.#statements = statements;
  }

  /** Those above an epoch, in order. */
  above(epoch: number): readonly Broadcast[] {
    return this.#statements.broadcasts
      .all(epoch)
      .map((row) => JSON.parse(row["body"] as string) as Broadcast);
  }

  /** The last of them, of the coordinator or of this shard; 0: none. */
  get lastEpoch(): number {
    return this.#statements.lastEpoch.get()?.["epoch"] as number;
  }

  /** Keeps what the coordinator has broadcast. */
  keep(broadcasts: readonly Broadcast[]): void {
    for (const broadcast of broadcasts) {
      this.#statements.putBroadcast.run(broadcast.epoch, JSON.stringify(broadcast));
    }
  }

  /** Nobody could reach this shard from `fromAt` to `at`. */
  recordOutage(fromAt: number, at: number): void {
    const epoch = this.lastEpoch + OWN_EPOCH_STEP;
    this.keep([{ type: "outage", account: null, epoch, at, fromAt }]);
  }
}
