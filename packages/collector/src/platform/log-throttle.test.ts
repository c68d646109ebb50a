import { expect, it } from "vitest";
import { LogThrottle } from "./log-throttle.ts";

it("tells a trouble once a second, and how often it was meanwhile", () => {
  let now = 0;
  const repeats = new LogThrottle(() => now);
  expect(repeats.count("away")).toBe(0);
  expect(repeats.count("away")).toBeNull();
  expect(repeats.count("other")).toBe(0);
  now = 999;
  expect(repeats.count("away")).toBeNull();
  now = 1_000;
  expect(repeats.count("away")).toBe(2);
  expect(repeats.count("away")).toBeNull();
  now = 5_000;
  expect(repeats.count("away")).toBe(1);
  now = 10_000;
  expect(repeats.count("away")).toBe(0);
});

it("keeps no more kinds than it needs", () => {
  const repeats = new LogThrottle(() => 0);
  for (let kind = 0; kind < 1_000; kind += 1) expect(repeats.count(`kind ${kind}`)).toBe(0);
  expect(repeats.count("kind 999")).toBeNull();
});
