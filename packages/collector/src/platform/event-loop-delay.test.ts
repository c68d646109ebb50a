import { afterEach, expect, it, vi } from "vitest";
import { watchEventLoopDelay } from "./event-loop-delay.ts";

const WINDOW_MS = 15_000;
const BLOCKED_SECONDS = 0.3;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

afterEach(() => {
  vi.useRealTimers();
});

it("shows the longest delay until the window after it has ended", async () => {
  // Only the windows are virtual.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1_000;
  const delay = watchEventLoopDelay(WINDOW_MS);
  await pause(50);
  const end = elapsedSeconds() + BLOCKED_SECONDS;
  while (elapsedSeconds() < end);
  await pause(20);
  const longest = delay.seconds();
  expect(longest).toBeGreaterThan(0.8 * BLOCKED_SECONDS);
  expect(longest).toBeLessThan(elapsedSeconds());
  vi.advanceTimersByTime(WINDOW_MS);
  expect(delay.seconds()).toBe(longest);
  vi.advanceTimersByTime(WINDOW_MS);
  expect(delay.seconds()).toBe(0);
  delay.stop();
});
