import { expect, it } from "vitest";
import type { Transition } from "../core/transition.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { ACCOUNT, transitionOf, writeOf } from "../stores/suite/index.ts";
import { firstDayOf, reportOutcomes, sumOutcomes } from "./outcomes.ts";

const DAY = 86_400_000;
/** The beginning of a UTC day. */
const START = 20_000 * DAY;

const left = (at: number, change: Partial<Transition> = {}): Transition => ({
  ...transitionOf(1),
  at,
  from: { state: "active", reason: null, presence: "online" },
  to: { state: "inactive", reason: "user_offline", presence: "offline" },
  assignee: null,
  capacityHeld: false,
  ticketChanges: {},
  triggers: [],
  ...change,
});
const solved = (at: number, triggers: readonly string[]) =>
  left(at, {
    from: { state: "inactive", reason: "user_offline", presence: "offline" },
    ticketChanges: { status: { from: "open", to: "solved" } },
    triggers,
  });

async function storeWith(
  live: readonly Transition[],
  shadow: readonly Transition[] = [],
): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const [index, transition] of live.entries()) {
    await store.commit([writeOf(`live${index}`, { transitions: [transition] })]);
  }
  for (const [index, transition] of shadow.entries()) {
    await store.commit([writeOf(`shadow${index}`, { shadowTransitions: [transition] })]);
  }
  return store;
}

it("counts by day who left the queue, which capacity became free, and what triggers solved", async () => {
  const silent = { state: "inactive", reason: "user_inactive", presence: "online" } as const;
  const store = await storeWith([
    left(START + 1),
    left(START + 2, { assignee: "ana" }),
    left(START + 3, { assignee: "ana", capacityHeld: true }),
    left(START + DAY, { to: silent }),
    solved(START + DAY + 1, ["Solve"]),
    solved(START + DAY + 2, []),
    left(START + 3 * DAY),
  ]);
  const { from, days } = await reportOutcomes(store, ACCOUNT, false, START, START + 2 * DAY);
  expect(from).toBe(START);
  expect(days).toEqual([
    {
      at: START,
      live: { departures: 3, leftQueue: 1, released: 1, solved: 0 },
      shadow: null,
    },
    {
      at: START + DAY,
      live: { departures: 0, leftQueue: 1, released: 0, solved: 1 },
      shadow: null,
    },
    {
      at: START + 2 * DAY,
      live: { departures: 0, leftQueue: 0, released: 0, solved: 0 },
      shadow: null,
    },
  ]);
});

it("compares a trial run with what happened in the same period, and nothing before", async () => {
  const live = [left(START + 1), left(START + DAY + 5)];
  const earlier = left(START + 1);
  const shadow = [earlier, left(START + DAY + 2), left(START + DAY + 3), left(START + 2 * DAY)];
  const store = await storeWith(live, shadow);
  const report = await reportOutcomes(store, ACCOUNT, true, START + DAY + 2, START + 2 * DAY);
  expect(report.from).toBe(START + DAY + 2);
  expect(report.days.map(({ at }) => at)).toEqual([START + DAY, START + 2 * DAY]);
  expect(sumOutcomes(report.days.map((day) => day.live)).leftQueue).toBe(1);
  expect(report.days.map((day) => day.shadow?.leftQueue)).toEqual([2, 1]);
});

it("counts today among the last days", () => {
  expect(firstDayOf(START + 5, 1)).toBe(START);
  expect(firstDayOf(START + 5, 7)).toBe(START - 6 * DAY);
});
