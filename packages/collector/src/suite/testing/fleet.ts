/**
 * Several collectors on one store and the visitors who reach them, in a world whose clocks are set and
 * differ. Only `world.elapsedMs` is true: verdicts are checked against it.
 * @module
 */
import type { Input } from "../../core/input.ts";
import { type MachineClocks, StoreClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
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

interface Collector {
  readonly engine: Engine;
  readonly beats: Beats;
  isRunning: boolean;
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

export class Fleet {
  readonly world: World;
  readonly collectors: readonly Collector[];
  readonly verdicts: Verdict[] = [];
  readonly #visitors = new Map<string, Visitor>();
  #cursor = 0;
  #created = 0;

  /** @param stores one for each collector, all of the same data */
  constructor(world: World, stores: readonly Store[], clocks: readonly SetClocks[]) {
    this.world = world;
    this.collectors = stores.map((store, index) => {
      const clock = new StoreClock(clocks[index] as SetClocks, `collector ${index}`);
      const engine = new Engine(store, clock);
      return { engine, beats: new Beats(engine), isRunning: true };
    });
  }

  async start(): Promise<void> {
    for (const { engine } of this.collectors) await engine.heartbeat();
    await this.#first.engine.changeSettings(ACCOUNT, {
      overrides: {
        "presence.mode": "on",
        "presence.leaseSeconds.visible": LEASE_MS / 1_000,
        "presence.bufferSeconds": BUFFER_MS / 1_000,
      },
    });
    for (const { engine } of this.collectors) await engine.broadcasts.refresh();
  }

  get #first(): Collector {
    return this.collectors[0] as Collector;
  }

  get #running(): readonly Collector[] {
    return this.collectors.filter(({ isRunning }) => isRunning);
  }

  /** Suspends a collector's process. */
  stop(index: number): void {
    (this.collectors[index] as Collector).isRunning = false;
  }

  resume(index: number): void {
    (this.collectors[index] as Collector).isRunning = true;
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
      for (const { engine } of this.#running) {
        await sweep({ engine, accounts: () => [ACCOUNT], onError: () => {} });
      }
      await this.#readVerdicts();
    }
  }

  #submit(visitor: Visitor, input: Input): Promise<unknown> {
    visitor.seq += 1;
    const turn = Math.floor((Number(visitor.id.slice(1)) + visitor.seq) / 3);
    const { beats } = this.#running[turn % this.#running.length] as Collector;
    const key = { account: ACCOUNT, id: visitor.id };
    const create = visitor.seq === 1 ? { create: { channel: "web_widget" } } : {};
    return beats.submit({ key, inputs: [input], ...create });
  }

  async #readVerdicts(): Promise<void> {
    const { store } = this.#first.engine;
    for (const entry of await store.log(ACCOUNT, this.#cursor, 1_000)) {
      this.#cursor = entry.cursor;
      if (entry.transition.to.presence !== "offline") continue;
      const dueAt = this.#visitors.get(entry.session)?.dueAt ?? null;
      this.verdicts.push({ visitor: entry.session, seenAt: this.world.elapsedMs, dueAt });
    }
  }

  /** How many beats took the fast path. */
  get hits(): number {
    return this.collectors.reduce((sum, { beats }) => sum + beats.hits, 0);
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
    const { store } = this.#first.engine;
    const disorder: string[] = [];
    for (const id of this.#visitors.keys()) {
      const history = await store.history({ account: ACCOUNT, id }, 0, 100);
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
