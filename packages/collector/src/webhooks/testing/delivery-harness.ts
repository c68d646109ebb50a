/**
 * Runs webhook deliveries with a manual clock and receivers that a test controls.
 * @module
 */

import { vi } from "vitest";
import type { DeliveryStatus } from "../../core/lists.ts";
import { createSystemClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { SILENT_METER } from "../../engine/meter.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import type { Delivery, Endpoint } from "../../stores/outbox.ts";
import type { LogEntry, Store } from "../../stores/store.ts";
import { DeliverySupervisor } from "../delivery-supervisor.ts";
import { createEndpoint } from "../endpoints.ts";
import type { Attempt } from "../send.ts";

export const ACCOUNT = "shop";
export const START = 1_700_000_000_000;

export const DELIVERED: Attempt = {
  outcome: "delivered",
  response: 200,
  error: null,
  retryAfterMs: null,
};

export function failed(response: number, change: Partial<Attempt> = {}): Attempt {
  return { outcome: "failed", response, error: null, retryAfterMs: null, ...change };
}

/** Returns the result of an attempt, immediately or later. */
export type Receiver = (entry: LogEntry, attempt: number) => Attempt | Promise<Attempt>;

export interface RecordedAttempt {
  readonly endpoint: string;
  readonly session: string;
  readonly seq: number;
  /** Since {@link START}. */
  readonly atMs: number;
}

/** Call it before the code under test reads the clock. */
export function useFakeClock(): void {
  vi.useFakeTimers({
    now: START,
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  });
  // Turns take no virtual time: with real ones it would pass while work waits for its next turn.
  vi.stubGlobal("setImmediate", queueMicrotask);
}

export function useRealClock(): void {
  vi.unstubAllGlobals();
  vi.useRealTimers();
}

/** One process: an engine with its delivery supervisor. */
export interface Collector {
  readonly engine: Engine;
  readonly supervisor: DeliverySupervisor;
  /** Ends immediately, as by `kill -9`: nothing that is not stored yet gets stored. */
  kill(): void;
}

export class DeliveryHarness {
  readonly store: Store;
  readonly attempts: RecordedAttempt[] = [];
  readonly delivered: RecordedAttempt[] = [];
  readonly errors: unknown[] = [];
  /** What the meter was told about attempts. */
  readonly outcomes: Attempt["outcome"][] = [];
  receiver: Receiver = () => DELIVERED;
  /** Latency of the delivery workers' store calls, one way. */
  storeLatencyMs: () => number = () => 0;
  #collector: Collector;
  readonly #otherCollectors: Collector[] = [];
  #agentCount = 0;

  constructor(store: Store = new MemoryStore()) {
    this.store = store;
    this.#collector = this.createCollector();
  }

  static async open(change: Partial<Endpoint> = {}, store?: Store): Promise<DeliveryHarness> {
    const harness = new DeliveryHarness(store);
    await harness.engine.heartbeat();
    await harness.addEndpoint(change);
    harness.#collector.supervisor.start();
    await harness.advance(0);
    return harness;
  }

  get engine(): Engine {
    return this.#collector.engine;
  }

  get supervisor(): DeliverySupervisor {
    return this.#collector.supervisor;
  }

  /** Creates a process on the same store. */
  createCollector(): Collector {
    const state = { isKilled: false };
    const engine = new Engine(withKillSwitch(this.store, state), createSystemClock());
    const { clock, logNotifier } = engine;
    const store = withLatency(withKillSwitch(this.store, state), () => this.storeLatencyMs());
    const supervisor = new DeliverySupervisor({
      engine: { clock, logNotifier, store },
      meter: { ...SILENT_METER, delivery: (outcome) => this.outcomes.push(outcome) },
      random: () => 0.5,
      onError: (error) => this.errors.push(error),
      send: async (endpoint, entry, at, signal) => {
        const { session, transition } = entry;
        const recorded = {
          endpoint: endpoint.name,
          session,
          seq: transition.seq,
          atMs: at - START,
        };
        this.attempts.push(recorded);
        const soFar = this.attempts.filter(
          (each) => each.session === session && each.seq === transition.seq,
        );
        const attempt = await untilAborted(this.receiver(entry, soFar.length), signal);
        if (attempt.outcome === "delivered") this.delivered.push(recorded);
        return attempt;
      },
    });
    return {
      engine,
      supervisor,
      kill() {
        state.isKilled = true;
      },
    };
  }

  async addEndpoint(change: Partial<Endpoint> = {}): Promise<Endpoint> {
    const wanted = { account: ACCOUNT, url: "https://desk.example/", events: "all" as const };
    const endpoint = { ...createEndpoint({ ...wanted, name: "desk" }, Date.now()), ...change };
    await this.store.outbox.addEndpoint(endpoint, await this.store.lastCursor(ACCOUNT));
    await this.supervisor.refresh();
    return endpoint;
  }

  /** Commits one transition of a session. */
  async commit(session: string, engine = this.engine): Promise<void> {
    this.#agentCount += 1;
    await engine.submit({
      key: { account: ACCOUNT, id: session },
      inputs: [{ type: "assigned", agent: `agent_${this.#agentCount}` }],
      create: { channel: "web_widget" },
    });
    await this.advance(0);
  }

  advance(ms: number): Promise<unknown> {
    return vi.advanceTimersByTimeAsync(ms);
  }

  /** Kills the process and starts another on the same store. */
  async crash(): Promise<void> {
    this.#collector.kill();
    this.#collector = this.createCollector();
    this.#collector.supervisor.start();
    await this.advance(0);
  }

  /** Starts another process that delivers as well. */
  startCollector(): Collector {
    const other = this.createCollector();
    this.#otherCollectors.push(other);
    other.supervisor.start();
    return other;
  }

  /** Stops all processes gracefully. */
  async close(): Promise<void> {
    const all = [this.supervisor, ...this.#otherCollectors.map(({ supervisor }) => supervisor)];
    const stopped = Promise.all(all.map((supervisor) => supervisor.stop()));
    await this.advance(5_000);
    await stopped;
  }

  /** Session and seq of each delivered transition, in order: `a1`, `b1`, … */
  get deliveredIds(): readonly string[] {
    return this.delivered.map(({ session, seq }) => `${session}${seq}`);
  }

  /** When a transition was sent, since {@link START}. */
  attemptTimesMs(session: string, seq: number): readonly number[] {
    return this.attempts
      .filter((each) => each.session === session && each.seq === seq)
      .map(({ atMs }) => atMs);
  }

  async listDeliveries(status?: DeliveryStatus): Promise<readonly Delivery[]> {
    const [registered] = await this.store.outbox.endpoints();
    if (!registered) return [];
    return this.store.outbox.deliveries(registered.endpoint, {
      limit: 100,
      ...(status && { status }),
    });
  }
}

/** A store whose calls have no effect and never resolve once the process is killed. */
function withKillSwitch<T extends object>(target: T, state: { readonly isKilled: boolean }): T {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value === "object" && value !== null) return withKillSwitch(value, state);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        state.isKilled ? new Promise<never>(() => {}) : Reflect.apply(value, target, args);
    },
  });
}

/** A store whose calls take a latency before they run and before they return. */
function withLatency<T extends object>(target: T, latencyMs: () => number): T {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value === "object" && value !== null) return withLatency(value, latencyMs);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        await pause(latencyMs());
        const result: unknown = await Reflect.apply(value, target, args);
        await pause(latencyMs());
        return result;
      };
    },
  });
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

function untilAborted(
  attempt: Attempt | Promise<Attempt>,
  signal: AbortSignal,
): Attempt | Promise<Attempt> {
  if (!(attempt instanceof Promise)) return attempt;
  const aborted = new Promise<Attempt>((resolve) => {
    const end = () => resolve({ ...failed(0), response: null, error: "aborted" });
    signal.addEventListener("abort", end, { once: true });
  });
  return Promise.race([attempt, aborted]);
}
