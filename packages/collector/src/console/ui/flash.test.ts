// @vitest-environment happy-dom
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { flash } from "./flash.ts";

beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());
afterEach(() => {
  // Past what the next test counts.
  vi.advanceTimersByTime(10_000);
  vi.unstubAllGlobals();
});

it.each([
  [false, 1],
  [true, 0],
])("highlights a change unless motion is to be reduced: %s", (isReduced, times) => {
  vi.stubGlobal("matchMedia", () => ({ matches: isReduced }));
  const target = document.createElement("p");
  target.animate = vi.fn();
  flash(target);
  expect(target.animate).toHaveBeenCalledTimes(times);
});

it("highlights nothing while more than ten elements change within a second", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  const target = document.createElement("p");
  target.animate = vi.fn();
  for (let count = 0; count < 1_000; count += 1) {
    flash(target);
    vi.advanceTimersByTime(20);
  }
  expect(target.animate).toHaveBeenCalledTimes(10);
  vi.advanceTimersByTime(1_000);
  flash(target);
  expect(target.animate).toHaveBeenCalledTimes(11);
});
