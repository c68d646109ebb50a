import { expect, it } from "vitest";
import { SortedList } from "./sorted-list.ts";

it("has the values in order, through additions and deletions", () => {
  const list = new SortedList<number>((a, b) => a - b);
  const values = Array.from({ length: 3_000 }, (_, index) => (index * 7_919) % 10_007);
  for (const value of values) list.add(value);
  for (const value of values.slice(0, 1_000)) list.delete(value);
  list.delete(-1);
  const left = values.slice(1_000).sort((a, b) => a - b);
  expect([...list.after(null)]).toEqual(left);
  expect(list.size).toBe(2_000);
  expect([...list.after(5_000)]).toEqual(left.filter((value) => value > 5_000));
});

it("is empty after the last value is deleted, and takes new ones", () => {
  const list = new SortedList<number>((a, b) => a - b);
  list.add(1);
  list.delete(1);
  expect([...list.after(null)]).toEqual([]);
  list.add(2);
  expect([...list.after(null)]).toEqual([2]);
});
