import { expect, it } from "vitest";
import { StoreClock } from "../engine/clock.ts";
import { World } from "../suite/testing/fleet.ts";
import { type ClockEntry, watchClock } from "./clock-log.ts";

function watched() {
  const world = new World();
  const clocks = world.clocks();
  const clock = new StoreClock(clocks, "a");
  const entries: ClockEntry[] = [];
  const check = watchClock(
    clock,
    (entry) => entries.push(entry),
    () => world.elapsedMs,
  );
  return { world, clocks, clock, entries, check };
}

it("names a skew of more than a second, once a minute", () => {
  const { world, clocks, entries, check } = watched();
  clocks.skewMs = 1_000;
  check();
  expect(entries).toEqual([]);
  clocks.skewMs = -30_000;
  for (let second = 0; second < 90; second += 1) {
    world.elapsedMs += 1_000;
    check();
  }
  expect(entries).toHaveLength(2);
  expect(entries[0]).toEqual({
    clockSkewSeconds: -30,
    message:
      "This machine's clock is 30 s behind the store's, which counts: synchronize them (NTP).",
  });
});

it("names a step of the store's clock", () => {
  const { clocks, clock, entries, check } = watched();
  clocks.skewMs = -600_000;
  check();
  clock.stepTo(-600_000);
  check();
  check();
  expect(entries).toEqual([
    {
      clockStepSeconds: -600,
      message: "The store's clock was set back by 600 s: every deadline has moved with it.",
    },
  ]);
});
