/**
 * What is computed from the history of very many visitors. V8 copies a whole map when it grows, in one turn
 * of the event loop.
 */
import { expect, it, vi } from "vitest";
import type { Transition } from "../core/transition.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import { measure } from "./insights.ts";
import { delayEffect } from "./previews.ts";

const VISITORS = 20_000;
const HOUR_MS = 3_600_000;

/** A log in which each of the visitors left, each in a session of their own. */
const log = Array.from({ length: VISITORS }, (_, index): LogEntry => {
  const from = { state: "active", reason: null, presence: "online" } as const;
  const to = { state: "inactive", reason: "user_offline", presence: "offline" } as const;
  const transition = { seq: 1, at: HOUR_MS, from, to, cause: "buffer", heardAt: 0 } as Transition;
  return { cursor: index + 1, session: `conv_${index}`, sessionCreatedAt: 0, transition };
});
const store = {
  logStart: async () => 0,
  log: async (_: string, after: number, limit: number) => log.slice(after, after + limit),
} as unknown as Store;

/** The size of the largest map that was written to meanwhile. */
async function largestMap(work: () => Promise<unknown>): Promise<number> {
  const set = vi.spyOn(Map.prototype, "set");
  await work();
  const maps = set.mock.contexts.map((map) => (map as Map<unknown, unknown>).size);
  set.mockRestore();
  return Math.max(...new Set(maps));
}

it.each([
  ["insights", () => measure(store, "default", "live", 0, HOUR_MS)],
  [
    "the preview of a setting",
    () => {
      const overrides = { from: {}, to: { "presence.bufferSeconds": 100 } };
      const period = { track: "live", from: 0, to: HOUR_MS } as const;
      return delayEffect(store, "default", "presence.bufferSeconds", overrides, period);
    },
  ],
])("%s grow no large map, however many visitors left", async (_, work) => {
  expect(await largestMap(work)).toBeLessThan(VISITORS / 100);
});
