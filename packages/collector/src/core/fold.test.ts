import fc from "fast-check";
import { expect, it } from "vitest";
import { fold } from "./fold.ts";

it.each([
  ["Zoë", "zoe"],
  ["ÉTÉ", "e\u0301te\u0301"],
  ["ﬁnal", "FINAL"],
  ["Ångström", "angstrom"],
  ["İstanbul", "istanbul"],
  ["ΟΔΟΣ", "οδοσ"],
  ["Ａ１", "a1"],
])("folds %s and %s to the same text", (a, b) => {
  expect(fold(a)).toBe(fold(b));
});

it("leaves what is folded as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
  );
});
