import { expect, it, vi } from "vitest";
import { Clock } from "../engine/clock.ts";
import { RateLimit } from "./rate-limit.ts";

it("gives a name other slots in each process", async () => {
  const slots: number[] = [];
  for (let process = 0; process < 4; process += 1) {
    vi.resetModules();
    const { rateSlotOf } = await import("./rate-limit.ts");
    slots.push(rateSlotOf("shop conv_1"));
    expect(rateSlotOf("shop conv_1")).toBe(slots.at(-1));
  }
  expect(new Set(slots).size).toBeGreaterThan(1);
});

it("takes back what was reserved, but never in a later second", () => {
  let now = 0;
  const limit = new RateLimit(new Clock(() => now), 1);
  const takeBack = limit.reserve("a");
  expect(limit.reserve("a")).toBeNull();
  now += 1_000;
  expect(limit.allow("a")).toBe(true);
  takeBack?.();
  expect(limit.allow("a")).toBe(false);
  now += 1_000;
  limit.reserve("a")?.();
  expect(limit.allow("a")).toBe(true);
});
