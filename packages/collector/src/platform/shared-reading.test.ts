import { expect, it, onTestFinished, vi } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { openRuntime } from "./runtime.ts";
import { shareReading } from "./shared-reading.ts";

vi.mock("./assets.ts", () => ({ readAssets: () => new Map() }));

it("reads the outbox once for a hundred scrapes", async () => {
  // A reading is shared for seconds, for which a busy machine may stall.
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const store = new MemoryStore();
  let reads = 0;
  const { endpoints } = store.outbox;
  store.outbox.endpoints = () => {
    reads += 1;
    return endpoints.call(store.outbox);
  };
  const runtime = await openRuntime(store, { addressOf: () => "::1", onError: () => {} });
  const scrapes = await Promise.all(
    Array.from({ length: 100 }, () => runtime.app.request("/metrics")),
  );
  expect(new Set(scrapes.map(({ status }) => status))).toEqual(new Set([200]));
  expect(reads).toBe(1);
  await runtime.close();
});

it.each([
  { agePerDuration: 100, sharedMs: 200_000 },
  { agePerDuration: 0, sharedMs: 5_000 },
])("shares a reading that took 2 s for $sharedMs ms", async ({ agePerDuration, sharedMs }) => {
  let now = 0;
  let reads = 0;
  const read = async () => {
    now += 2_000;
    reads += 1;
  };
  const shared = shareReading(read, 5_000, { now: () => now, agePerDuration });
  await shared();
  now += sharedMs - 1;
  await shared();
  expect(reads).toBe(1);
  now += 1;
  await shared();
  expect(reads).toBe(2);
});
