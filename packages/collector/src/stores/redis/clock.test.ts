/**
 * Collectors whose clocks differ, on a real Redis server: its clock counts.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { StoreClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { RateLimit } from "../../http/rate-limit.ts";
import { machineClocks } from "../../platform/machine-clocks.ts";
import { type Fleet, type LocalCollector, localFleet, World } from "../../suite/testing/fleet.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

const HOUR_MS = 3_600_000;
const STEPS_MS = [-1_000, 1_000, -600_000, 600_000, -HOUR_MS, HOUR_MS];
const SKEWS_MS = [0, 30_000, -30_000];
/** In this time collectors that have just started share the partitions among them. */
const SETTLE_MS = 1_200;

/** How many of 51 visitors each collector lets in, which come evenly within two seconds. */
async function admittedInTwoSeconds(fleet: Fleet<LocalCollector>): Promise<readonly number[]> {
  const limits = fleet.collectors.map(({ engine }) => new RateLimit(engine.clock, 50));
  const admitted = limits.map(() => 0);
  for (let tick = 1; tick <= 8; tick += 1) {
    await fleet.run(250);
    const arrivals = Math.floor((51 * tick) / 8) - Math.floor((51 * (tick - 1)) / 8);
    for (const [index, limit] of limits.entries()) {
      for (let visitor = 0; visitor < arrivals; visitor += 1) {
        if (limit.allow("new")) admitted[index] = (admitted[index] ?? 0) + 1;
      }
    }
  }
  return admitted;
}

describe("three collectors on one Redis", () => {
  let server: RedisServer;
  let stores: readonly RedisStore[];
  beforeEach(async () => {
    server = await RedisServer.start(...WITHOUT_FILES);
    stores = await Promise.all(SKEWS_MS.map(() => openRedisStore(`${server.url}?partitions=3`)));
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    await server.stop();
  });

  it("call nobody gone who beats, and everybody who left, and let 51 visitors in within two seconds, if clocks are off by 30 s and step", async () => {
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
    const fleet = localFleet(world, stores, clocks);
    await fleet.start();
    const settledAt = performance.now() + SETTLE_MS;
    while (performance.now() < settledAt) {
      for (const collector of fleet.collectors) await collector.sweep();
      await pause(50);
    }
    for (const byMs of [0, ...STEPS_MS]) {
      fleet.welcome(3, 6, 10_000);
      await fleet.run(5_000);
      serverClocks.skewMs += byMs;
      const [own] = clocks;
      if (own) own.skewMs -= byMs;
      expect(await admittedInTwoSeconds(fleet)).toEqual(SKEWS_MS.map(() => 51));
      await fleet.run(9_000);
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
    // The machine may stall for seconds while a clock is read.
    for (const [index, clock] of clocks.entries()) {
      expect(Math.abs(clock.now() - Date.now())).toBeLessThan(10_000);
      expect(Math.abs(clock.skewMs - (SKEWS_MS[index] ?? 0))).toBeLessThan(10_000);
      expect(clock.offsetMs).toBe(0);
    }
  });
});
