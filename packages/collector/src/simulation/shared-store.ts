/**
 * The store that all collectors of a simulation share: the memory store at the end of a line that takes
 * time, loses requests and replies, and fails. It has a clock of its own, as Redis has, or names one of its
 * collectors as the clock, as a SQLite file does.
 * @module
 */
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Settlement } from "../stores/outbox.ts";
import {
  type Broadcast,
  type ClockKeeper,
  type EraseOptions,
  type Found,
  type LeaseWrite,
  type Lookup,
  type SessionKey,
  type Store,
  StoreError,
  type Write,
  type WriteOutcome,
} from "../stores/store.ts";
import { type Machine, type SimulatedProcess, START } from "./process.ts";
import type { World } from "./world.ts";

/** What an observer sees of the store, in the order in which it happens there. */
export interface StoreObserver {
  committed(write: Write, by: SimulatedProcess): void;
  renewed(key: SessionKey, lease: LeaseWrite): void;
  /** @param issuedAt when the process called the store. */
  heartbeat(issuedAt: number): void;
  broadcast(broadcast: Broadcast): void;
  erased(key: SessionKey): void;
  settled(endpoint: string, settlement: Settlement, by: SimulatedProcess): void;
}

/** A call that takes longer has failed; what it asked for may still happen. */
export const CALL_LIMIT_MS = 4_000;

export class SharedStore {
  readonly data: MemoryStore;
  /** The store's own machine. */
  readonly machine: Machine;
  /** Share of calls that fail before they have an effect, and after it. */
  errorRate = 0;
  lostAckRate = 0;
  /** Nothing is answered until then. */
  downUntil = 0;
  /** Added to each call. */
  slowMs = 0;
  readonly cutOff = new Set<SimulatedProcess>();
  #keeper: ClockKeeper | null = null;
  #watermark: number | null = null;
  #epoch = 0;
  readonly #world: World;
  readonly #observer: StoreObserver;
  readonly #keys = new Map<number, SessionKey>();
  readonly #listeners = new Map<SimulatedProcess, Set<(account: string) => void>>();

  constructor(world: World, observer: StoreObserver, machine: Machine) {
    this.#world = world;
    this.#observer = observer;
    this.machine = machine;
    this.data = new MemoryStore();
  }

  /** The store as one process reaches it. */
  connect(process: SimulatedProcess): Store {
    const { plan } = this.#world;
    const operations: Record<string, (...args: never[]) => unknown> = {
      load: (lookups: readonly Lookup[]) => this.#load(lookups),
      commit: (writes: readonly Write[]) => this.#commit(writes, process),
      renew: (leases: readonly LeaseWrite[]) => this.#renew(leases),
      heartbeat: (now: number, toleranceMs: number, issuedAt: number) =>
        this.#heartbeat(process, now, toleranceMs, issuedAt),
      broadcast: (...given: Parameters<Store["broadcast"]>) => this.broadcast(...given),
      erase: async (key: SessionKey, options?: EraseOptions) => {
        const existed = await this.data.erase(key, options);
        if (existed) this.#observer.erased(key);
        return existed;
      },
    };
    if (plan.clock === "own") operations["readClock"] = () => this.#readClock();
    else {
      operations["keepClock"] = (change: Parameters<Required<Store>["keepClock"]>[0]) => {
        this.#keeper = change(this.#keeper, this.#watermark);
      };
    }
    const outbox = this.#remote(this.data.outbox, process, {
      settle: async (...[endpoint, owner, settlement, expiresAt]: SettleArguments) => {
        const isStored = await this.data.outbox.settle(endpoint, owner, settlement, expiresAt);
        if (isStored) this.#observer.settled(endpoint.id, settlement, process);
        return isStored;
      },
    });
    return this.#remote<Store>(this.data, process, operations, {
      outbox,
      // Drivers keep it in memory.
      incarnation: () => this.data.incarnation(),
      onLogChange: (listener: (account: string) => void) => this.#listen(process, listener),
      close: async () => {},
    });
  }

  /** The same object over the line. `operations` replace some of its methods, `local` ones need no line. */
  #remote<T extends object>(
    target: T,
    process: SimulatedProcess,
    operations: Record<string, (...args: never[]) => unknown>,
    local: Record<string, unknown> = {},
  ): T {
    const methods = new Map<PropertyKey, unknown>(Object.entries(local));
    return new Proxy(target, {
      get: (_, name) => {
        const known = methods.get(name);
        if (known !== undefined) return known;
        const own = operations[String(name)] ?? Reflect.get(target, name);
        if (typeof own !== "function") return own;
        const method = (...args: unknown[]) =>
          this.#call(process, String(name), (issuedAt, isPartial) =>
            Reflect.apply(own, target, this.#argumentsOf(name, args, issuedAt, isPartial)),
          );
        methods.set(name, method);
        return method;
      },
    });
  }

  /** Of a commit that fails, any of the writes may have been stored: each is atomic on its own. */
  #argumentsOf(name: PropertyKey, args: unknown[], issuedAt: number, isPartial: boolean) {
    if (name === "heartbeat") return [...args, issuedAt];
    if (name !== "commit" || !isPartial || this.#world.plan.clock === "keeper") return args;
    return [(args[0] as readonly Write[]).filter(() => this.#world.random.chance(0.5))];
  }

  async #call(
    process: SimulatedProcess,
    name: string,
    work: (issuedAt: number, isPartial: boolean) => unknown,
  ): Promise<unknown> {
    const { random, plan } = this.#world;
    const issuedAt = this.#world.now;
    const isDown = this.#world.now < this.downUntil || this.cutOff.has(process);
    const fails = random.chance(this.errorRate);
    const losesAck = random.chance(this.lostAckRate);
    const base = plan.storeLatencyMs + this.slowMs;
    if (!isDown && !fails && !losesAck && base === 0) return work(issuedAt, false);
    return new Promise((resolve, reject) => {
      const { scheduler } = this.#world;
      const limit = scheduler.after(CALL_LIMIT_MS, process, () => {
        if (isDown || losesAck) process.disturbedAt = this.#world.now;
        reject(new StoreError("The store does not answer."));
      });
      const reply = (run: () => void) => {
        scheduler.after(this.#latency(base), process, () => {
          limit.isCancelled = true;
          run();
        });
      };
      const fail = (kind: string) => {
        this.#world.fault(kind, `${process.name} ${name}`);
        process.disturbedAt = this.#world.now;
        reply(() => reject(new StoreError("The store failed.")));
      };
      if (isDown) {
        process.disturbedAt = this.#world.now;
        // A refused connection is noticed quickly, one that hangs is not.
        if (random.chance(0.5)) reply(() => reject(new StoreError("The store is down.")));
        return;
      }
      // What was sent to a server arrives, also where the process died since; or it was lost with it. A
      // file is written by the process itself.
      const isLostWithSender = random.chance(0.5);
      const where = plan.clock === "keeper" ? process : null;
      scheduler.after(this.#latency(base), where, async () => {
        if (process.isDead && isLostWithSender) return;
        if (fails && (name !== "commit" || random.chance(0.5))) return fail("store_error");
        try {
          const result = await work(issuedAt, fails);
          if (losesAck || fails) fail("store_lost_ack");
          else reply(() => resolve(result));
        } catch (error) {
          reply(() => reject(error));
        }
      });
    });
  }

  #latency(base: number): number {
    if (base === 0) return 0;
    return Math.min(this.#world.random.around(base), 2 * CALL_LIMIT_MS);
  }

  async #load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const found = await this.data.load(lookups);
    for (const [index, { number }] of found.entries()) {
      const key = lookups[index]?.key;
      if (number !== undefined && key) this.#keys.set(number, key);
    }
    return found;
  }

  async #commit(writes: readonly Write[], by: SimulatedProcess): Promise<readonly WriteOutcome[]> {
    const outcomes = await this.data.commit(writes);
    const accounts = new Set<string>();
    for (const [index, write] of writes.entries()) {
      if (outcomes[index] !== "committed") continue;
      this.#observer.committed(write, by);
      if (write.transitions.length > 0) accounts.add(write.key.account);
    }
    for (const account of accounts) this.#notify(account, by);
    return outcomes;
  }

  async #renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    const outcomes = await this.data.renew(leases);
    for (const [index, lease] of leases.entries()) {
      const key = this.#keys.get(lease.number);
      if (outcomes[index] === "committed" && key) this.#observer.renewed(key, lease);
    }
    return outcomes;
  }

  async broadcast(...given: Parameters<Store["broadcast"]>): Promise<number> {
    const epoch = await this.data.broadcast(...given);
    await this.#readBroadcasts();
    return epoch;
  }

  async #heartbeat(
    by: SimulatedProcess,
    now: number,
    toleranceMs: number,
    issuedAt: number,
  ): Promise<boolean> {
    this.#world.steadyAheadMs = now - START - issuedAt;
    this.#world.note(
      `${by.name} marks ${Math.round(now - START - issuedAt)} ms from the true time`,
    );
    const wasOutage = await this.data.heartbeat(now, toleranceMs);
    this.#watermark = Math.max(now, this.#watermark ?? now);
    this.#observer.heartbeat(issuedAt);
    if (wasOutage) await this.#readBroadcasts();
    return wasOutage;
  }

  async #readBroadcasts(): Promise<void> {
    for (const broadcast of await this.data.broadcasts(this.#epoch)) {
      // Two of these may overlap.
      if (broadcast.epoch <= this.#epoch) continue;
      this.#epoch = broadcast.epoch;
      this.#observer.broadcast(broadcast);
    }
  }

  #readClock() {
    return { now: Math.floor(this.machine.wall()), watermark: this.#watermark };
  }

  #listen(process: SimulatedProcess, listener: (account: string) => void): () => void {
    const listeners = this.#listeners.get(process) ?? new Set();
    this.#listeners.set(process, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Notifies the other processes; some of these calls are missed. */
  #notify(account: string, by: SimulatedProcess): void {
    const { random, scheduler } = this.#world;
    for (const [process, listeners] of this.#listeners) {
      if (process.isDead) this.#listeners.delete(process);
      if (process === by || process.isDead || random.chance(0.1)) continue;
      for (const listener of listeners) {
        scheduler.after(random.int(0, 5), process, () => listener(account));
      }
    }
  }
}

type SettleArguments = Parameters<Store["outbox"]["settle"]>;
