import { expect, it } from "vitest";
import { LogThrottle } from "./log-throttle.ts";

it("logs a repeated error once a second, with the number of suppressed repeats", () => {
  let now = 0;
  const throttle = new LogThrottle(() => now);
  expect(throttle.count("away")).toBe(0);
  expect(throttle.count("away")).toBeNull();
  expect(throttle.count("other")).toBe(0);
  now = 999;
  expect(throttle.count("away")).toBeNull();
  now = 1_000;
  expect(throttle.count("away")).toBe(2);
  expect(throttle.count("away")).toBeNull();
  now = 5_000;
  expect(throttle.count("away")).toBe(1);
  now = 10_000;
  expect(throttle.count("away")).toBe(0);
});

it("keeps a bounded number of kinds", () => {
  const throttle = new LogThrottle(() => 0);
  for (let kind = 0; kind < 1_000; kind += 1) expect(throttle.count(`kind ${kind}`)).toBe(0);
  expect(throttle.count("kind 999")).toBeNull();
});

it("suppresses further kinds while there are too many, if asked to, and takes them up later", () => {
  let now = 0;
  const throttle = new LogThrottle(() => now, { everyMs: 1_000, whenFull: "suppress" });
  for (let kind = 0; kind < 100; kind += 1) expect(throttle.count(`kind ${kind}`)).toBe(0);
  expect(throttle.count("another")).toBeNull();
  expect(throttle.count("kind 5")).toBeNull();
  now = 1_000;
  expect(throttle.count("another")).toBe(0);
  expect(throttle.count("kind 5")).toBe(1);
});
