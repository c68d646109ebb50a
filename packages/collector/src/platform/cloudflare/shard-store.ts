/**
 * The store of a shard's engine: it reads its own sessions directly, and calls the other objects
 * for everything that concerns the whole account.
 * @module
 */
import type { AuditEntry } from "../../stores/admin.ts";
import { DurableObjectStore } from "../../stores/durable-object/durable-object-store.ts";
import type { Links, ShardName } from "../../stores/durable-object/links.ts";
import { shardCount } from "../../stores/durable-object/placement.ts";
import type { SilenceBroadcast } from "../../stores/durable-object/shard-broadcasts.ts";
import type { ShardRecords } from "../../stores/durable-object/shard-records.ts";
import type { Broadcast, Lookup, NewBroadcast, SessionKey, Write } from "../../stores/store.ts";

export class ShardStore extends DurableObjectStore {
  readonly #records: ShardRecords;
  readonly #name: ShardName;
  readonly #onSilence: (broadcast: SilenceBroadcast) => void;

  /** Calls `onSilence` when the account has become unheard, or is heard again, in this shard. */
  constructor(
    links: Links,
    records: ShardRecords,
    name: ShardName,
    onSilence: (broadcast: SilenceBroadcast) => void,
  ) {
    super(links);
    this.#records = records;
    this.#name = name;
    this.#onSilence = onSilence;
  }

  override async load(lookups: readonly Lookup[]) {
    return this.#records.load(lookups);
  }

  /** The requests wait for the coordinator ({@link ShardRecords.relayed}), but not the next batch. */
  override async commit(writes: readonly Write[]) {
    return this.#records.commitAhead(writes);
  }

  override async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    const { account } = this.#name;
    return (await this.#records.due(now, limit)).map(({ id }) => ({ account, id }));
  }

  override async dueOf(_account: string, until: number, limit: number) {
    return this.#records.dueOf(until, limit);
  }

  override async noteSignals(lastAt: ReadonlyMap<string, number>): Promise<void> {
    for (const at of lastAt.values()) await this.#records.noteSignal(at);
  }

  override async lastSignalAt(): Promise<number | null> {
    return this.#records.lastSignalAt();
  }

  override async notCaughtUp(account: string, epoch: number, limit: number) {
    return (await this.#records.notCaughtUp(epoch, limit)).map((id) => ({ account, id }));
  }

  /** An estimate without calls to other shards: sessions are spread evenly. */
  override async count(): Promise<number> {
    return (await this.#records.count()) * shardCount(await this.layouts());
  }

  override async broadcasts(afterEpoch: number, limit?: number): Promise<readonly Broadcast[]> {
    return this.#records.broadcasts.after(afterEpoch, limit);
  }

  /** Whether the account is unheard is decided by each shard for its own sessions. */
  override async broadcast(
    broadcast: NewBroadcast,
    audit?: readonly AuditEntry[],
    lastEpoch?: number,
  ): Promise<number> {
    if (broadcast.type !== "unheard" && broadcast.type !== "heard") {
      return super.broadcast(broadcast, audit, lastEpoch);
    }
    const epoch = this.#records.recordSilence(broadcast);
    this.#onSilence(broadcast);
    return epoch;
  }

  override async closeEpochs(_account: string, epoch: number): Promise<boolean> {
    return this.#records.closeEpochs(epoch);
  }

  override async dropBroadcasts(epochs: readonly number[]): Promise<void> {
    this.#records.broadcasts.drop(epochs);
  }

  override async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    return this.#records.heartbeat(now, toleranceMs);
  }
}
