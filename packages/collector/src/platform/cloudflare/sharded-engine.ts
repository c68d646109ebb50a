/**
 * An engine without sessions of its own, in the Worker and in the coordinator: it forwards requests
 * to the shard of their session.
 * @module
 */
import type { Clock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import type { Request as EngineRequest, Outcome } from "../../engine/request.ts";
import type { UnheardAccount } from "../../engine/unheard-accounts.ts";
import type { DurableObjectStore } from "../../stores/durable-object/durable-object-store.ts";
import type { Revision } from "../../stores/durable-object/links.ts";
import { candidateShards } from "../../stores/durable-object/placement.ts";
import { remoteCall } from "../../stores/durable-object/remote-call.ts";
import { StoreError } from "../../stores/store.ts";
import type { Env } from "./env.ts";
import { shardName } from "./names.ts";

/** A shard knows of later keys or settings than those by which the request was checked. */
export class OutdatedError extends StoreError {
  override name = "OutdatedError";
}

interface ShardedEngineOptions {
  /** As the shards have reported them. Default: none. */
  readonly unheardAccounts?: (now: number) => readonly UnheardAccount[];
  /** What requests were checked by, for the shard to confirm; `null`, the default: it is not asked. */
  readonly checkedBy?: (account: string) => Revision | null;
}

export class ShardedEngine extends Engine {
  readonly #env: Env;
  readonly #space: string;
  readonly #sharded: DurableObjectStore;

  readonly #unheardAccounts: (now: number) => readonly UnheardAccount[];
  readonly #checkedBy: (account: string) => Revision | null;

  constructor(
    env: Env,
    space: string,
    store: DurableObjectStore,
    clock: Clock,
    { unheardAccounts = () => [], checkedBy = () => null }: ShardedEngineOptions = {},
  ) {
    super(store, clock);
    this.#unheardAccounts = unheardAccounts;
    this.#checkedBy = checkedBy;
    this.#env = env;
    this.#space = space;
    this.#sharded = store;
  }

  /** @throws {OutdatedError} and nothing was applied */
  override async submitUnfollowed(request: EngineRequest): Promise<Outcome> {
    const { account, id } = request.key;
    const layouts = await this.#sharded.layouts();
    const [index = 0] = candidateShards(id, layouts);
    const shard = this.#env.SHARD.getByName(shardName(this.#space, { account, index }));
    const revision = this.#checkedBy(account);
    if (!revision) return remoteCall(shard.submit(request, 0, layouts));
    const outcome = await remoteCall(shard.submitChecked(request, layouts, revision));
    if (outcome) return outcome;
    throw new OutdatedError("The keys or settings have changed.");
  }

  override unheardAccounts(now: number): readonly UnheardAccount[] {
    return this.#unheardAccounts(now);
  }

  /** The shards write the watermark; the coordinator is asked whether it responds. */
  override async isStoreWritable(): Promise<boolean> {
    return this.store.accounts().then(
      () => true,
      () => false,
    );
  }
}
