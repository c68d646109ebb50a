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
import { candidateShards } from "../../stores/durable-object/placement.ts";
import { remoteCall } from "../../stores/durable-object/remote-call.ts";
import type { Env } from "./env.ts";
import { shardName } from "./names.ts";

export class ShardedEngine extends Engine {
  readonly #env: Env;
  readonly #space: string;
  readonly #sharded: DurableObjectStore;

  readonly #unheardAccounts: (now: number) => readonly UnheardAccount[];

  /** @param unheardAccounts as the shards have reported them; missing: nobody asks for them here */
  constructor(
    env: Env,
    space: string,
    store: DurableObjectStore,
    clock: Clock,
    unheardAccounts: (now: number) => readonly UnheardAccount[] = () => [],
  ) {
    super(store, clock);
    this.#unheardAccounts = unheardAccounts;
    this.#env = env;
    this.#space = space;
    this.#sharded = store;
  }

  override async submitUnfollowed(request: EngineRequest): Promise<Outcome> {
    const { account, id } = request.key;
    const layouts = await this.#sharded.layouts();
    const [index = 0] = candidateShards(id, layouts);
    const shard = this.#env.SHARD.getByName(shardName(this.#space, { account, index }));
    return remoteCall(shard.submit(request, 0, layouts));
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
