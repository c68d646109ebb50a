import { expect, it, vi } from "vitest";
import { Deadlines } from "./deadlines.ts";

const keysOf = (found: readonly { readonly key: string }[] | null) => found?.map(({ key }) => key);

it("finds what is due, the most overdue first, and finds it again", () => {
  const deadlines = new Deadlines<string>();
  deadlines.add("c", 2_500);
  deadlines.add("b", 1_700);
  deadlines.add("a", 1_600);
  deadlines.add("d", 2_501);
  const isCurrent = () => true;
  for (let time = 0; time < 2; time += 1) {
    expect(keysOf(deadlines.first(2_500, 10, isCurrent))).toEqual(["a", "b", "c"]);
    expect(keysOf(deadlines.first(2_500, 2, isCurrent))).toEqual(["a", "b"]);
  }
});

it("drops entries that another one has replaced, a limited number in each search", () => {
  const deadlines = new Deadlines<string>();
  for (let number = 0; number < 25_000; number += 1) deadlines.add(`old ${number}`, 1_000);
  deadlines.add("new", 2_000);
  const isCurrent = (key: string) => key === "new";
  const results = [1, 2, 3].map(() => keysOf(deadlines.first(2_000, 10, isCurrent)));
  expect(results).toEqual([undefined, undefined, ["new"]]);
});

it("finds each of very many that are due at the same instant, and grows no large set for them", () => {
  const deadlines = new Deadlines<string>();
  const add = vi.spyOn(Set.prototype, "add");
  for (let number = 0; number < 40_000; number += 1) deadlines.add(`s_${number % 20_000}`, 1_000);
  const sizes = add.mock.contexts.map((set) => (set as Set<string>).size);
  add.mockRestore();
  expect(Math.max(...new Set(sizes))).toBeLessThanOrEqual(10_001);
  const found = keysOf(deadlines.first(1_000, 50_000, () => true)) ?? [];
  expect([found.length, new Set(found).size]).toEqual([20_000, 20_000]);
});
