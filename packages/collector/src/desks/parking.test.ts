import { expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Fact } from "./fact.ts";
import { MAX_PARKED_IN_RECORD, Parking } from "./parking.ts";

const NOW = 1_700_000_000_000;
const DESK = { account: "shop", id: "main", createdAt: NOW };

function reportOf(ticket: string, number: number): Fact {
  const event = { type: "agent_message" } as const;
  return { id: `${ticket}/${number}`, at: NOW, kind: "event", ref: { ticket }, event };
}

it("keeps 10,000 facts of a desk at most, and drops the oldest of the fullest ticket first", async () => {
  const { admin } = new MemoryStore();
  const parking = new Parking(admin);
  for (let number = 0; number < 40; number += 1) {
    await parking.park(DESK, { ticket: "busy" }, reportOf("busy", number), NOW);
  }
  for (let ticket = 0; ticket < 12_000; ticket += 1) {
    await parking.park(DESK, { ticket: `t${ticket}` }, reportOf(`t${ticket}`, 0), NOW + 1);
  }
  const count = await parking.count(DESK, NOW + 1);
  expect(count).toBeGreaterThan(9_000);
  expect(count).toBeLessThanOrEqual(10_000);
  expect(32 * MAX_PARKED_IN_RECORD).toBeLessThanOrEqual(10_000);
  // The others with the same record have cost it all but its last one.
  const [last] = await parking.of(DESK, { ticket: "busy" }, NOW + 1);
  expect(last === undefined || last.id === "busy/39").toBe(true);
});

it("forgets nothing of other tickets that share a record, and nothing that came since", async () => {
  const parking = new Parking(new MemoryStore().admin);
  const tickets = Array.from({ length: 100 }, (_, index) => `t${index}`);
  for (const ticket of tickets) await parking.park(DESK, { ticket }, reportOf(ticket, 0), NOW);
  const facts = await parking.of(DESK, { ticket: "t0" }, NOW);
  await parking.park(DESK, { ticket: "t0" }, reportOf("t0", 1), NOW);
  await parking.remove(DESK, { ticket: "t0" }, facts, NOW);
  expect(await parking.of(DESK, { ticket: "t0" }, NOW)).toEqual([reportOf("t0", 1)]);
  expect(await parking.count(DESK, NOW)).toBe(100);
});

it("has nothing of a desk that was removed and added again", async () => {
  const parking = new Parking(new MemoryStore().admin);
  await parking.park(DESK, { ticket: "t" }, reportOf("t", 0), NOW);
  expect(await parking.count({ ...DESK, createdAt: NOW + 1 }, NOW)).toBe(0);
});
