/**
 * A shard: an object with some of an account's sessions and an engine for them. Its alarm is set at
 * or before the earliest deadline, and is set again only for an earlier deadline or after it has
 * fired.
 * @module
 */
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import { createSystemClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { SILENT_METER } from "../../engine/meter.ts";
import type { Request as EngineRequest, Outcome } from "../../engine/request.ts";
import { sweep } from "../../engine/sweep.ts";
import { Trimming } from "../../engine/trimming.ts";
import { broadcastPages } from "../../stores/broadcast-pages.ts";
import { RELAY_TIMEOUT_MS } from "../../stores/durable-object/directory.ts";
import type { Links, Revision, ShardName } from "../../stores/durable-object/links.ts";
import { listOlder } from "../../stores/durable-object/list-older.ts";
import { candidateShards, type Layouts } from "../../stores/durable-object/placement.ts";
import type { SilenceBroadcast } from "../../stores/durable-object/shard-broadcasts.ts";
import { ShardRecords } from "../../stores/durable-object/shard-records.ts";
import { ShardRelay } from "../../stores/durable-object/shard-relay.ts";
import { ObjectSql } from "../../stores/durable-object/sql.ts";
import type { SessionKey } from "../../stores/store.ts";
import { ActiveTime } from "./active-time.ts";
import { Alarm } from "./alarm.ts";
import { BeatRate, STAYS_MS } from "./beat-rate.ts";
import { type Env, linksOf, type ShardStub } from "./env.ts";
import type { ObjectFigures, ShardGauges } from "./figures.ts";
import { logError } from "./log-error.ts";
import { parseShardName, shardName, spaceOf } from "./names.ts";
import { ShardStore } from "./shard-store.ts";
import { UnderWay } from "./under-way.ts";

/** An alarm that is later than this did not fire; the next call does its work. */
const MAX_ALARM_DELAY_MS = 1_000;
/** How soon the coordinator is called again after an error. */
const RELAY_RETRY_MS = 2_000;
/** How soon a sweep follows one that failed. */
const SWEEP_RETRY_MS = 2_000;
/** How often broadcasts are dropped that no session needs, while the object lives. */
const TRIM_EVERY_MS = 3_600_000;

export class Shard extends DurableObject<Env> implements ShardStub {
  readonly #records: ShardRecords;
  readonly #sql: ObjectSql;
  readonly #space: string;
  readonly #name: ShardName;
  readonly #links: Links;
  readonly #relay: ShardRelay;
  readonly #engine: Engine;
  readonly #trimming: Trimming;
  #trimmedAt = 0;
  /** Empty until the coordinator has registered this shard. */
  #layouts: Layouts;
  readonly #applying = new UnderWay();
  readonly #alarm = new Alarm((at) => this.ctx.waitUntil(this.arm(at)));
  /** Of the account's keys, as the coordinator has announced it. */
  #accountVersion: number;
  /** The coordinator's last broadcast that was read, of whichever account; 0 after the object starts. */
  #readEpoch = 0;
  readonly #beatRate = new BeatRate();
  readonly #active = new ActiveTime();
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
      account: this.#name.account,
      sql: this.#sql,
      now: () => clock.now(),
      relay: () => this.#relay.run(),
      isRelayAwaited: () => this.#relay.isAwaited,
      mayHold: (now) => this.mayHold(now),
      onDeadlines: (deadlines) => this.#onDeadlines(deadlines),
    });
    this.#relay = new ShardRelay({
      name: this.#name,
      coordinator: () => this.#links.coordinator(),
      timeoutMs: () => this.relayTimeoutMs(),
      read: (limit) => this.#records.relayQueue(limit),
      drop: (number) => this.#records.dropRelayed(number),
      onError: (error) => this.#onError(error),
    });
    const store = new ShardStore(this.#links, this.#records, this.#name, (broadcast) =>
      this.#onSilence(broadcast),
    );
    // A survivor can be in another shard.
    const submit = (request: EngineRequest) => this.submit(request);
    this.#engine = new Engine(store, clock, SILENT_METER, submit);
    this.#trimming = new Trimming(this.#engine, { dropsImmediately: true });
    this.#layouts = JSON.parse(this.#records.fact("layouts") ?? "[]") as Layouts;
    this.#accountVersion = Number(this.#records.fact("account_version") ?? 0);
    ctx.blockConcurrencyWhile(async () => {
      this.#alarm.restore(await ctx.storage.getAlarm());
      if (this.#layouts.length === 0) await this.#register();
    });
    ctx.waitUntil(listOlder(this.#records, () => this.#relay.run()));
  }

  /** A getter, because RPC reaches only properties of the class, not of the instance. */
  get records(): ShardRecords {
    this.#calls += 1;
    return this.#records;
  }

  async #register(): Promise<void> {
    this.#storeLayouts(await this.#links.coordinator().registerShard(this.#name));
    await this.#refreshBroadcasts();
  }

  #storeLayouts(layouts: Layouts): void {
    this.#layouts = layouts;
    this.#records.putFact("layouts", JSON.stringify(layouts));
  }

  /** Reads new broadcasts and the account's version from the coordinator. */
  async #refreshBroadcasts(): Promise<void> {
    const { account } = this.#name;
    this.#storeVersion(await this.#links.coordinator().accountVersion(account));
    const from = Math.max(this.#readEpoch, Math.floor(this.#records.broadcasts.lastEpoch));
    const read = (after: number, limit: number) =>
      this.#links.coordinator().broadcasts(after, limit);
    for await (const page of broadcastPages(read, from)) {
      this.#records.broadcasts.store(page.filter((each) => each.account === account));
      this.#readEpoch = Math.max(this.#readEpoch, page.at(-1)?.epoch ?? 0);
    }
    await this.#engine.broadcasts.refresh();
  }

  #storeVersion(version: number): void {
    // An earlier reading may end later.
    if (version <= this.#accountVersion) return;
    this.#records.putFact("account_version", String(version));
    this.#accountVersion = version;
  }

  async submitChecked(
    request: EngineRequest,
    layouts: Layouts,
    { version, epoch }: Revision,
  ): Promise<Outcome | null> {
    const lastEpoch = Math.floor(this.#records.broadcasts.lastEpoch);
    if (version >= this.#accountVersion && epoch >= lastEpoch) {
      return this.submit(request, 0, layouts);
    }
    this.#calls += 1;
    return null;
  }

  /** Applies a request, here or in the shard that has its session. */
  submit(request: EngineRequest, hops = 0, callerLayouts: Layouts = []): Promise<Outcome> {
    this.#calls += 1;
    return this.#active.count(this.#submit(request, hops, callerLayouts));
  }

  async #submit(request: EngineRequest, hops: number, callerLayouts: Layouts): Promise<Outcome> {
    this.#learn(callerLayouts);
    this.#sweepIfOverdue(this.#alarm.at);
    const { key } = request;
    const layouts = this.#layouts;
    const [newest = 0, ...older] = candidateShards(key.id, layouts);
    if (newest === this.#name.index && older.length === 0) return this.#apply(request);
    if (await this.#records.has(key)) return this.#apply(request);
    if (newest !== this.#name.index) {
      // The caller knows fewer layouts. One that knows these was sent here by a newer shard, which asks no further.
      if (hops > 0 && callerLayouts.length >= layouts.length) return { status: "not_found" };
      return this.#stub(newest).submit(request, hops + 1, layouts);
    }
    for (const index of older) {
      const shard = this.#stub(index);
      if (await shard.holds(key, layouts)) return shard.submit(request, hops + 1, layouts);
    }
    // There are more shards meanwhile.
    if (this.#layouts !== layouts) return this.#submit(request, hops, layouts);
    return this.#apply(request);
  }

  async holds(key: SessionKey, layouts: Layouts): Promise<boolean> {
    this.#calls += 1;
    this.#learn(layouts);
    // It may be just being created here, by the earlier layouts.
    await this.#applying.settled(key.id);
    return this.#records.has(key);
  }

  /** Resolves when the coordinator has the change too, or when that takes too long. */
  async #apply(request: EngineRequest): Promise<Outcome> {
    const { id } = request.key;
    const outcome = await this.#applying.add(id, this.#engine.submitUnfollowed(request));
    await this.#records.relayed(id);
    return outcome;
  }

  #stub(index: number): ShardStub {
    return this.env.SHARD.getByName(shardName(this.#space, { ...this.#name, index }));
  }

  /** Reads new broadcasts. An alarm brings the sessions up to date, which may take longer than a call waits. */
  async readBroadcasts(): Promise<number> {
    await this.#refreshBroadcasts();
    this.#alarm.ensureBy(this.#engine.clock.now());
    return this.#accountVersion;
  }

  async grow(layouts: Layouts): Promise<void> {
    this.#learn(layouts);
  }

  /** Takes over layouts that have more shards. */
  #learn(layouts: Layouts): void {
    if (layouts.length <= this.#layouts.length) return;
    this.#storeLayouts(layouts);
  }

  async poll(): Promise<void> {
    this.#sweepIfOverdue(this.#records.nextDeadlineAt());
    await this.#relay.retry();
    this.#records.writeUnwritten(this.#engine.clock.now());
  }

  async gauges(): Promise<ShardGauges> {
    const { outages, unrelayedCount } = this.#records;
    const now = this.#engine.clock.now();
    const lateMs = Math.max(0, now - (this.#records.nextDeadlineAt() ?? now));
    return { outages, lateMs, unrelayed: unrelayedCount };
  }

  async figures(): Promise<ObjectFigures> {
    return {
      calls: this.#calls,
      rowsWritten: this.#sql.rowsWritten,
      rowsRead: this.#sql.rowsRead,
      activeMs: this.#active.totalMs,
      ...this.#alarm.figures,
    };
  }

  async alarm(): Promise<void> {
    this.#alarm.markFired();
    // A sweep waits for no coordinator.
    await this.#active.count(Promise.all([this.#relay.retry(), this.#sweep()]));
  }

  /** The watchdog: sweeps if an alarm at `dueAt` should have fired but did not. */
  #sweepIfOverdue(dueAt: number | null): void {
    if (this.#records.isSwept || dueAt === null) return;
    if (dueAt > this.#engine.clock.now() - MAX_ALARM_DELAY_MS) return;
    this.#alarm.clear();
    this.ctx.waitUntil(this.#sweep());
  }

  async #sweep(): Promise<void> {
    this.#records.noteSweep(true);
    let isComplete = false;
    try {
      const { account } = this.#name;
      await sweep({
        engine: this.#engine,
        accounts: () => [account],
        onError: logError,
        onFailed: ({ id }) => this.#records.postpone(id),
        notCaughtUp: async (_account, epoch, limit) =>
          this.#records.liveNotCaughtUp(epoch, limit).map((id) => ({ account, id })),
      });
      isComplete = true;
      await this.#trim(account).catch(logError);
    } finally {
      this.#records.noteSweep(false);
      const next = this.#records.nextDeadlineAt() ?? Number.POSITIVE_INFINITY;
      // What was not swept stays due: an alarm for that instant would fire again without a pause.
      const retryAt = isComplete ? 0 : this.#engine.clock.now() + SWEEP_RETRY_MS;
      const at = Math.min(Math.max(next, retryAt), this.#holdUntil());
      if (at < Number.POSITIVE_INFINITY) this.#alarm.ensureBy(at);
    }
  }

  /** The longest that a request waits for the coordinator. */
  protected relayTimeoutMs(): number {
    return RELAY_TIMEOUT_MS;
  }

  /** Whether a beat may be held in memory. */
  protected mayHold(now: number): boolean {
    return this.#beatRate.note(now);
  }

  /** Writes the beats that are held no longer; returns when the object must be called again for the others. */
  #holdUntil(): number {
    const now = this.#engine.clock.now();
    try {
      this.#records.writeUnwritten(now, !this.#beatRate.isHigh(now));
    } catch (error) {
      logError(error);
    }
    return this.#records.mayHaveUnwritten ? now + STAYS_MS : Number.POSITIVE_INFINITY;
  }

  async #trim(account: string): Promise<void> {
    const now = this.#engine.clock.steady();
    if (now - this.#trimmedAt < TRIM_EVERY_MS) return;
    this.#trimmedAt = now;
    await this.#trimming.run([account]);
  }

  #onDeadlines(deadlines: readonly number[]): void {
    // The end of the sweep sets it.
    if (this.#records.isSwept) return;
    if (this.#records.mayHaveUnwritten) this.#alarm.ensureBy(this.#engine.clock.now() + STAYS_MS);
    for (const deadlineAt of deadlines) this.#alarm.ensureBy(deadlineAt);
  }

  #onSilence({ type, account }: SilenceBroadcast): void {
    console.warn(`The account ${account} is ${type} in the shard ${this.#name.index}.`);
    // Deadlines that stood still are earlier than the stored ones: the sweep brings them up to date.
    if (type === "heard") this.#alarm.ensureBy(this.#engine.clock.now());
  }

  protected async arm(at: number): Promise<void> {
    await this.ctx.storage.setAlarm(at);
  }

  #onError(error: unknown): void {
    logError(error);
    this.#alarm.ensureBy(this.#engine.clock.now() + RELAY_RETRY_MS);
  }
}
