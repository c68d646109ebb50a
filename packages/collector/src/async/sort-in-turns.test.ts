import { expect, it } from "vitest";
import { countUpTo, sortInTurns } from "./sort-in-turns.ts";

const shuffled = (count: number) =>
  Array.from({ length: count }, (_, index) => (index * 7919) % (count + 1));

it.each([0, 1, 8_192, 8_193, 50_000])("sorts %i numbers", async (count) => {
  const numbers = shuffled(count);
  expect([...(await sortInTurns(numbers))]).toEqual(numbers.toSorted((a, b) => a - b));
});

it("lets other callbacks run before it has sorted many numbers", async () => {
  let turns = 0;
  const count = () => {
    turns += 1;
    if (turns < 1_000) setImmediate(count);
  };
  setImmediate(count);
  await sortInTurns(shuffled(1_000_000));
  expect(turns).toBeGreaterThan(1);
});

it("counts the numbers up to a limit", async () => {
  const sorted = await sortInTurns([5, 1, 3, 3]);
  expect([0, 1, 3, 4, 5].map((limit) => countUpTo(sorted, limit))).toEqual([0, 1, 3, 3, 4]);
});
