/**
 * The engine of those who keep no session themselves: what is asked for a session goes to the shard
 * that has it.
 * @module
 */
import type { Clock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import type { Request as EngineRequest, Outcome } from "../../engine/request.ts";
import { answered } from "../../stores/durable-object/answered.ts";
import type { DurableObjectStore } from "../../stores/durable-object/durable-object-store.ts";
import { placesOf } from "../../stores/durable-object/placement.ts";
import type { Env } from "./env.ts";
import { shardName } from "./names.ts";

export class ShardedEngine extends Engine {
  readonly #env: Env;
  readonly #space: string;
  readonly #sharded: DurableObjectStore;

  constructor(env: Env, space: string, store: DurableObjectStore, clock: Clock) {
    super(store, clock);
    this.#env = env;
    this.#space = space;
    this.#sharded = store;
  }

  override async submit(request: EngineRequest): Promise<Outcome> {
    const { account, id } = request.key;
    const [index = 0] = placesOf(id, await this.#sharded.layouts());
    const shard = this.#env.SHARD.getByName(shardName(this.#space, { account, index }));
    return answered(shard.submit(request));
  }
}
