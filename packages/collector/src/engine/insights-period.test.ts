import { expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { ACCOUNT, NOW, transitionOf, writeOf } from "../stores/suite/index.ts";
import { measure } from "./insights.ts";

const HOUR = 3_600_000;
const HOURS = 1_000;

it("reads the history from the hour on in which the period begins", async () => {
  const store = new MemoryStore();
  for (let hour = 0; hour < HOURS; hour += 1) {
    const at = NOW + hour * HOUR;
    const from = { state: "active", reason: null, presence: "online" } as const;
    const to = { state: "inactive", reason: "user_offline", presence: "offline" } as const;
    const transition = { ...transitionOf(1), at, from, to, heardAt: at - 1_000 * (hour % 10) - 1 };
    await store.commit([writeOf(`s${hour}`, { transitions: [transition] })]);
  }
  const log = store.log.bind(store);
  let read = 0;
  store.log = async (...parameters) => {
    const entries = await log(...parameters);
    read += entries.length;
    return entries;
  };
  const to = NOW + HOURS * HOUR;
  const { departures, detectionMs } = await measure(store, ACCOUNT, "live", to - 24 * HOUR, to);
  expect(departures).toBe(24);
  expect(detectionMs).toMatchObject({ p50: 5_001, p99: 9_001, count: 24 });
  expect(read).toBeLessThanOrEqual(25);
});
