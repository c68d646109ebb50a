/**
 * A shard: some of an account's sessions in an object of their own, with the engine beside them. Its
 * one alarm stands at or before the earliest deadline, and is set anew only where a deadline comes
 * nearer, or when it has fired.
 * @module
 */
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import { createSystemClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import type { Request as EngineRequest, Outcome } from "../../engine/request.ts";
import { sweep } from "../../engine/sweep.ts";
import type { Links, ShardName } from "../../stores/durable-object/links.ts";
import { type Layouts, placesOf } from "../../stores/durable-object/placement.ts";
import { ShardRecords } from "../../stores/durable-object/shard-records.ts";
import { ShardRelay } from "../../stores/durable-object/shard-relay.ts";
import { ObjectSql } from "../../stores/durable-object/sql.ts";
import { Alarm } from "./alarm.ts";
import { type Env, linksOf, type ShardStub } from "./env.ts";
import type { ObjectFigures } from "./figures.ts";
import { parseShardName, shardName, spaceOf } from "./names.ts";
import { ShardStore } from "./shard-store.ts";

/** An alarm that is later than this did not fire; whoever comes by does its work. */
const ALARM_LATE_MS = 1_000;
/** How soon the coordinator is tried again. */
const RELAY_RETRY_MS = 2_000;
/** How often beats are looked at that are held in memory. */
const HELD_POLL_MS = 4_000;

export class Shard extends DurableObject<Env> implements ShardStub {
  readonly #records: ShardRecords;
  readonly #sql: ObjectSql;
  readonly #space: string;
  readonly #name: ShardName;
  readonly #links: Links;
  readonly #relay: ShardRelay;
  readonly #engine: Engine;
  /** Numbers of shards; empty: the coordinator does not know this shard yet. */
  #layouts: Layouts;
  readonly #alarm = new Alarm((at) => this.ctx.waitUntil(this.arm(at)));
  #isSweeping = false;
  #heldTimer: ReturnType<typeof setInterval> | undefined;
  #calls = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const name = ctx.id.name ?? "";
    const clock = createSystemClock();
    this.#space = spaceOf(name);
    this.#name = parseShardName(name);
    this.#links = { ...linksOf(env, this.#space), layouts: async () => this.#layouts };
    this.#sql = new ObjectSql(ctx.storage);
    this.#records = new ShardRecords({
      sql: this.#sql,
      now: () => clock.now(),
      relay: () => this.#relay.run(),
      onDeadlines: (deadlines) => this.#onDeadlines(deadlines),
    });
    this.#relay = new ShardRelay({
      name: this.#name,
      coordinator: () => this.#links.coordinator(),
      read: (limit) => this.#records.relayQueue(limit),
      drop: (number) => this.#records.dropRelayed(number),
      onError: (error) => this.#onError(error),
    });
    this.#engine = new Engine(new ShardStore(this.#links, this.#records, this.#name), clock);
    this.#layouts = JSON.parse(this.#records.fact("layouts") ?? "[]") as Layouts;
    ctx.blockConcurrencyWhile(async () => {
      this.#alarm.restore(await ctx.storage.getAlarm());
      if (this.#layouts.length === 0) await this.#register();
    });
  }

  /** Only what a getter of the class answers can be called from elsewhere. */
  get records(): ShardRecords {
    this.#calls += 1;
    return this.#records;
  }

  async #register(): Promise<void> {
    this.#keepLayouts(await this.#links.coordinator().registerShard(this.#name));
    await this.#read();
  }

  #keepLayouts(layouts: Layouts): void {
    this.#layouts = layouts;
    this.#records.putFact("layouts", JSON.stringify(layouts));
  }

  /** Reads what the coordinator has broadcast since. */
  async #read(): Promise<void> {
    const { account } = this.#name;
    const known = Math.floor(this.#records.broadcasts.lastEpoch);
    const broadcasts = await this.#links.coordinator().broadcasts(known);
    this.#records.broadcasts.keep(broadcasts.filter((each) => each.account === account));
    await this.#engine.broadcasts.refresh();
  }

  /** Applies a request, here or where its session is. */
  async submit(request: EngineRequest, hops = 0): Promise<Outcome> {
    this.#calls += 1;
    this.#watch(this.#alarm.at);
    const { id } = request.key;
    const [newest = 0, ...older] = placesOf(id, this.#layouts);
    if (newest === this.#name.index && older.length === 0) return this.#engine.submit(request);
    if (await this.#records.has(id)) return this.#engine.submit(request);
    if (newest !== this.#name.index) {
      // Whoever asked does not know yet that there are more shards.
      return hops === 0 ? this.#stub(newest).submit(request, 1) : { status: "not_found" };
    }
    for (const index of older) {
      if (await this.#stub(index).records.has(id)) return this.#stub(index).submit(request, 1);
    }
    return this.#engine.submit(request);
  }

  #stub(index: number): ShardStub {
    return this.env.SHARD.getByName(shardName(this.#space, { ...this.#name, index }));
  }

  async readBroadcasts(): Promise<void> {
    await this.#read();
    await this.#sweep();
  }

  async grow(layouts: Layouts): Promise<void> {
    this.#keepLayouts(layouts);
    // Sessions that are being created here are seen by whoever asks from now on.
    await this.#engine.idle();
  }

  async poll(): Promise<void> {
    this.#watch(this.#records.nextDeadlineAt());
    await this.#relay.run();
    this.#records.writeHeld(this.#engine.clock.now());
  }

  async figures(): Promise<ObjectFigures> {
    return {
      calls: this.#calls,
      rowsWritten: this.#sql.rowsWritten,
      ...this.#alarm.figures,
    };
  }

  async alarm(): Promise<void> {
    this.#alarm.fired();
    await this.#relay.run();
    await this.#sweep();
  }

  /** The watchdog: does what an alarm at that instant should have done. */
  #watch(dueAt: number | null): void {
    if (this.#isSweeping || dueAt === null) return;
    if (dueAt > this.#engine.clock.now() - ALARM_LATE_MS) return;
    this.#alarm.discard();
    this.ctx.waitUntil(this.#sweep());
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    try {
      const { account } = this.#name;
      const onError = (error: unknown) => this.#onError(error);
      await sweep({ engine: this.#engine, accounts: () => [account], onError });
    } finally {
      this.#isSweeping = false;
      const next = this.#records.nextDeadlineAt();
      if (next !== null) this.#alarm.setBy(next);
    }
  }

  #onDeadlines(deadlines: readonly number[]): void {
    if (this.#records.isHolding)
      this.#heldTimer ??= setInterval(() => this.#writeHeld(), HELD_POLL_MS);
    if (this.#isSweeping) return;
    for (const deadlineAt of deadlines) this.#alarm.setBy(deadlineAt);
  }

  #writeHeld(): void {
    this.#records.writeHeld(this.#engine.clock.now());
    if (this.#records.isHolding) return;
    clearInterval(this.#heldTimer);
    this.#heldTimer = undefined;
  }

  /** Sets the object's alarm. */
  protected async arm(at: number): Promise<void> {
    await this.ctx.storage.setAlarm(at);
  }

  #onError(error: unknown): void {
    console.error(error);
    this.#alarm.setBy(this.#engine.clock.now() + RELAY_RETRY_MS);
  }
}
