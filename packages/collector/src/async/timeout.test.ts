import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { settlesWithin } from "./timeout.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("returns true if the work fulfils before the limit, and clears its timer", async () => {
  const done = settlesWithin(100, new Promise((resolve) => setTimeout(resolve, 99)));
  await vi.advanceTimersByTimeAsync(99);
  expect(await done).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it("returns false if the limit passes first", async () => {
  const done = settlesWithin(100, new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(100);
  expect(await done).toBe(false);
});

it("rejects if the work rejects, and ignores a rejection after the limit", async () => {
  const failing = settlesWithin(100, Promise.reject(new Error("broken")));
  await expect(failing).rejects.toThrow("broken");
  const late = settlesWithin(
    100,
    new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 200)),
  );
  await vi.advanceTimersByTimeAsync(300);
  expect(await late).toBe(false);
});

it("returns true for work that fulfils within the grace period", async () => {
  let fulfil = () => {};
  const work = new Promise<void>((resolve) => {
    fulfil = resolve;
  });
  const done = settlesWithin(100, work, { graceMs: 20 });
  await vi.advanceTimersByTimeAsync(85);
  fulfil();
  await vi.advanceTimersByTimeAsync(5);
  expect(await done).toBe(true);
});
