import { expect, it } from "vitest";
import { BatchLimit } from "./batch-limit.ts";

function workFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it("takes fewer requests, the more they cost, and more again once they cost less", () => {
  const limit = new BatchLimit();
  expect(limit.requests).toBe(200);
  limit.measure(() => workFor(10));
  limit.endBatch(20);
  expect(limit.requests).toBeLessThanOrEqual(16);
  for (let batch = 0; batch < 40; batch += 1) limit.endBatch(20);
  expect(limit.requests).toBe(200);
});

it("takes one request at least, however much it costs", () => {
  const limit = new BatchLimit();
  limit.measure(() => workFor(20));
  limit.endBatch(1);
  expect(limit.requests).toBe(1);
});

it("ends a part of a batch once its time is spent, but not before the first request", () => {
  const isSpent = new BatchLimit().startPart();
  workFor(10);
  expect([isSpent(0), isSpent(1)]).toEqual([false, true]);
});
