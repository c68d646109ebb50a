import { expect, it } from "vitest";
import { watchEventLoopDelay } from "./event-loop-delay.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("shows the longest delay until the window after it has ended", async () => {
  const delay = watchEventLoopDelay(200);
  await pause(50);
  const end = performance.now() + 300;
  while (performance.now() < end);
  await pause(20);
  expect(delay.seconds()).toBeGreaterThan(0.25);
  expect(delay.seconds()).toBeLessThan(2);
  await expect.poll(() => delay.seconds(), { timeout: 5_000 }).toBeLessThan(0.25);
  delay.stop();
});
