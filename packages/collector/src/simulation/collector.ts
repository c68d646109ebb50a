/**
 * One collector, as a process that starts, crashes and starts again. Its parts are the real ones, wired as
 * `platform/runtime.ts` wires them, with the simulation's store, clocks and receivers.
 * @module
 */
import { Accounts } from "../engine/accounts.ts";
import { Clock, createSystemClock, StoreClock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { randomText } from "../engine/keys.ts";
import { SILENT_METER } from "../engine/meter.ts";
import { startRetention } from "../engine/retention.ts";
import { startSweep } from "../engine/sweep.ts";
import { createApp } from "../http/app.ts";
import { readBeatKey } from "../http/beat-key.ts";
import { Problem } from "../http/problem.ts";
import { DEFAULT_LIMITS } from "../http/rate-limit.ts";
import { SignalIntake } from "../http/signal-intake.ts";
import { hashOfNode, hmacOfNode } from "../platform/node-crypto.ts";
import { StoreError } from "../stores/store.ts";
import { DeliverySupervisor } from "../webhooks/delivery-supervisor.ts";
import { type Post, PostError } from "../webhooks/post.ts";
import { createWebhookSender } from "../webhooks/sender.ts";
import { type Machine, SimulatedProcess } from "./process.ts";
import type { SharedStore } from "./shared-store.ts";
import type { World } from "./world.ts";

const REFRESH_ACCOUNTS_EVERY_MS = 1_000;
const RESTART_MS = 1_000;

interface Parts {
  readonly engine: Engine;
  readonly intake: SignalIntake;
  readonly app: ReturnType<typeof createApp>;
}

/** What a page or a desk gets to know of its request. */
export interface Reply {
  readonly nextMs?: number;
  /** A problem's code; `network`: there was no answer. */
  readonly code?: string;
}

export interface SignalSender {
  readonly origin: string;
  readonly address: string;
}

export class Collector {
  readonly name: string;
  readonly machine: Machine;
  process: SimulatedProcess | null = null;
  /** Missing while it starts. */
  #parts: Parts | null = null;
  readonly #world: World;
  readonly #store: SharedStore;
  readonly #post: (by: SimulatedProcess) => Post;
  /** Called for each request that was in it when it crashed. */
  readonly #cancelled = new Set<() => void>();
  #starts = 0;

  constructor(
    world: World,
    name: string,
    machine: Machine,
    store: SharedStore,
    post: (by: SimulatedProcess) => Post,
  ) {
    this.#world = world;
    this.name = name;
    this.machine = machine;
    this.#store = store;
    this.#post = post;
  }

  /** Whether it accepts connections: a paused one does. */
  get isListening(): boolean {
    return this.#parts !== null;
  }

  start(): void {
    // Who starts between a step of the server's clock and its broadcast takes it for an outage.
    const isUnsettled = this.#world.now < this.#store.machine.unsettledUntil;
    if (isUnsettled || this.#world.now < this.machine.bootsUntil) {
      this.#world.after(RESTART_MS, () => this.start());
      return;
    }
    this.#starts += 1;
    const name = `${this.name}.${this.#starts}`;
    const process = new SimulatedProcess(this.#world.scheduler, name, this.machine);
    this.process = process;
    this.#world.within(process, async () => {
      try {
        this.#parts = await this.#open(process);
        this.#world.note(`${process.name} listens`);
      } catch (error) {
        this.#onError(error);
        this.#world.note(`${process.name} could not start`);
        this.crash(RESTART_MS);
      }
    });
  }

  /** Ends it immediately, as by `kill -9`; it starts again after a while. */
  crash(restartAfterMs: number): void {
    if (!this.process) return;
    this.process.kill();
    this.process = null;
    this.#parts = null;
    for (const cancel of [...this.#cancelled]) cancel();
    this.#cancelled.clear();
    this.#world.after(restartAfterMs, () => this.start());
  }

  pause(forMs: number): void {
    const { process } = this;
    if (!process || process.isPaused) return;
    process.pause();
    this.#world.after(forMs, () => process.resume());
  }

  /**
   * Runs a request in the process, as soon as that runs; `onEnd` gets its reply, or `null` where the
   * process died first.
   */
  handle<T>(work: (parts: Parts) => Promise<T>, onEnd: (reply: T | null) => void): void {
    const { process } = this;
    const parts = this.#parts;
    if (!process || !parts) {
      onEnd(null);
      return;
    }
    const cancel = () => onEnd(null);
    this.#cancelled.add(cancel);
    this.#world.within(process, async () => {
      const reply = await work(parts);
      if (!this.#cancelled.delete(cancel)) return;
      onEnd(reply);
    });
  }

  /** Calls `listener` when the process crashes. */
  onCrash(listener: () => void): void {
    this.#cancelled.add(listener);
  }

  /** Handles a signal, as `platform/node-signals.ts` does. */
  signal(
    body: string,
    { origin, address }: SignalSender,
    onStart: () => void,
    onEnd: (reply: Reply | null) => void,
  ): void {
    this.handle(async ({ intake }) => {
      onStart();
      const bytes = new TextEncoder().encode(body);
      const keyed = intake.usesBeatCache ? readBeatKey(bytes, hashOfNode) : null;
      try {
        return await intake.take({
          contentType: "text/plain;charset=UTF-8",
          origin,
          address: () => address,
          text: () => body,
          keyed,
        });
      } catch (error) {
        if (error instanceof Problem) return { code: error.code };
        this.#onError(error);
        return { code: "unavailable" };
      }
    }, onEnd);
  }

  async #open(process: SimulatedProcess): Promise<Parts> {
    const store = this.#store.connect(process);
    const engine = new Engine(store, this.#createClock());
    if (this.#world.plan.without === "silent-way") engine.unheard.decide = async () => {};
    const accounts = new Accounts(store, engine.clock);
    await engine.heartbeat();
    await accounts.refresh();
    const onError = (error: unknown) => this.#onError(error);
    const post = this.#post(process);
    const send = createWebhookSender(post, () => store.incarnation());
    const deliveries = new DeliverySupervisor({ engine, send, onError });
    const context = {
      engine,
      accounts,
      limits: DEFAULT_LIMITS,
      maxSessions: 1_000_000,
      meter: SILENT_METER,
      hmac: hmacOfNode,
      hash: hashOfNode,
      assets: new Map(),
      webhooks: {
        refuseTarget: async () => null,
        post,
        deskRequest: async () => {
          throw new PostError("unreachable");
        },
        refresh: () => deliveries.refresh(),
      },
      addressOf: () => "192.0.2.1",
      onError,
    };
    const parts = { engine, intake: new SignalIntake(context), app: createApp(context) };
    store.onLogChange?.((account) => engine.logNotifier.notify(account));
    startSweep({ engine, accounts: () => accounts.names(), onError });
    deliveries.start();
    setInterval(() => accounts.refresh().catch(onError), REFRESH_ACCOUNTS_EVERY_MS);
    startRetention({ engine, accounts: () => accounts.names(), onError });
    return parts;
  }

  #createClock(): Clock {
    const { without } = this.#world.plan;
    if (without === "step") return createSystemClock();
    if (without === "skew") {
      const base = this.machine.wall() - this.machine.mono();
      return new Clock(() => Math.floor(this.machine.mono() + base));
    }
    return new StoreClock(this.machine, randomText(12));
  }

  /** A store that fails is expected, and so is a session that others keep changing. */
  #onError(error: unknown): void {
    const isExpected =
      error instanceof StoreError ||
      (error instanceof Error && /^Too many conflicts/.test(error.message));
    const message = () => `${this.name}: ${error instanceof Error ? error.stack : String(error)}`;
    this.#world.check("E1", isExpected, message);
  }
}
