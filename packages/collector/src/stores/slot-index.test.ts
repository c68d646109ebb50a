import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOfNumber, NO_SLOT, SlotIndex } from "./slot-index.ts";

describe("an index of slots", () => {
  it("finds what was added and not removed, as a Map does", () => {
    // Few hashes, at the end of the array too, so that they stand in one another's way.
    const hash = fc.constantFrom(0, 1, 2, 1_022, 1_023, 2 ** 32 - 1);
    const step = fc.record({ hash, slot: fc.nat({ max: 30 }), removes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const index = new SlotIndex();
        const model = new Map<number, number>();
        for (const { hash, slot, removes } of steps) {
          const known = model.get(slot);
          if (removes && known !== undefined) {
            index.remove(known, slot);
            model.delete(slot);
          } else if (!removes && known === undefined) {
            index.add(hash, slot);
            model.set(slot, hash);
          }
          for (let each = 0; each <= 30; each += 1) {
            const wanted = model.get(each);
            expect(index.find(wanted ?? hash, (found) => found === each)).toBe(
              wanted === undefined ? NO_SLOT : each,
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("holds as many as there are, while it grows and after", () => {
    const index = new SlotIndex();
    const count = 50_000;
    for (let slot = 0; slot < count; slot += 1) index.add(hashOfNumber(slot), slot);
    for (let slot = 0; slot < count; slot += 2) index.remove(hashOfNumber(slot), slot);
    for (let slot = 0; slot < count; slot += 1) {
      const found = index.find(hashOfNumber(slot), (each) => each === slot);
      expect(found).toBe(slot % 2 === 0 ? NO_SLOT : slot);
    }
  });
});
