import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { recipe } from "../core/recipes.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { Store } from "../stores/store.ts";
import { Beats } from "../suite/beats.ts";
import {
  type Cut,
  SilenceSimulation,
  START,
  type VisitorPlan,
} from "../suite/testing/silence-simulation.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import { sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const LEASE_MS = 15_000;
const BUFFER_MS = 15_000;

/** Visitors whose beats are spread over their beat. */
function visitors(count: number, kind: "waiting" | "idle" = "waiting"): VisitorPlan[] {
  const beatMs = kind === "waiting" ? 10_000 : 60_000;
  return Array.from({ length: count }, (_, index) => ({
    id: `v${index}`,
    pages: [{ kind, firstAt: 600 + (index * beatMs) / count }],
  }));
}

async function play(
  plans: readonly VisitorPlan[],
  cut: Cut,
  untilMs: number,
  store: Store = new MemoryStore(),
) {
  const simulation = new SilenceSimulation(store);
  await simulation.addAccount(ACCOUNT, plans, [cut], recipe("solve_abandoned", "g"));
  await simulation.run(untilMs);
  return simulation.outcomeOf(ACCOUNT);
}

describe("an account whose way to the collector is cut", () => {
  const cut = { from: 40_000, to: 100_000 };

  it("for 60 s has nobody offline and no ticket solved, with 12 visitors", async () => {
    const { verdicts, unheard, online, solved } = await play(visitors(12), cut, 150_000);
    expect(unheard).toEqual([{ from: 48_600, to: 100_000 }]);
    expect(verdicts).toEqual([]);
    expect(online.size).toBe(12);
    expect(solved.size).toBe(0);
  });

  it("has nobody offline over SQLite", async () => {
    const store = new SqliteStore(":memory:");
    const { verdicts, unheard } = await play(visitors(12), cut, 150_000, store);
    await store.close();
    expect(unheard).toEqual([{ from: 48_600, to: 100_000 }]);
    expect(verdicts).toEqual([]);
  });

  it("has those gone who left meanwhile, within a lease and the buffer of its end", async () => {
    const plans = visitors(12).map((plan, index) =>
      index % 4 === 0 ? { ...plan, departure: { at: 60_000, isSilent: index === 0 } } : plan,
    );
    const { verdicts, online } = await play(plans, cut, 150_000);
    expect(online.size).toBe(9);
    expect(verdicts.map(({ visitor }) => visitor).sort()).toEqual(["v0", "v4", "v8"]);
    for (const { at } of verdicts) expect(at).toBeLessThanOrEqual(cut.to + LEASE_MS + BUFFER_MS);
  });

  it("with 7 visitors cannot be told from one whose visitors left, until they return", async () => {
    const { verdicts, unheard, online } = await play(visitors(7), cut, 150_000);
    expect(unheard).toEqual([]);
    expect(verdicts).toHaveLength(7);
    expect(online.size).toBe(7);
  });

  it("for longer than 10 minutes is excused once, and no second time for the same signal", async () => {
    const long = { from: 40_000, to: 1_500_000 };
    const { verdicts, unheard } = await play(visitors(12), long, 1_400_000);
    expect(unheard).toEqual([{ from: 48_600, to: 648_600 }]);
    expect(verdicts).toHaveLength(12);
    for (const { at } of verdicts) {
      expect(at).toBeGreaterThanOrEqual(648_600 + BUFFER_MS);
      expect(at).toBeLessThanOrEqual(648_600 + LEASE_MS + BUFFER_MS);
    }
  });

  it("counts those who were called offline since the last signal, and their verdicts stand", async () => {
    // Idle pages beat once a minute, so the first are offline before the eighth misses.
    const long = { from: 130_000, to: 400_000 };
    const { verdicts, unheard, online } = await play(visitors(12, "idle"), long, 500_000);
    expect(unheard).toHaveLength(1);
    const from = unheard[0]?.from ?? 0;
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts.length).toBeLessThan(6);
    for (const { at } of verdicts) expect(at).toBeLessThanOrEqual(from);
    expect(online.size).toBe(12);
  });
});

/** Collectors on one store with a manual clock, which sweep only when they are told to. */
class Collectors {
  now = START;
  readonly store = new MemoryStore();
  readonly engines: Engine[] = [];
  readonly beats: Beats[] = [];

  add(): Engine {
    const engine = new Engine(this.store, new Clock(() => this.now));
    this.engines.push(engine);
    this.beats.push(new Beats(engine));
    return engine;
  }

  async start(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.add().heartbeat();
    const overrides = { "presence.mode": "on" };
    for (const account of [ACCOUNT, "other"]) {
      await this.engines[0]?.changeSettings(account, { overrides });
    }
    for (const engine of this.engines) await engine.broadcasts.refresh();
  }

  /** Visitors who write and are heard, at a collector. */
  async arrive(ids: readonly string[], account = ACCOUNT): Promise<void> {
    for (const id of ids) {
      const key = { account, id };
      const message: Input = { type: "end_user_message", sentAt: null };
      await this.engines[0]?.submit({ key, inputs: [message], create: { channel: "web_widget" } });
      await this.beat(0, id, 1, { account });
    }
  }

  beat(index: number, id: string, seq: number, { account = ACCOUNT, visible = true } = {}) {
    const page = { page: "p", gen: 0, visible, armed: false };
    const input: Input = { type: "signal", signal: "beat", seq, ...page };
    return this.beats[index]?.submit({ key: { account, id }, inputs: [input] });
  }

  async sweep(index = 0): Promise<void> {
    const engine = this.engines[index] as Engine;
    await sweep({ engine, accounts: () => [ACCOUNT, "other"], onError: () => {} });
  }

  /** Lets time pass, with a sweep of a collector each second. */
  async wait(seconds: number, index = 0): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.sweep(index);
    }
  }

  /** Moves the clock on, and nothing else happens. */
  async jump(ms: number): Promise<void> {
    this.now += ms;
    await this.store.heartbeat(this.now, Number.MAX_SAFE_INTEGER);
  }

  async presences(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    const { sessions } = await this.store.list(ACCOUNT, { limit: 100 });
    for (const { session } of sessions) {
      counts[session.presence] = (counts[session.presence] ?? 0) + 1;
    }
    return counts;
  }

  isUnheard(index = 0): boolean {
    return (this.engines[index]?.unheard.list(this.now).length ?? 0) > 0;
  }
}

const IDS = Array.from({ length: 9 }, (_, index) => `v${index}`);

describe("a collector", () => {
  it("lets no buffer pass with a desk event, where no sweep ran since it was due", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    await collectors.jump(40_000);
    const tag: Input = { type: "ticket_updated", ticket: { tags: ["a"] } };
    await collectors.engines[0]?.submit({ key: { account: ACCOUNT, id: "v0" }, inputs: [tag] });
    expect(await collectors.presences()).toEqual({ online: 9 });
    expect(collectors.isUnheard()).toBe(true);
  });

  it("decides what fell due in a silence before it accepts the signal that ends it", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(["h"]);
    for (const seq of [2, 3]) await collectors.beat(0, "h", seq, { visible: false });
    await collectors.arrive(IDS.slice(0, 2));
    await collectors.jump(9_500);
    await collectors.arrive(IDS.slice(2));
    // The first two have missed, and their leases ran out; the others miss at 21.5 s.
    await collectors.wait(10);
    expect(collectors.isUnheard()).toBe(false);
    await collectors.jump(11_500);
    // By now the buffers of the first two are over, and no sweep has come to them.
    await collectors.beat(0, "h", 4, { visible: false });
    await collectors.sweep();
    expect(await collectors.presences()).toEqual({ online: 10 });
  });

  it("asks the store nothing about an account whose signals arrive", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    let asked = 0;
    const dueOf = collectors.store.dueOf.bind(collectors.store);
    collectors.store.dueOf = (...query) => {
      asked += 1;
      return dueOf(...query);
    };
    for (let seq = 2; seq < 40; seq += 1) {
      await collectors.beat(0, "v0", seq);
      await collectors.wait(1);
    }
    expect(asked).toBe(0);
    expect(await collectors.presences()).toEqual({ online: 1, offline: 8 });
  });

  it("takes the account's beats off the fast path while it is unheard, and no other's", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(["h", ...IDS]);
    await collectors.arrive(["w"], "other");
    for (const seq of [2, 3, 4]) await collectors.beat(0, "w", seq, { account: "other" });
    for (const seq of [2, 3, 4]) await collectors.beat(0, "h", seq, { visible: false });
    expect(collectors.beats[0]?.hits).toBe(5);
    for (const seq of [5, 6, 7, 8]) {
      await collectors.wait(5);
      await collectors.beat(0, "w", seq, { account: "other" });
    }
    expect(collectors.isUnheard()).toBe(true);
    expect(collectors.beats[0]?.hits).toBe(9);
    await collectors.beat(0, "h", 5, { visible: false });
    expect(collectors.isUnheard()).toBe(false);
    expect(collectors.beats[0]?.hits).toBe(9);
    await collectors.beat(0, "h", 6, { visible: false });
    expect(collectors.beats[0]?.hits).toBe(10);
  });

  it("that starts knows when the last signal was accepted", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    await collectors.jump(12_500);
    // Nine have missed, but after that a tenth is heard, whose page may be silent for longer.
    const hidden: Input = {
      type: "signal",
      signal: "hidden",
      ...{ page: "p", gen: 0, seq: 1, visible: false, armed: false },
    };
    const create = { channel: "web_widget" };
    await collectors.engines[0]?.submit({
      key: { account: ACCOUNT, id: "h" },
      inputs: [hidden],
      create,
    });
    collectors.now += 1_000;
    await collectors.engines[0]?.heartbeat();
    await collectors.add().heartbeat();
    await collectors.wait(20, 1);
    expect(collectors.isUnheard(1)).toBe(false);
    expect(await collectors.presences()).toEqual({ online: 1, offline: 9 });
  });

  it("that starts knows of a signal that ended a silence, where that one died before it noted it", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    await collectors.wait(16);
    expect(collectors.isUnheard(0)).toBe(true);
    const noted = collectors.store.noteSignals.bind(collectors.store);
    collectors.store.noteSignals = async () => {};
    for (const id of IDS) await collectors.beat(0, id, 2);
    expect(collectors.isUnheard(0)).toBe(false);
    collectors.store.noteSignals = noted;
    await collectors.add().heartbeat();
    await collectors.wait(35, 1);
    expect(collectors.isUnheard(1)).toBe(true);
    expect(await collectors.presences()).toEqual({ online: 9 });
  });

  it("ends the silence also of a session that stood still in a merge when a signal came", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    await collectors.wait(16);
    expect(collectors.isUnheard()).toBe(true);
    const merge: Input = { type: "merge_begun", into: "v1" };
    const key = { account: ACCOUNT, id: "v0" };
    await collectors.engines[0]?.submitUnfollowed({ key, inputs: [merge] });
    await collectors.beat(0, "v2", 2);
    expect(collectors.isUnheard()).toBe(false);
    await collectors.wait(5);
    expect(await collectors.presences()).toEqual({ online: 8 });
    await collectors.wait(35);
    expect(await collectors.presences()).toEqual({ offline: 8 });
  });

  it("holds what a session takes over while its account is unheard", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    const key = { account: ACCOUNT, id: "v0" };
    const merge: Input = { type: "merge_begun", into: "new" };
    await collectors.engines[0]?.submitUnfollowed({ key, inputs: [merge] });
    await collectors.jump(16_000);
    await collectors.wait(60);
    expect(collectors.isUnheard()).toBe(true);
    expect(await collectors.presences()).toEqual({ online: 9 });
  });

  it("ends what a signal ended that another collector accepted before it knew", async () => {
    const collectors = new Collectors();
    await collectors.start(2);
    await collectors.arrive([...IDS, "w"]);
    await collectors.wait(3);
    await collectors.beat(1, "w", 2);
    await collectors.wait(11);
    expect(collectors.isUnheard(0)).toBe(false);
    collectors.now += 500;
    await collectors.engines[1]?.heartbeat();
    collectors.now += 500;
    await collectors.sweep(0);
    expect(collectors.isUnheard(0)).toBe(true);
    // The second one has not read that yet, and takes the beat on the fast path.
    await collectors.beat(1, "w", 3);
    expect(collectors.beats[1]?.hits).toBe(1);
    collectors.now += 1_000;
    await collectors.sweep(1);
    expect(collectors.isUnheard(1)).toBe(false);
    await collectors.wait(28);
    expect(await collectors.presences()).toEqual({ online: 10 });
    await collectors.wait(1);
    expect(await collectors.presences()).toEqual({ offline: 10 });
  });

  it("excuses a silence that lasts after an outage, however long that was", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    // Nothing runs for a quarter of an hour, and the way is closed for another minute.
    collectors.now += 900_000;
    const backAt = collectors.now;
    await collectors.sweep();
    await collectors.wait(60);
    expect(collectors.engines[0]?.unheard.list(collectors.now)).toMatchObject([{ since: backAt }]);
    expect(await collectors.presences()).toEqual({ online: 9 });
    await collectors.beat(0, "v0", 2);
    await collectors.wait(31);
    expect(await collectors.presences()).toEqual({ offline: 9 });
  });

  it("goes on in silence where a signal from before it is stored late", async () => {
    const collectors = new Collectors();
    await collectors.start(1);
    await collectors.arrive(IDS);
    await collectors.wait(16);
    const [engine] = collectors.engines;
    const [{ since = 0 } = {}] = engine?.unheard.list(collectors.now) ?? [];
    expect(await engine?.unheard.accept(ACCOUNT, since - 1)).toBe(false);
    expect(collectors.isUnheard()).toBe(true);
    expect(await engine?.unheard.accept(ACCOUNT, since)).toBe(true);
    expect(collectors.isUnheard()).toBe(false);
  });

  it("takes no account for unheard whose signals another collector has not stored yet", async () => {
    const collectors = new Collectors();
    await collectors.start(2);
    const overrides = {
      "presence.mode": "on",
      "presence.leaseSeconds.visible": 2,
      "presence.beatSeconds.waiting": 1,
    };
    await collectors.engines[0]?.changeSettings(ACCOUNT, { overrides });
    await collectors.arrive([...IDS, "w"]);
    for (const ms of [500, 500, 500]) {
      collectors.now += ms;
      await collectors.beat(1, "w", 2 + collectors.now);
    }
    collectors.now += 500;
    // The leases of nine are over, and the second one's last beat came after they missed.
    await collectors.sweep(0);
    expect(collectors.isUnheard(0)).toBe(false);
  });
});
