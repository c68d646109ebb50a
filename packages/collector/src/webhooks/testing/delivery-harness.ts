/**
 * Deliveries on a clock that moves only when told, to receivers that answer as told.
 * @module
 */
import { vi } from "vitest";
import { createSystemClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import type { Delivery, DeliveryStatus, Endpoint } from "../../stores/outbox.ts";
import type { LogEntry, Store } from "../../stores/store.ts";
import { DeliverySupervisor } from "../delivery-supervisor.ts";
import { createEndpoint } from "../endpoints.ts";
import type { Attempt } from "../send.ts";

export const ACCOUNT = "shop";
export const START = 1_700_000_000_000;

export const TAKEN: Attempt = {
  outcome: "delivered",
  response: 200,
  error: null,
  retryAfterMs: null,
};

export function refused(response: number, change: Partial<Attempt> = {}): Attempt {
  return { outcome: "failed", response, error: null, retryAfterMs: null, ...change };
}

/** Answers an attempt, at once or later. */
export type Receiver = (entry: LogEntry, attempt: number) => Attempt | Promise<Attempt>;

export interface Received {
  readonly endpoint: string;
  readonly session: string;
  readonly seq: number;
  /** Since {@link START}. */
  readonly atMs: number;
}

/** Call it before anything of the code under test looks at the clock. */
export function stopTime(): void {
  vi.useFakeTimers({
    now: START,
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  });
}

/** One process: an engine with its deliveries. */
export interface Collector {
  readonly engine: Engine;
  readonly deliveries: DeliverySupervisor;
  /** Ends at once, as by `kill -9`: nothing that it was about to keep is kept. */
  die(): void;
}

export class DeliveryHarness {
  readonly store: Store;
  readonly attempts: Received[] = [];
  readonly taken: Received[] = [];
  readonly errors: unknown[] = [];
  receiver: Receiver = () => TAKEN;
  /** How long the store takes to answer whoever delivers. */
  storeTakesMs: () => number = () => 0;
  #collector: Collector;
  readonly #others: Collector[] = [];
  #assigned = 0;

  constructor(store: Store = new MemoryStore()) {
    this.store = store;
    this.#collector = this.collector();
  }

  static async open(change: Partial<Endpoint> = {}, store?: Store): Promise<DeliveryHarness> {
    const bench = new DeliveryHarness(store);
    await bench.engine.heartbeat();
    await bench.add(change);
    bench.#collector.deliveries.start();
    await bench.pass(0);
    return bench;
  }

  get engine(): Engine {
    return this.#collector.engine;
  }

  get deliveries(): DeliverySupervisor {
    return this.#collector.deliveries;
  }

  /** Another process on the same store. */
  collector(): Collector {
    const life = { isOver: false };
    const engine = new Engine(mortal(this.store, life), createSystemClock());
    const { clock, logNotifier } = engine;
    const store = slow(mortal(this.store, life), () => this.storeTakesMs());
    const deliveries = new DeliverySupervisor({
      engine: { clock, logNotifier, store },
      chance: () => 0.5,
      onError: (error) => this.errors.push(error),
      send: async (endpoint, entry, at, signal) => {
        const { session, transition } = entry;
        const received = {
          endpoint: endpoint.name,
          session,
          seq: transition.seq,
          atMs: at - START,
        };
        this.attempts.push(received);
        const before = this.attempts.filter(
          (each) => each.session === session && each.seq === transition.seq,
        );
        const attempt = await untilAborted(this.receiver(entry, before.length), signal);
        if (attempt.outcome === "delivered") this.taken.push(received);
        return attempt;
      },
    });
    return {
      engine,
      deliveries,
      die() {
        life.isOver = true;
      },
    };
  }

  async add(change: Partial<Endpoint> = {}): Promise<Endpoint> {
    const wanted = { account: ACCOUNT, url: "https://desk.example/", events: "all" as const };
    const endpoint = { ...createEndpoint({ ...wanted, name: "desk" }, Date.now()), ...change };
    await this.store.outbox.addEndpoint(endpoint, await this.store.lastCursor(ACCOUNT));
    await this.deliveries.refresh();
    return endpoint;
  }

  /** One transition of a session is committed. */
  async commit(session: string, engine = this.engine): Promise<void> {
    this.#assigned += 1;
    await engine.submit({
      key: { account: ACCOUNT, id: session },
      inputs: [{ type: "assigned", agent: `agent_${this.#assigned}` }],
      create: { channel: "web_widget" },
    });
    await this.pass(0);
  }

  pass(ms: number): Promise<unknown> {
    return vi.advanceTimersByTimeAsync(ms);
  }

  /** The process dies at once; another starts on the same store. */
  async crash(): Promise<void> {
    this.#collector.die();
    this.#collector = this.collector();
    this.#collector.deliveries.start();
    await this.pass(0);
  }

  /** Another process begins to deliver as well. */
  join(): Collector {
    const other = this.collector();
    this.#others.push(other);
    other.deliveries.start();
    return other;
  }

  /** Ends in order. */
  async close(): Promise<void> {
    const all = [this.deliveries, ...this.#others.map(({ deliveries }) => deliveries)];
    const stopped = Promise.all(all.map((deliveries) => deliveries.stop()));
    await this.pass(5_000);
    await stopped;
  }

  /** As `session seq` of what was taken, in order. */
  get told(): readonly string[] {
    return this.taken.map(({ session, seq }) => `${session}${seq}`);
  }

  /** When a transition was tried, since the start. */
  triedAtMs(session: string, seq: number): readonly number[] {
    return this.attempts
      .filter((each) => each.session === session && each.seq === seq)
      .map(({ atMs }) => atMs);
  }

  async listed(status?: DeliveryStatus): Promise<readonly Delivery[]> {
    const [standing] = await this.store.outbox.endpoints();
    if (!standing) return [];
    return this.store.outbox.deliveries(standing.endpoint, {
      limit: 100,
      ...(status && { status }),
    });
  }
}

/** The store as a process has it: once that is dead, nothing it asks is done or answered. */
function mortal<T extends object>(target: T, life: { readonly isOver: boolean }): T {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value === "object" && value !== null) return mortal(value, life);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        life.isOver ? new Promise<never>(() => {}) : Reflect.apply(value, target, args);
    },
  });
}

/** Asks take their time, there and back. */
function slow<T extends object>(target: T, takesMs: () => number): T {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value === "object" && value !== null) return slow(value, takesMs);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        await pause(takesMs());
        const answer: unknown = await Reflect.apply(value, target, args);
        await pause(takesMs());
        return answer;
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
    const end = () => resolve({ ...refused(0), response: null, error: "aborted" });
    signal.addEventListener("abort", end, { once: true });
  });
  return Promise.race([attempt, aborted]);
}
