import fc from "fast-check";
import { expect, it } from "vitest";
import { compareNames } from "./name-order.ts";

it("names are in the order of their bytes in UTF-8", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 4 });
  const near = fc.array(fc.constantFrom("a", "\u{D7FF}", "\u{E000}", "ｗ", "🙂", "\u{10FFFF}"));
  const either = fc.oneof(
    name,
    near.map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(either, either, (a, b) => {
      const wanted = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareNames(a, b))).toBe(wanted);
    }),
  );
});
