/**
 * The coordinator: one object that serves the server API and the streams, delivers webhooks and
 * sends broadcasts to the shards.
 * @module
 */
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import { settlesWithin } from "../../async/timeout.ts";
import type { DeskKind } from "../../desks/desk.ts";
import { deskFigures } from "../../desks/figures.ts";
import { registerDesks } from "../../desks/kinds.ts";
import { withDesks } from "../../desks/writer.ts";
import { Accounts } from "../../engine/accounts.ts";
import { createSystemClock } from "../../engine/clock.ts";
import { applyRetention } from "../../engine/retention.ts";
import { Trimming } from "../../engine/trimming.ts";
import { longestUnheardMs } from "../../engine/unheard-accounts.ts";
import { createApp } from "../../http/app.ts";
import { SetupAttempts } from "../../http/setup-attempts.ts";
import { CoordinatorRecords } from "../../stores/durable-object/coordinator-records.ts";
import { DurableObjectStore } from "../../stores/durable-object/durable-object-store.ts";
import type { ShardName } from "../../stores/durable-object/links.ts";
import { ObjectSql } from "../../stores/durable-object/sql.ts";
import { DeliverySupervisor } from "../../webhooks/delivery-supervisor.ts";
import { outboxDepth } from "../../webhooks/depth.ts";
import { createWebhookSender } from "../../webhooks/sender.ts";
import { deskMetrics } from "../desk-gauges.ts";
import { shareReading } from "../shared-reading.ts";
import { unheardMetrics } from "../unheard-gauge.ts";
import { type UnheardEntry, watchUnheard } from "../unheard-log.ts";
import { ActiveTime } from "./active-time.ts";
import { Alarm } from "./alarm.ts";
import type { RelayedAttempts } from "./attempt-relay.ts";
import { createContext } from "./context.ts";
import {
  type CoordinatorStub,
  type Env,
  linksOf,
  type ShardStub,
  settingsProblem,
  shardsOf,
} from "./env.ts";
import type { ObjectFigures, ShardGauges } from "./figures.ts";
import { Housekeeping } from "./housekeeping.ts";
import { syncKeys } from "./keys.ts";
import { logError } from "./log-error.ts";
import { outboxMetric, shardMetrics } from "./metrics.ts";
import { shardName, spaceOf } from "./names.ts";
import { postByFetch, requestByFetch } from "./post.ts";
import { ShardedEngine } from "./sharded-engine.ts";

/** How soon unreachable shards and waiting endpoints are tried again. */
const RETRY_MS = 5_000;
/** How long a shard is waited for. */
const SHARD_TIMEOUT_MS = 2_000;
/** How long figures of desks and shards are shared. */
const MIN_FIGURES_AGE_MS = 5_000;

export class Coordinator extends DurableObject<Env> implements CoordinatorStub {
  readonly #records: CoordinatorRecords;
  readonly #space: string;
  readonly #engine: ShardedEngine;
  readonly #trimming: Trimming;
  readonly #accounts: Accounts;
  readonly #attempts: SetupAttempts;
  readonly #deliveries: DeliverySupervisor;
  readonly #app: ReturnType<typeof createApp>;
  readonly #sql: ObjectSql;
  readonly #logUnheard: () => void;
  readonly #alarm = new Alarm((at) => this.ctx.waitUntil(this.ctx.storage.setAlarm(at)));
  readonly #active = new ActiveTime();
  readonly #housekeeping: Housekeeping;
  readonly #gauges: () => Promise<readonly (ShardGauges | null)[]>;
  #calls = 0;
  #hasStarted = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#space = spaceOf(ctx.id.name ?? "");
    this.#sql = new ObjectSql(ctx.storage);
    this.#records = new CoordinatorRecords({
      sql: this.#sql,
      shards: shardsOf(env),
      onLogChange: (account) => this.#onLogChange(account),
      onSilence: () => this.#logUnheard(),
      notifyShards: (shards, epoch) => this.#notifyShards(shards, epoch),
    });
    const links = {
      ...linksOf(env, this.#space),
      coordinator: () => this.#records,
      layouts: () => this.#records.layouts(),
    };
    const store = new DurableObjectStore(links);
    const clock = createSystemClock();
    const unheard = (now: number) => this.#records.unheardAccounts(now);
    this.#engine = new ShardedEngine(env, this.#space, store, clock, { unheardAccounts: unheard });
    const log = (entry: UnheardEntry) => console.warn(JSON.stringify(entry));
    this.#logUnheard = watchUnheard(this.#engine, log, { continues: true });
    this.#trimming = new Trimming(this.#engine, { dropsImmediately: true });
    this.#accounts = new Accounts(store, clock);
    this.#attempts = new SetupAttempts(clock);
    this.#housekeeping = new Housekeeping(this.#records);
    // A shard that does not respond makes a reading slow, and may respond right after it.
    this.#gauges = shareReading(() => this.#readGauges(), MIN_FIGURES_AGE_MS, {
      agePerDuration: 0,
    });
    const deskKinds = registerDesks(this.desks());
    const desks = shareReading(
      () => deskFigures(store, clock, this.#accounts.names()),
      MIN_FIGURES_AGE_MS,
    );
    const send = withDesks(
      createWebhookSender(postByFetch, () => store.incarnation()),
      { engine: this.#engine, request: requestByFetch, kinds: deskKinds },
    );
    this.#deliveries = new DeliverySupervisor({ engine: this.#engine, send, onError: logError });
    this.#app = createApp({
      ...createContext(env, {
        engine: this.#engine,
        accounts: this.#accounts,
        attempts: this.#attempts,
        refreshWebhooks: () => this.deliver(),
      }),
      deskKinds,
      ...metricsOf(env, async () => {
        const unheardMs = longestUnheardMs(unheard(clock.steady()), clock.steady());
        return unheardMetrics(unheardMs) + (await this.#metrics()) + deskMetrics(await desks());
      }),
      unreadyBecause: () => this.#unreadyBecause(),
      onError: logError,
    });
    const problem = settingsProblem(env);
    if (problem !== null) logError(problem);
    ctx.blockConcurrencyWhile(async () => {
      this.#alarm.restore(await ctx.storage.getAlarm());
      await this.#engine.broadcasts.refresh();
      await this.#accounts.refresh();
      await this.syncKeys(this.#accounts);
      this.#hasStarted = true;
    });
    this.#beside(this.#announceLayouts());
  }

  /** Kinds of desks besides those that are built in: a deployment's own class may have some. */
  protected desks(): readonly DeskKind[] {
    return [];
  }

  /** A getter, because RPC reaches only properties of the class, not of the instance. */
  get records(): CoordinatorRecords {
    this.#calls += 1;
    return this.#records;
  }

  fetch(request: Request): Promise<Response> {
    this.#calls += 1;
    return this.#active.count(Promise.resolve(this.#app.fetch(request)));
  }

  async addAttempts(attempts: RelayedAttempts): Promise<void> {
    this.#calls += 1;
    for (const [account, ofAccount] of attempts) {
      for (const each of ofAccount) this.#attempts.add(account, each);
    }
  }

  protected async syncKeys(accounts: Accounts): Promise<void> {
    await syncKeys(accounts, this.#records.admin, this.env);
  }

  async poll(): Promise<void> {
    const shards = await this.#records.shards();
    await Promise.allSettled(shards.map((name) => callShard(this.#shard(name).poll())));
    await this.#maintain();
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
    await this.#active.count(this.#maintain());
  }

  /** Announces to shards how many there are now, until each of them knows. */
  async #announceLayouts(): Promise<void> {
    const areAnnounced = await this.#records.announceLayouts((name, layouts) =>
      callShard(this.#shard(name).grow(layouts)),
    );
    if (!areAnnounced) this.#alarm.ensureBy(this.#engine.clock.now() + RETRY_MS);
  }

  async #maintain(): Promise<void> {
    // Beside the rest, which a shard that hangs must not hold up.
    this.#beside(this.#announceLayouts());
    const notifying = this.#records.notifyShards();
    this.#beside(notifying);
    await this.deliver();
    this.#logUnheard();
    const accounts = this.#accounts.names();
    const retain = () => applyRetention(this.#engine, accounts).catch(logError);
    const trim = async () => {
      // A shard that was not notified would not find them here any more.
      if (await notifying) await this.#trimming.run(accounts).catch(logError);
    };
    this.#beside(this.#housekeeping.runIfDue(this.#engine.clock.now(), [retain, trim]));
  }

  /** How each shard stands; `null`: it does not respond. */
  async #readGauges(): Promise<readonly (ShardGauges | null)[]> {
    const shards = await this.#records.shards();
    return Promise.all(
      shards.map((name) => callShard(this.#shard(name).gauges()).catch(() => null)),
    );
  }

  async #metrics(): Promise<string> {
    const outbox = await outboxDepth(this.#engine.store);
    return shardMetrics(await this.#gauges()) + outboxMetric(outbox);
  }

  async #unreadyBecause(): Promise<string | null> {
    const problem = settingsProblem(this.env);
    if (problem !== null) return problem;
    const gauges = await this.#gauges();
    const hanging = gauges.filter((shard) => shard === null).length;
    if (hanging === 0) return null;
    return `${hanging} of ${gauges.length} shards do not respond; their sessions cannot be read or changed.`;
  }

  #beside(work: Promise<unknown>): void {
    this.ctx.waitUntil(work.catch(logError));
  }

  #onLogChange(account: string): void {
    this.#engine.logNotifier.notify(account);
    this.ctx.waitUntil(this.deliver());
  }

  /** Starts delivery workers, and sets the alarm for deliveries that remain. */
  protected async deliver(): Promise<void> {
    if ((await this.#records.endpointStatuses()).length === 0) return;
    await this.#deliveries.refresh();
    const now = this.#engine.clock.now();
    for (const status of await this.#records.endpointStatuses()) {
      if (status.endpoint.disabled) continue;
      const hasUnread = (await this.#records.lastCursor(status.endpoint.account)) > status.cursor;
      const dueAt = hasUnread ? now : status.nextAttemptAt;
      if (dueAt === null) continue;
      this.#alarm.ensureBy(Math.max(dueAt, status.pausedUntil ?? 0, now + RETRY_MS));
    }
  }

  #shard(name: ShardName): ShardStub {
    return this.env.SHARD.getByName(shardName(this.#space, name));
  }

  async #notifyShards(shards: readonly ShardName[], epoch: number): Promise<void> {
    if (shards.length === 0) return;
    // Stored with the change, in case the object ends before the shards have it. While it starts, it answers no shard.
    const now = this.#engine.clock.now();
    this.#alarm.ensureBy(this.#hasStarted ? now + RETRY_MS : now);
    if (!this.#hasStarted) return;
    const results = await Promise.allSettled(
      shards.map((name) => callShard(this.#shard(name).readBroadcasts())),
    );
    for (const [index, result] of results.entries()) {
      const shard = shards[index];
      if (result.status === "rejected") this.#alarm.ensureBy(this.#engine.clock.now() + RETRY_MS);
      // An object of an earlier version returns none, and is asked again.
      else if (shard) this.#records.markNotified(shard, { epoch, version: result.value ?? 0 });
    }
  }
}

/** @throws if the shard does not respond in time; it may still do what it was called for */
async function callShard<T>(call: Promise<T>): Promise<T> {
  if (!(await settlesWithin(SHARD_TIMEOUT_MS, call))) throw new Error("A shard does not respond.");
  return call;
}

/** There are metrics where a token protects them, since this is a public address. */
function metricsOf({ STILLHERE_METRICS_TOKEN: token }: Env, scrape: () => Promise<string>) {
  if (!token) return {};
  return { metrics: { contentType: "text/plain; version=0.0.4; charset=utf-8", token, scrape } };
}
