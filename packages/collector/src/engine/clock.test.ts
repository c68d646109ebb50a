import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { RateLimit } from "../http/rate-limit.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { ClockKeeper, ClockReading, SessionKey, Store } from "../stores/store.ts";
import { Fleet, localFleet, type SetClocks, World } from "../suite/testing/fleet.ts";
import { ProcessCollector } from "../suite/testing/fleet-process.ts";
import { type ClockStore, StoreClock } from "./clock.ts";
import { Engine } from "./engine.ts";
import type { Request } from "./request.ts";
import { sweep } from "./sweep.ts";

const START = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const STEPS_MS = [-1_000, 1_000, -600_000, 600_000, -HOUR_MS, HOUR_MS];
const folder = mkdtempSync(join(tmpdir(), "stillhere-clock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

function openFile(path: string): SqliteStore {
  const store = new SqliteStore(path);
  opened.push(store);
  return store;
}

/** Heartbeats of collectors once a second. */
async function beat(world: World, engines: readonly Engine[], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    world.elapsedMs += 1_000;
    for (const engine of engines) await engine.heartbeat();
  }
}

function engineOn(store: Store, clocks: SetClocks, name: string): Engine {
  return new Engine(store, new StoreClock(clocks, name));
}

async function outagesOf(store: Store): Promise<number> {
  return (await store.broadcasts(0)).filter(({ type }) => type === "outage").length;
}

describe("two collectors on one SQLite file", () => {
  it.each([30_000, -30_000])(
    "call nobody gone who beats, and everybody who left, if one clock is off by %d ms and clocks step",
    async (skewMs) => {
      const world = new World();
      const clocks = [world.clocks({ monoMs: 9_000 }), world.clocks({ skewMs, monoMs: 9_000 })];
      const path = newFile();
      const fleet = localFleet(world, [openFile(path), openFile(path)], clocks);
      await fleet.start();
      for (const byMs of [0, ...STEPS_MS]) {
        fleet.welcome(4, 12, 10_000);
        await fleet.run(5_000);
        for (const machine of clocks) machine.skewMs += byMs;
        await fleet.run(11_000);
      }
      expect(await fleet.mistakes()).toEqual([]);
      expect(fleet.verdicts).toHaveLength(7 * 12);
      expect(fleet.hits).toBeGreaterThan(100);
      const [first] = fleet.collectors;
      expect(await outagesOf(first?.engine.store as Store)).toBe(0);
      // Steps of a second are slewed, all others are broadcast.
      const broadcasts = await first?.engine.store.broadcasts(0);
      expect(broadcasts?.filter(({ type }) => type === "clock_step")).toHaveLength(4);
    },
  );

  it("call nobody gone who beats, and everybody who left, in two processes whose clocks are 30 s off and step", async () => {
    const world = new World();
    const path = newFile();
    const store = openFile(path);
    const clocks = [-30_000, 30_000].map((skewMs) => world.clocks({ skewMs, monoMs: 9_000 }));
    const collectors = clocks.map((machine) => new ProcessCollector(world, machine, path));
    const fleet = new Fleet(world, collectors, store);
    try {
      await fleet.start();
      for (const byMs of STEPS_MS) {
        fleet.welcome(2, 6, 10_000);
        await fleet.run(5_000);
        for (const machine of clocks) machine.skewMs += byMs;
        await fleet.run(9_000);
      }
      await fleet.run(2_000);
    } finally {
      await Promise.all(collectors.map((collector) => collector.close()));
    }
    expect(new Set(collectors.map(({ pid }) => pid)).size).toBe(2);
    expect(await fleet.mistakes()).toEqual([]);
    expect(fleet.verdicts).toHaveLength(6 * 6);
    expect(fleet.hits).toBeGreaterThan(50);
    expect(await outagesOf(store)).toBe(0);
  });

  it("go on when the one that is the clock stops, and move every deadline by the difference", async () => {
    const world = new World();
    const clocks = [world.clocks(), world.clocks({ skewMs: 30_000 })];
    const path = newFile();
    const fleet = localFleet(world, [openFile(path), openFile(path)], clocks);
    await fleet.start();
    fleet.welcome(4, 12, 18_000);
    await fleet.run(5_000);
    const [first, second] = fleet.collectors;
    expect(second?.engine.clock.skewMs).toBe(30_000);
    fleet.stop(0);
    await fleet.run(20_000);
    expect(second?.engine.clock.skewMs).toBe(0);
    expect(second?.engine.clock.offsetMs).toBe(30_000);
    fleet.resume(0);
    await fleet.run(5_000);
    expect(first?.engine.clock.skewMs).toBe(-30_000);
    expect(await fleet.mistakes()).toEqual([]);
    expect(fleet.verdicts).toHaveLength(12);
    expect(await outagesOf(opened[0] as Store)).toBe(0);
  });
});

describe("the clock of a SQLite file", () => {
  it("slews a small difference, and never goes back", async () => {
    const world = new World();
    const clocks = world.clocks();
    const engine = engineOn(openFile(newFile()), clocks, "a");
    await beat(world, [engine], 3);
    clocks.skewMs = -900;
    const times: number[] = [];
    for (let tick = 0; tick < 3_000; tick += 1) {
      world.elapsedMs += 10;
      await engine.heartbeat();
      times.push(engine.clock.now());
    }
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    // It stands still for a twentieth of a second at most.
    expect(times.some((at, index) => at === times[index - 6])).toBe(false);
    expect(engine.clock.skewMs).toBe(0);
    expect(engine.clock.offsetMs).toBe(0);
  });

  it("is adjusted once for all that ask at the same time", async () => {
    const world = new World();
    const clocks = world.clocks();
    const store = openFile(newFile());
    const engine = engineOn(store, clocks, "a");
    await beat(world, [engine], 3);
    clocks.skewMs = HOUR_MS;
    await Promise.all([engine.heartbeat(), engine.heartbeat(), engine.heartbeat()]);
    expect(await store.broadcasts(0)).toHaveLength(1);
  });

  it("follows a step before the next batch, and durations do not notice it", async () => {
    const world = new World();
    const clocks = world.clocks();
    const engine = engineOn(openFile(newFile()), clocks, "a");
    await beat(world, [engine], 3);
    const before = engine.clock.steady();
    clocks.skewMs = -HOUR_MS;
    world.elapsedMs += 10;
    await engine.heartbeat();
    expect(engine.clock.now()).toBe(clocks.wall());
    expect(engine.clock.steady()).toBe(before + 10);
  });

  it("lets 51 visitors of one address in within two seconds, whatever a clock does", async () => {
    const world = new World();
    const clocks = world.clocks();
    const engine = engineOn(openFile(newFile()), clocks, "a");
    await engine.heartbeat();
    const limit = new RateLimit(engine.clock, 50);
    for (const byMs of STEPS_MS) {
      clocks.skewMs += byMs;
      let admitted = 0;
      for (let tick = 0; tick < 20; tick += 1) {
        world.elapsedMs += 100;
        await engine.heartbeat();
        for (let visitor = 0; visitor < 3; visitor += 1) if (limit.allow("new")) admitted += 1;
      }
      expect(admitted).toBe(60);
      for (let visitor = 0; visitor < 60; visitor += 1) limit.allow("new");
      expect(limit.allow("new")).toBe(false);
      // A step begins no new second.
      clocks.skewMs += 600_000;
      await engine.heartbeat();
      expect(limit.allow("new")).toBe(false);
      world.elapsedMs += 1_000;
      expect(limit.allow("new")).toBe(true);
    }
  });

  it("goes on by the monotonic clock while no collector runs, and notes a step meanwhile", async () => {
    const world = new World();
    const path = newFile();
    const first = engineOn(openFile(path), world.clocks(), "a");
    await beat(world, [first], 3);
    const steady = first.clock.steady();
    world.elapsedMs += 4_000;
    const second = engineOn(openFile(path), world.clocks({ skewMs: -HOUR_MS }), "b");
    await second.heartbeat();
    expect(second.clock.steady()).toBe(steady + 4_000);
    expect(await outagesOf(opened[0] as Store)).toBe(0);
    await beat(world, [second], 5);
    expect(second.clock.offsetMs).toBe(-HOUR_MS);
    expect(second.clock.steady()).toBe(steady + 9_000);
  });

  it.each([-HOUR_MS, HOUR_MS])(
    "keeps a step by %d ms over a restart, and takes it for no other and no outage",
    async (byMs) => {
      const world = new World();
      const path = newFile();
      const clocks = world.clocks();
      const first = engineOn(openFile(path), clocks, "a");
      await beat(world, [first], 3);
      clocks.skewMs = byMs;
      await beat(world, [first], 1);
      const second = engineOn(openFile(path), clocks, "b");
      await beat(world, [second], 5);
      const { steady, now } = { steady: second.clock.steady(), now: second.clock.now() };
      expect({ steady, now }).toEqual({ steady: clocks.wall() - byMs, now: clocks.wall() });
      const store = opened[0] as Store;
      expect((await store.broadcasts(0)).map(({ type }) => type)).toEqual(["clock_step"]);
    },
  );

  it.each([-60_000, 2_000_000])(
    "uses no base of an earlier boot: time goes on by the wall clock, and the gap is an outage (monotonic clock at %d ms)",
    async (monoMs) => {
      const world = new World();
      const path = newFile();
      const first = engineOn(openFile(path), world.clocks({ monoMs: 900_000 }), "a");
      await beat(world, [first], 3);
      const steady = first.clock.steady();
      world.elapsedMs += 60_000;
      const second = engineOn(openFile(path), world.clocks({ boot: "next", monoMs }), "b");
      await second.heartbeat();
      expect(second.clock.steady()).toBe(steady + 60_000);
      expect(second.clock.offsetMs).toBe(0);
      expect(await outagesOf(opened[0] as Store)).toBe(1);
    },
  );

  it("after a boot with the clock set back, moves every deadline and grants whole leases", async () => {
    const world = new World();
    const path = newFile();
    const first = engineOn(openFile(path), world.clocks({ monoMs: 900_000 }), "a");
    await beat(world, [first], 3);
    const steady = first.clock.steady();
    world.elapsedMs += 60_000;
    const clocks = world.clocks({ boot: "next", skewMs: -HOUR_MS });
    const second = engineOn(openFile(path), clocks, "b");
    await second.heartbeat();
    expect(second.clock.steady()).toBe(steady + 5_001);
    expect(second.clock.now()).toBe(clocks.wall());
    expect(await outagesOf(opened[0] as Store)).toBe(1);
  });

  it("after a boot with the clock set back by nearly as long as it took, is an outage", async () => {
    const world = new World();
    const path = newFile();
    const first = engineOn(openFile(path), world.clocks({ monoMs: 900_000 }), "a");
    await beat(world, [first], 3);
    const steady = first.clock.steady();
    world.elapsedMs += 33_000;
    const clocks = world.clocks({ boot: "next", skewMs: -30_000 });
    const second = engineOn(openFile(path), clocks, "b");
    await beat(world, [second], 3);
    expect(second.clock.steady()).toBe(steady + 5_001 + 2_000);
    expect(second.clock.now()).toBe(clocks.wall());
    expect(await outagesOf(opened[0] as Store)).toBe(1);
  });

  it("after a boot with the clock set back, is an outage also where others had gone on after its keeper", async () => {
    const world = new World();
    const path = newFile();
    const keeper = engineOn(openFile(path), world.clocks({ monoMs: 900_000 }), "a");
    const other = engineOn(openFile(path), world.clocks({ monoMs: 900_000 }), "b");
    await beat(world, [keeper, other], 3);
    // The keeper stands still, and is not replaced yet.
    await beat(world, [other], 2);
    const steady = other.clock.steady();
    world.elapsedMs += 60_000;
    const clocks = world.clocks({ boot: "next", skewMs: -HOUR_MS });
    const next = engineOn(openFile(path), clocks, "c");
    await next.heartbeat();
    expect(next.clock.steady()).toBe(steady + 5_001);
    expect(next.clock.now()).toBe(clocks.wall());
    expect(await outagesOf(opened[0] as Store)).toBe(1);
  });

  it("counts a suspension that all collectors before it did not survive, and once", async () => {
    const world = new World();
    const path = newFile();
    const clocks = world.clocks();
    await beat(world, [engineOn(openFile(path), clocks, "a")], 3);
    world.elapsedMs += 60_000;
    clocks.suspendedMs = 60_000;
    const next = [engineOn(openFile(path), clocks, "b"), engineOn(openFile(path), clocks, "c")];
    await beat(world, next, 5);
    for (const { clock } of next) {
      expect(clock.steady()).toBe(START + world.elapsedMs);
      expect(clock.offsetMs).toBe(0);
    }
    expect(await outagesOf(opened[0] as Store)).toBe(1);
  });

  it.each([-HOUR_MS, -30_000, 600_000])(
    "counts a suspension that no collector survived also where the clock was set by %d ms in it",
    async (byMs) => {
      const world = new World();
      const path = newFile();
      const clocks = world.clocks();
      await beat(world, [engineOn(openFile(path), clocks, "a")], 3);
      world.elapsedMs += 60_000;
      clocks.suspendedMs = 60_000;
      clocks.skewMs = byMs;
      const engine = engineOn(openFile(path), clocks, "b");
      await beat(world, [engine], 5);
      expect(engine.clock.steady()).toBe(START + world.elapsedMs);
      expect(engine.clock.offsetMs).toBe(byMs);
      expect(await outagesOf(opened[0] as Store)).toBe(1);
    },
  );

  it.each(["first", "second"])(
    "takes a suspension that no collector survived for a step where the %s container has its own uptime",
    async (which) => {
      const world = new World();
      const path = newFile();
      const machines = [world.clocks(), world.clocks()] as const;
      const [clocks, other] = machines;
      const own = which === "first" ? clocks : other;
      own.sharesSuspended = false;
      const suspended = own.suspended.bind(own);
      own.suspended = () => suspended() + (which === "first" ? -500_000 : 500_000);
      await beat(world, [engineOn(openFile(path), clocks, "a")], 3);
      world.elapsedMs += 60_000;
      for (const machine of machines) machine.suspendedMs = 60_000;
      const engine = engineOn(openFile(path), other, "b");
      await beat(world, [engine], 5);
      expect(engine.clock.now()).toBe(other.wall());
      expect(engine.clock.offsetMs).toBe(60_000);
    },
  );

  it("counts a suspension once where the store failed with it", async () => {
    const world = new World();
    const clocks = world.clocks();
    const store = openFile(newFile());
    const engine = engineOn(store, clocks, "a");
    await beat(world, [engine], 3);
    world.elapsedMs += 60_000;
    clocks.suspendedMs = 60_000;
    const keepClock = store.keepClock.bind(store);
    store.keepClock = (change) =>
      keepClock((...stored) => {
        change(...stored);
        throw new Error("The disk is full.");
      });
    await expect(engine.heartbeat()).rejects.toThrow();
    store.keepClock = keepClock;
    await beat(world, [engine], 2);
    expect(engine.clock.steady()).toBe(START + world.elapsedMs);
    expect(engine.clock.offsetMs).toBe(0);
  });

  it("counts a suspension as an outage of its own, not as a step", async () => {
    const world = new World();
    const path = newFile();
    const clocks = world.clocks();
    const others = world.clocks();
    const engines = [
      engineOn(openFile(path), clocks, "a"),
      engineOn(openFile(path), others, "b"),
    ] as const;
    await beat(world, engines, 5);
    const steady = engines[0].clock.steady();
    world.elapsedMs += HOUR_MS;
    for (const machine of [clocks, others]) machine.suspendedMs = HOUR_MS;
    // Whichever runs first adds the time for both.
    await engines[1].heartbeat();
    await engines[0].heartbeat();
    for (const { clock } of engines) {
      expect(clock.steady()).toBe(steady + HOUR_MS);
      expect(clock.offsetMs).toBe(0);
    }
    expect(await outagesOf(opened[0] as Store)).toBe(1);
  });

  it("adds a suspension also where another collector has added an earlier one", async () => {
    const world = new World();
    const path = newFile();
    const machines = [world.clocks(), world.clocks()];
    const [a, b] = machines.map((clocks, index) =>
      engineOn(openFile(path), clocks, `collector ${index}`),
    ) as [Engine, Engine];
    await beat(world, [a, b], 3);
    const suspend = (ms: number) => {
      world.elapsedMs += ms;
      for (const machine of machines) machine.suspendedMs += ms;
    };
    suspend(2_000);
    await b.heartbeat();
    suspend(60_000);
    await a.heartbeat();
    await b.heartbeat();
    for (const { clock } of [a, b]) {
      expect(clock.steady()).toBe(START + world.elapsedMs);
      expect(clock.offsetMs).toBe(0);
    }
  });

  it("tells a suspension from a step where the clock was set meanwhile", async () => {
    const world = new World();
    const clocks = world.clocks();
    const engine = engineOn(openFile(newFile()), clocks, "a");
    await beat(world, [engine], 3);
    const steady = engine.clock.steady();
    world.elapsedMs += 60_000;
    clocks.suspendedMs = 60_000;
    clocks.skewMs = -2_000;
    await engine.heartbeat();
    expect(engine.clock.steady()).toBe(steady + 60_000);
    expect(engine.clock.offsetMs).toBe(-2_000);
    expect(await outagesOf(opened[0] as Store)).toBe(1);
  });

  it("takes a pause that no clock of the machine counts for a step", async () => {
    const world = new World();
    const clocks = world.clocks();
    const engine = engineOn(openFile(newFile()), clocks, "a");
    await beat(world, [engine], 3);
    const steady = engine.clock.steady();
    world.elapsedMs += 60_000;
    clocks.monoMs -= 60_000;
    await engine.heartbeat();
    expect(engine.clock.steady()).toBe(steady);
    expect(engine.clock.offsetMs).toBe(60_000);
    expect(await outagesOf(opened[0] as Store)).toBe(0);
  });

  it.each([30_000, -30_000])(
    "is followed by a process whose monotonic clock is off by %d ms",
    async (apartMs) => {
      const world = new World();
      const path = newFile();
      const keeper = engineOn(openFile(path), world.clocks({ monoMs: 99_000 }), "a");
      await beat(world, [keeper], 3);
      const apart = engineOn(openFile(path), world.clocks({ monoMs: 99_000 + apartMs }), "b");
      await beat(world, [keeper, apart], 5);
      const difference = apart.clock.steady() - keeper.clock.steady();
      expect(Math.abs(difference)).toBeLessThanOrEqual(1_000);
      // Then it is the clock itself.
      const steady = apart.clock.steady();
      await beat(world, [apart], 10);
      expect(apart.clock.steady()).toBeLessThan(steady + 11_500);
      expect(apart.clock.skewMs).toBe(0);
      expect(apart.clock.offsetMs).toBe(0);
    },
  );
});

/** A store with a clock of its own, at a distance of `delayMs`. */
class Server implements ClockStore {
  readonly #world: World;
  wallMs = 0;
  delayMs = 0;
  watermark: number | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  async readClock(): Promise<ClockReading> {
    this.#world.elapsedMs += this.delayMs;
    const now = START + this.#world.elapsedMs + this.wallMs;
    return { now, watermark: this.watermark };
  }
}

/** A store with that clock, which tells the watermark with each reading. */
function storeOf(server: Server): Store {
  const store: Store = new MemoryStore();
  const heartbeat = store.heartbeat.bind(store);
  store.heartbeat = (now, toleranceMs) => {
    server.watermark = Math.max(now, server.watermark ?? now);
    return heartbeat(now, toleranceMs);
  };
  store.readClock = () => server.readClock();
  return store;
}

/**
 * A collector that was away, suspended for a part of that, while the store's clock was set back and another
 * one started. Nothing had measured how long none ran, so their steady times differ until they agree.
 */
async function startedMeanwhile() {
  const world = new World();
  const server = new Server(world);
  const store = storeOf(server);
  const clocks = world.clocks();
  const [away, started] = [engineOn(store, clocks, "a"), engineOn(store, world.clocks(), "b")];
  await beat(world, [away], 2);
  world.elapsedMs += 12_000;
  server.wallMs = -30_000;
  await beat(world, [started], 6);
  clocks.suspendedMs = 6_000;
  return { world, server, store, away, started };
}

const beatOf = (seq: number): Input => {
  const page = { page: "p", gen: 0, visible: true, armed: false };
  return { type: "signal", signal: "beat", seq, ...page };
};

/** A visitor who writes and is heard, so that their page beats every 10 s. */
function arrivalOf(key: SessionKey): Request {
  const message: Input = { type: "end_user_message", sentAt: null };
  return { key, inputs: [message, beatOf(1)], create: { channel: "web_widget" } };
}

async function leaseUntil(store: Store, key: SessionKey): Promise<number | null | undefined> {
  const [found] = await store.load([{ key, eventIds: [] }]);
  return found?.stored?.session.pages[0]?.leaseUntil;
}

describe("the clock of a store that has one", () => {
  it("is followed whatever the own clock says, and skew is only reported", async () => {
    const world = new World();
    const clocks = world.clocks({ skewMs: 30_000 });
    const clock = new StoreClock(clocks, "a");
    expect(await clock.sync(new Server(world))).toBeNull();
    expect(clock.now()).toBe(START + world.elapsedMs);
    expect(clock.skewMs).toBe(30_000);
    clocks.skewMs = -HOUR_MS;
    expect(clock.isDisturbed).toBe(true);
    expect(await clock.sync(new Server(world))).toBeNull();
    expect(clock.isDisturbed).toBe(false);
    expect(clock.now()).toBe(START + world.elapsedMs);
  });

  it("steps only by more than a slow reply may explain", async () => {
    const world = new World();
    const server = new Server(world);
    const clock = new StoreClock(world.clocks(), "a");
    await clock.sync(server);
    server.delayMs = 2_500;
    expect(await clock.sync(server)).toBeNull();
    server.delayMs = 0;
    server.wallMs = -HOUR_MS;
    expect(await clock.sync(server)).toBe(-HOUR_MS);
    clock.stepTo(-HOUR_MS);
    expect(await clock.sync(server)).toBeNull();
    expect(clock.now()).toBe(START + world.elapsedMs - HOUR_MS);
  });

  it.each([-HOUR_MS, HOUR_MS])(
    "that steps by %d ms is broadcast by the first collector that notices it",
    async (byMs) => {
      const world = new World();
      const server = new Server(world);
      const store: Store = new MemoryStore();
      store.readClock = async () => {
        // Of two readings of a clock the later is a little later.
        world.elapsedMs += 1;
        return server.readClock();
      };
      const engines = [10_000, 20_000, 30_000].map((skewMs) =>
        engineOn(store, world.clocks({ skewMs }), `skewed by ${skewMs}`),
      );
      await beat(world, engines, 3);
      server.wallMs = byMs;
      await beat(world, engines, 3);
      const late = engineOn(store, world.clocks(), "late");
      await late.heartbeat();
      for (const { clock } of [...engines, late]) {
        expect(Math.abs(clock.now() - START - world.elapsedMs - byMs)).toBeLessThan(10);
      }
      expect((await store.broadcasts(0)).map(({ type }) => type)).toEqual(["clock_step"]);
    },
  );

  it("has not stepped if others have gone on while this machine stood still", async () => {
    const world = new World();
    const server = new Server(world);
    const clocks = world.clocks();
    const clock = new StoreClock(clocks, "a");
    await clock.sync(server);
    world.elapsedMs += 60_000;
    clocks.monoMs -= 60_000;
    server.watermark = START + world.elapsedMs - 900;
    expect(await clock.sync(server)).toBeNull();
    expect(clock.now()).toBe(START + world.elapsedMs);
  });

  it("may have stepped while this machine stood still: then the time follows both", async () => {
    const world = new World();
    const server = new Server(world);
    const store = storeOf(server);
    const clocks = world.clocks();
    const [still, other] = [engineOn(store, clocks, "a"), engineOn(store, world.clocks(), "b")];
    await beat(world, [still, other], 2);
    server.wallMs = HOUR_MS;
    await beat(world, [other], 20);
    clocks.monoMs -= 20_000;
    await beat(world, [still, other], 2);
    for (const { clock } of [still, other]) {
      expect(clock.steady()).toBe(START + world.elapsedMs);
      expect(clock.now()).toBe(START + world.elapsedMs + HOUR_MS);
    }
    expect(await outagesOf(store)).toBe(0);
  });

  it("may have stepped just when this machine runs again: both count", async () => {
    const world = new World();
    const server = new Server(world);
    const store = storeOf(server);
    const clocks = world.clocks();
    const [still, other] = [engineOn(store, clocks, "a"), engineOn(store, world.clocks(), "b")];
    await beat(world, [still, other], 2);
    await beat(world, [other], 20);
    clocks.monoMs -= 20_000;
    server.wallMs = -30_000;
    await beat(world, [still, other], 2);
    for (const { clock } of [still, other]) {
      // What others have shown to have passed is known to a heartbeat.
      expect(Math.abs(clock.steady() - START - world.elapsedMs)).toBeLessThanOrEqual(1_000);
      expect(Math.abs(clock.now() - START - world.elapsedMs + 30_000)).toBeLessThanOrEqual(1_000);
    }
    expect(await outagesOf(store)).toBe(0);
  });

  it("is agreed on again where it stepped while two machines stood still, each for a time", async () => {
    const world = new World();
    const server = new Server(world);
    const store = storeOf(server);
    const clocks = [world.clocks(), world.clocks()] as const;
    const engines = [engineOn(store, clocks[0], "a"), engineOn(store, clocks[1], "b")] as const;
    await beat(world, engines, 2);
    world.elapsedMs += 30_000;
    server.wallMs = HOUR_MS;
    clocks[0].monoMs -= 9_000;
    clocks[1].monoMs -= 4_000;
    await beat(world, engines, 5);
    const [a, b] = engines.map(({ clock }) => clock.steady());
    expect(a).toBe(b);
    const steps = (await store.broadcasts(0)).filter(({ type }) => type === "clock_step");
    expect(steps).toHaveLength(1);
  });

  it("may have stepped twice, and only the first time was broadcast", async () => {
    const world = new World();
    const server = new Server(world);
    const store = storeOf(server);
    const [away, other] = [
      engineOn(store, world.clocks(), "a"),
      engineOn(store, world.clocks(), "b"),
    ] as const;
    await beat(world, [away, other], 2);
    server.wallMs = HOUR_MS;
    await beat(world, [other], 10);
    server.wallMs = HOUR_MS - 2_000;
    await beat(world, [away], 1);
    expect(away.clock.steady()).toBe(START + world.elapsedMs);
    await beat(world, [away, other], 2);
    for (const { clock } of [away, other]) {
      expect(clock.steady()).toBe(START + world.elapsedMs);
      expect(clock.now()).toBe(START + world.elapsedMs + HOUR_MS - 2_000);
    }
  });

  it("may have stepped while a collector started: the broadcast of that is read first", async () => {
    const world = new World();
    const server = new Server(world);
    const store = storeOf(server);
    const first = engineOn(store, world.clocks(), "a");
    await beat(world, [first], 2);
    const readClock = store.readClock?.bind(store);
    // The clock is set back, and the first collector notices it, after the second has read the broadcasts.
    store.readClock = async () => {
      store.readClock = readClock as NonNullable<Store["readClock"]>;
      server.wallMs = -HOUR_MS;
      await beat(world, [first], 2);
      return store.readClock();
    };
    const second = engineOn(store, world.clocks(), "b");
    await second.heartbeat();
    expect(second.clock.steady()).toBe(first.clock.steady());
    expect(await outagesOf(store)).toBe(0);
  });

  it.each(["with its heartbeat", "before its heartbeat"])(
    "has not stepped again if others agreed on its time while this machine was suspended (broadcast read %s)",
    async (when) => {
      const { world, store, away, started } = await startedMeanwhile();
      if (when === "before its heartbeat") await away.broadcasts.refresh();
      await beat(world, [away, started], 1);
      expect(away.clock.steady()).toBe(started.clock.steady());
      const steps = (await store.broadcasts(0)).filter(({ type }) => type === "clock_step");
      expect(steps).toHaveLength(1);
    },
  );

  it("steps together with steady time, where a batch reads the broadcast of a collector with another one", async () => {
    const { world, server, store, away, started } = await startedMeanwhile();
    await started.changeSettings("shop", { overrides: { "presence.mode": "on" } });
    const key = { account: "shop", id: "s" };
    await started.submit(arrivalOf(key));
    const load = store.load.bind(store);
    // The other one returns while the session is loaded, and applies a step to it.
    store.load = async (lookups) => {
      store.load = load;
      server.wallMs = HOUR_MS;
      await away.submit({ key, inputs: [beatOf(2)] });
      return load(lookups);
    };
    await started.submit({ key, inputs: [beatOf(3)] });
    expect(started.clock.steady()).toBe(away.clock.steady());
    expect(await leaseUntil(store, key)).toBe(START + world.elapsedMs + HOUR_MS + 15_000);
  });

  it("has stepped before a signal is applied, where the broadcast is read with the end of a silence", async () => {
    const world = new World();
    const server = new Server(world);
    const store = storeOf(server);
    const engine = engineOn(store, world.clocks(), "a");
    await engine.changeSettings("shop", { overrides: { "presence.mode": "on" } });
    const keys = Array.from({ length: 9 }, (_, index) => ({ account: "shop", id: `s${index}` }));
    for (const key of keys) await engine.submit(arrivalOf(key));
    const accounts = () => ["shop"];
    for (let second = 0; second < 16; second += 1) {
      world.elapsedMs += 1_000;
      await sweep({ engine, accounts, onError: () => {} });
    }
    expect(engine.unheardAccounts(engine.clock.steady())).toHaveLength(1);
    const { broadcast } = store;
    store.broadcast = async (...given) => {
      if (given[0].type === "heard") {
        server.wallMs = -HOUR_MS;
        const at = engine.clock.steady();
        await broadcast.call(store, { type: "clock_step", account: null, at, offsetMs: -HOUR_MS });
      }
      return broadcast.apply(store, given);
    };
    const [key] = keys as [(typeof keys)[0]];
    await engine.submit({ key, inputs: [beatOf(2)] });
    expect(await leaseUntil(store, key)).toBe(START + world.elapsedMs - HOUR_MS + 15_000);
  });

  it("steps together with steady time, where a heartbeat reads the broadcast of a collector with another one", async () => {
    const { world, server, store, away, started } = await startedMeanwhile();
    world.elapsedMs += 1_000;
    const heartbeat = store.heartbeat.bind(store);
    // The other one returns after the clock was read for this heartbeat, and before its broadcasts are.
    store.heartbeat = async (now, toleranceMs) => {
      store.heartbeat = heartbeat;
      server.wallMs = HOUR_MS;
      await away.heartbeat();
      return heartbeat(now, toleranceMs);
    };
    await started.heartbeat();
    expect(started.clock.steady()).toBe(away.clock.steady());
    expect(started.clock.now()).toBe(START + world.elapsedMs + HOUR_MS);
  });

  it("may have stepped while this machine was suspended, too: both count", async () => {
    const world = new World();
    const server = new Server(world);
    const store = storeOf(server);
    const clocks = world.clocks();
    const engine = engineOn(store, clocks, "a");
    await beat(world, [engine], 2);
    world.elapsedMs += 60_000;
    clocks.suspendedMs = 60_000;
    server.wallMs = -HOUR_MS;
    await beat(world, [engine], 1);
    expect(engine.clock.steady()).toBe(START + world.elapsedMs);
    expect(engine.clock.now()).toBe(START + world.elapsedMs - HOUR_MS);
    expect(await outagesOf(store)).toBe(1);
  });

  it("may have stepped by as much as makes up for a suspension: both count", async () => {
    const world = new World();
    const server = new Server(world);
    const clocks = world.clocks();
    const engine = engineOn(storeOf(server), clocks, "a");
    await beat(world, [engine], 3);
    world.elapsedMs += 60_000;
    clocks.suspendedMs = 60_000;
    server.wallMs = -60_000;
    await beat(world, [engine], 1);
    expect(engine.clock.steady()).toBe(START + world.elapsedMs);
    expect(engine.clock.offsetMs).toBe(-60_000);
    expect(await outagesOf(engine.store)).toBe(1);
  });

  it.each(["before its call came", "before its reply came"])(
    "has not stepped if this machine was suspended %s",
    async (when) => {
      const world = new World();
      const server = new Server(world);
      const store = storeOf(server);
      const clocks = world.clocks();
      const engine = engineOn(store, clocks, "a");
      await beat(world, [engine], 2);
      const readClock = () => server.readClock();
      const suspend = () => {
        world.elapsedMs += 60_000;
        clocks.suspendedMs += 60_000;
      };
      store.readClock = async () => {
        store.readClock = readClock;
        if (when === "before its call came") suspend();
        const reading = await readClock();
        if (when === "before its reply came") suspend();
        return reading;
      };
      await beat(world, [engine], 3);
      expect(engine.clock.steady()).toBe(START + world.elapsedMs);
      expect((await store.broadcasts(0)).map(({ type }) => type)).toEqual(["outage"]);
    },
  );

  it("has stepped if it is behind the liveness watermark when the first collector starts", async () => {
    const world = new World();
    const server = new Server(world);
    server.watermark = START + HOUR_MS;
    const clock = new StoreClock(world.clocks(), "a");
    const offsetMs = await clock.sync(server);
    clock.stepTo(offsetMs ?? 0);
    expect(clock.now()).toBe(START);
    // More than 5 s after the watermark, so the heartbeat broadcasts an outage.
    expect(clock.steady()).toBe(START + HOUR_MS + 5_001);
  });
});

it("keeps a clock of its own on a store without one", async () => {
  const world = new World();
  const clocks = world.clocks();
  const clock = new StoreClock(clocks, "a");
  expect(await clock.sync({})).toBeNull();
  clocks.skewMs = HOUR_MS;
  expect(await clock.sync({})).toBe(HOUR_MS);
  const kept: (ClockKeeper | null)[] = [];
  const other = new StoreClock(clocks, "b");
  await other.sync({
    async keepClock(change) {
      kept.push(change(null, null));
    },
  });
  const instant = { base: START + HOUR_MS, mono: 0, suspended: 0 };
  expect(kept).toEqual([{ collector: "b", boot: "boot", ...instant }]);
});
