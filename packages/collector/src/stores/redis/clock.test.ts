/**
 * Collectors whose clocks differ, on a real Redis server: its clock counts.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { StoreClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { sweep } from "../../engine/sweep.ts";
import { machineClocks } from "../../platform/machine-clocks.ts";
import { ACCOUNT, Fleet, World } from "../../suite/testing/fleet.ts";
import { RedisStore } from "./redis-store.ts";

const HOUR_MS = 3_600_000;
const STEPS_MS = [-1_000, 1_000, -600_000, 600_000, -HOUR_MS, HOUR_MS];
const SKEWS_MS = [0, 30_000, -30_000];
/** In this time collectors that have just started share the partitions among them. */
const SETTLE_MS = 1_200;

describe("three collectors on one Redis", () => {
  let server: RedisServer;
  let stores: readonly RedisStore[];
  beforeEach(async () => {
    server = await RedisServer.start("--appendonly", "no");
    stores = await Promise.all(SKEWS_MS.map(() => RedisStore.open(`${server.url}?partitions=3`)));
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    await server.stop();
  });

  it("call nobody gone who beats, and everybody who left, if clocks are off by 30 s and the server's steps", async () => {
    const world = new World();
    const serverClocks = world.clocks();
    for (const store of stores) {
      const { readClock } = store;
      // Only the time is another one than the server's.
      store.readClock = async () => ({
        ...(await readClock.call(store)),
        now: serverClocks.wall(),
      });
    }
    const clocks = SKEWS_MS.map((skewMs, index) =>
      world.clocks({ skewMs, monoMs: index * 50_000, boot: `boot ${index}` }),
    );
    const fleet = new Fleet(world, stores, clocks);
    await fleet.start();
    const settledAt = performance.now() + SETTLE_MS;
    while (performance.now() < settledAt) {
      for (const { engine } of fleet.collectors) {
        await sweep({ engine, accounts: () => [ACCOUNT], onError: () => {} });
      }
      await pause(50);
    }
    for (const byMs of [0, ...STEPS_MS]) {
      fleet.welcome(3, 6, 10_000);
      await fleet.run(5_000);
      serverClocks.skewMs += byMs;
      await fleet.run(11_000);
    }
    expect(await fleet.mistakes()).toEqual([]);
    expect(fleet.verdicts).toHaveLength(7 * 6);
    expect(fleet.hits).toBeGreaterThan(50);
    // A step that two notice at once is one step. One of a second is slewed.
    const broadcasts = await (stores[0] as RedisStore).broadcasts(0);
    const offsets = broadcasts.flatMap((each) => (each.type === "clock_step" ? each.offsetMs : []));
    const kept = offsets.filter((offset, index) => offset !== offsets[index - 1]);
    expect(kept).toEqual([-600_000, 0, -HOUR_MS, 0]);
    expect(broadcasts.some(({ type }) => type === "outage")).toBe(false);
  });

  it("agree on the server's time, whatever their own wall clocks say", async () => {
    const machine = machineClocks();
    const clocks = SKEWS_MS.map((skewMs, index) => {
      const wall = () => Date.now() + skewMs;
      return new StoreClock({ ...machine, wall }, `collector ${index}`);
    });
    for (const [index, clock] of clocks.entries()) {
      await new Engine(stores[index] as RedisStore, clock).heartbeat();
    }
    for (const [index, clock] of clocks.entries()) {
      expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
      expect(Math.abs(clock.skewMs - (SKEWS_MS[index] ?? 0))).toBeLessThan(1_000);
      expect(clock.offsetMs).toBe(0);
    }
  });
});
