import { expect, it, vi } from "vitest";
import { BatchLimit } from "./batch-limit.ts";

/** Measures a batch that takes `commitMs`, and `requestMs` for each of its requests. */
function runBatch(limit: BatchLimit, requests: number, requestMs: number, commitMs = 0): void {
  limit.measure(() => vi.advanceTimersByTime(commitMs + requests * requestMs));
  limit.endBatch(requests);
}

it("takes fewer requests, the more they cost, and more again once they cost less", () => {
  const limit = new BatchLimit();
  expect(limit.requests).toBe(100);
  runBatch(limit, 20, 1);
  expect(limit.requests).toBe(8);
  runBatch(limit, 8, 0.5);
  expect(limit.requests).toBe(16);
  for (let batch = 0; batch < 4; batch += 1) runBatch(limit, limit.requests, 0);
  expect(limit.requests).toBe(100);
});

it("takes one request at least, however much it costs", () => {
  const limit = new BatchLimit();
  runBatch(limit, 1, 20);
  expect(limit.requests).toBe(1);
});

it("takes many requests again after a slow batch, though each commit costs much by itself", () => {
  const limit = new BatchLimit();
  runBatch(limit, 100, 1);
  for (let batch = 0; batch < 8; batch += 1) runBatch(limit, limit.requests, 0.01, 4);
  expect(limit.requests).toBe(100);
});

it("does not take more because few requests came", () => {
  const limit = new BatchLimit();
  runBatch(limit, 40, 1);
  for (let batch = 0; batch < 8; batch += 1) runBatch(limit, 2, 0.1);
  expect(limit.requests).toBe(8);
});

it("ends a part of a batch once its time is spent, but not before the first request", () => {
  const isSpent = new BatchLimit().startPart();
  vi.advanceTimersByTime(10);
  expect([isSpent(0), isSpent(1)]).toEqual([false, true]);
});
