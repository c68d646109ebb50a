import { expect, it } from "vitest";
import { addBindings } from "./bindings.ts";

const EIGHT = ["a", "b", "c", "d", "e", "f", "g", "h"];

it("bindings that are all known are the same list, so that repeating them changes no session", () => {
  const known = ["a", "b", "c"];
  for (const added of [[], ["a"], ["c"], ["a", "b", "c"], ["c", "a"]]) {
    expect(addBindings(known, added)).toBe(known);
  }
  expect(addBindings(known, ["b", "d"])).toEqual(["a", "b", "c", "d"]);
});

it("of eight bindings the one that was repeated last stays longest", () => {
  const repeated = addBindings(EIGHT, ["a"]);
  expect(repeated).toEqual(["b", "c", "d", "e", "f", "g", "h", "a"]);
  expect(addBindings(repeated, ["a"])).toBe(repeated);
  expect(addBindings(repeated, ["i"])).toEqual(["c", "d", "e", "f", "g", "h", "a", "i"]);
});
