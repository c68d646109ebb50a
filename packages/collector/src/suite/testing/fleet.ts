/**
 * Several collectors on one store and the visitors who reach them, in a world whose clocks are set and
 * differ. Only `world.elapsedMs` is true: verdicts are checked against it.
 * @module
 */
import type { Input } from "../../core/input.ts";
import type { Overrides } from "../../core/settings-schema.ts";
import { type MachineClocks, StoreClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import type { Request } from "../../engine/request.ts";
import { sweep } from "../../engine/sweep.ts";
import type { Store } from "../../stores/store.ts";
import { Beats } from "../beats.ts";

export const ACCOUNT = "shop";
const START = 1_700_000_000_000;
const TICK_MS = 250;
const LEASE_MS = 5_000;
const BUFFER_MS = 4_000;
/** More than a fifth less than a lease, so that a beat is never late. */
const BEAT_EVERY_MS = 3_000;
/** How late a verdict may be. */
const LATE_MS = 1_000;

/** What is true, and what the clocks of a machine say of it. */
export class World {
  elapsedMs = 0;

  clocks({ skewMs = 0, monoMs = 0, boot = "boot" } = {}): SetClocks {
    return new SetClocks(this, skewMs, monoMs, boot);
  }
}

export class SetClocks implements MachineClocks {
  readonly #world: World;
  skewMs: number;
  monoMs: number;
  suspendedMs = 0;
  sharesSuspended = true;
  boot: string;

  constructor(world: World, skewMs: number, monoMs: number, boot: string) {
    this.#world = world;
    this.skewMs = skewMs;
    this.monoMs = monoMs;
    this.boot = boot;
  }

  mono(): number {
    return this.#world.elapsedMs + this.monoMs - this.suspendedMs;
  }

  wall(): number {
    return START + this.#world.elapsedMs + this.skewMs;
  }

  suspended(): number {
    return this.suspendedMs;
  }
}

/** A collector, as far as visitors and this fleet need it. */
export interface FleetCollector {
  isRunning: boolean;
  /** How many beats took the fast path. */
  readonly hits: number;
  heartbeat(): Promise<void>;
  configure(overrides: Overrides): Promise<void>;
  refresh(): Promise<void>;
  submit(request: Request): Promise<unknown>;
  sweep(): Promise<void>;
}

export class LocalCollector implements FleetCollector {
  readonly engine: Engine;
  readonly #beats: Beats;
  isRunning = true;

  constructor(store: Store, clocks: MachineClocks, name: string) {
    this.engine = new Engine(store, new StoreClock(clocks, name));
    this.#beats = new Beats(this.engine);
  }

  get hits(): number {
    return this.#beats.hits;
  }

  heartbeat(): Promise<void> {
    return this.engine.heartbeat();
  }

  async configure(overrides: Overrides): Promise<void> {
    await this.engine.changeSettings(ACCOUNT, { overrides });
  }

  refresh(): Promise<void> {
    return this.engine.broadcasts.refresh();
  }

  submit(request: Request): Promise<unknown> {
    return this.#beats.submit(request);
  }

  sweep(): Promise<void> {
    return sweep({ engine: this.engine, accounts: () => [ACCOUNT], onError: () => {} });
  }
}

/** Collectors in this process. */
export function localFleet(
  world: World,
  stores: readonly Store[],
  clocks: readonly SetClocks[],
): Fleet<LocalCollector> {
  const collectors = stores.map(
    (store, index) => new LocalCollector(store, clocks[index] as SetClocks, `collector ${index}`),
  );
  return new Fleet(world, collectors, stores[0] as Store);
}

interface Visitor {
  readonly id: string;
  seq: number;
  nextBeatAt: number;
  /** When the visitor goes, or has gone; `null`: stays. */
  goneAt: number | null;
  /** The page is lost without a leave. */
  readonly isLost: boolean;
  /** When the buffer ends of a visitor who has gone; `null`: is there. */
  dueAt: number | null;
}

/** A verdict, and what was true when it was first seen. */
interface Verdict {
  readonly visitor: string;
  readonly seenAt: number;
  /** When the visitor's buffer ended; `null`: the visitor is there. */
  readonly dueAt: number | null;
}

export class Fleet<C extends FleetCollector> {
  readonly world: World;
  readonly collectors: readonly C[];
  readonly #store: Store;
  readonly verdicts: Verdict[] = [];
  readonly #visitors = new Map<string, Visitor>();
  #cursor = 0;
  #created = 0;

  /** @param store from which verdicts are read */
  constructor(world: World, collectors: readonly C[], store: Store) {
    this.world = world;
    this.collectors = collectors;
    this.#store = store;
  }

  async start(): Promise<void> {
    for (const collector of this.collectors) await collector.heartbeat();
    await this.collectors[0]?.configure({
      "presence.mode": "on",
      "presence.leaseSeconds.visible": LEASE_MS / 1_000,
      "presence.bufferSeconds": BUFFER_MS / 1_000,
    });
    for (const collector of this.collectors) await collector.refresh();
  }

  get #running(): readonly C[] {
    return this.collectors.filter(({ isRunning }) => isRunning);
  }

  /** Suspends a collector's process. */
  stop(index: number): void {
    (this.collectors[index] as C).isRunning = false;
  }

  resume(index: number): void {
    (this.collectors[index] as C).isRunning = true;
  }

  /** Visitors arrive; `staying` of them for good, and the others leave or are lost one after the other. */
  welcome(staying: number, leaving: number, overMs: number): void {
    const { elapsedMs } = this.world;
    for (let index = 0; index < staying + leaving; index += 1) {
      this.#created += 1;
      const id = `v${this.#created}`;
      const leavesAt = elapsedMs + (overMs * (index - staying + 1)) / (leaving + 1);
      const goneAt = index < staying ? null : Math.round(leavesAt);
      const nextBeatAt = elapsedMs + (index % 3) * TICK_MS;
      const isLost = index % 3 === 0;
      this.#visitors.set(id, { id, seq: 0, nextBeatAt, goneAt, isLost, dueAt: null });
    }
  }

  /** Lets time pass: visitors beat or leave at any collector, and all collectors sweep. */
  async run(ms: number): Promise<void> {
    const until = this.world.elapsedMs + ms;
    while (this.world.elapsedMs < until) {
      this.world.elapsedMs += TICK_MS;
      const { elapsedMs } = this.world;
      const sent: Promise<unknown>[] = [];
      for (const visitor of this.#visitors.values()) {
        if (visitor.goneAt !== null && visitor.goneAt <= elapsedMs) {
          if (visitor.dueAt !== null) continue;
          const lastBeatAt = visitor.nextBeatAt - BEAT_EVERY_MS;
          visitor.dueAt = (visitor.isLost ? lastBeatAt + LEASE_MS : elapsedMs) + BUFFER_MS;
          if (!visitor.isLost) sent.push(this.#submit(visitor, LEAVE));
        } else if (visitor.nextBeatAt <= elapsedMs) {
          visitor.nextBeatAt = elapsedMs + BEAT_EVERY_MS;
          sent.push(this.#submit(visitor, beat(visitor.seq)));
        }
      }
      await Promise.all(sent);
      for (const collector of this.#running) await collector.sweep();
      await this.#readVerdicts();
    }
  }

  #submit(visitor: Visitor, input: Input): Promise<unknown> {
    visitor.seq += 1;
    const turn = Math.floor((Number(visitor.id.slice(1)) + visitor.seq) / 3);
    const collector = this.#running[turn % this.#running.length] as C;
    const key = { account: ACCOUNT, id: visitor.id };
    const create = visitor.seq === 1 ? { create: { channel: "web_widget" } } : {};
    return collector.submit({ key, inputs: [input], ...create });
  }

  async #readVerdicts(): Promise<void> {
    for (const entry of await this.#store.log(ACCOUNT, this.#cursor, 1_000)) {
      this.#cursor = entry.cursor;
      if (entry.transition.to.presence !== "offline") continue;
      const dueAt = this.#visitors.get(entry.session)?.dueAt ?? null;
      this.verdicts.push({ visitor: entry.session, seenAt: this.world.elapsedMs, dueAt });
    }
  }

  /** How many beats took the fast path. */
  get hits(): number {
    return this.collectors.reduce((sum, { hits }) => sum + hits, 0);
  }

  /** What was decided wrongly: who is there and was called gone, and who left and is not gone in time. */
  async mistakes(): Promise<readonly string[]> {
    const { elapsedMs } = this.world;
    const mistakes = this.verdicts.flatMap(({ visitor, seenAt, dueAt }) => {
      if (dueAt === null) return `${visitor} is there, and was called gone at ${seenAt}`;
      // A slewed clock makes a buffer of seconds shorter by a fraction of a second at most.
      if (seenAt < dueAt - LATE_MS || seenAt > dueAt + LATE_MS + TICK_MS)
        return `${visitor} was called gone at ${seenAt} instead of ${dueAt}`;
      return [];
    });
    const decided = new Set(this.verdicts.map(({ visitor }) => visitor));
    for (const { id, dueAt } of this.#visitors.values()) {
      if (dueAt === null || dueAt + LATE_MS > elapsedMs || decided.has(id)) continue;
      mistakes.push(`${id} is not called gone at ${dueAt}`);
    }
    return [...mistakes, ...(await this.#disorder())];
  }

  /** Histories that go back in time. */
  async #disorder(): Promise<readonly string[]> {
    const disorder: string[] = [];
    for (const id of this.#visitors.keys()) {
      const history = await this.#store.history({ account: ACCOUNT, id }, 0, 100);
      const times = history.map(({ transition }) => transition.at);
      if (times.some((at, index) => at < (times[index - 1] ?? 0))) {
        disorder.push(`the history of ${id} goes back in time: ${times}`);
      }
    }
    return disorder;
  }
}

const LEAVE: Input = { type: "leave", page: "p", gen: 0, to: null };

function beat(seq: number): Input {
  const page = { page: "p", gen: 0, visible: true, armed: false };
  return { type: "signal", signal: "beat", seq: seq + 1, ...page };
}
