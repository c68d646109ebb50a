import fc from "fast-check";
import { expect, it } from "vitest";
import { SplitSet } from "./split-set.ts";

it("holds what a Set holds, also while it is read", () => {
  const key = fc.oneof(fc.nat(30), fc.constantFrom("", "a", "1", "é", "conv_1"));
  const step = fc.record({ key, isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(key), fc.array(step, { maxLength: 100 }), (first, steps) => {
      const set = new SplitSet<string | number>(first);
      const model = new Set<string | number>(first);
      for (const { key, isAdded } of steps) {
        if (isAdded) {
          set.add(key);
          model.add(key);
        } else expect(set.delete(key)).toBe(model.delete(key));
        expect(set.size).toBe(model.size);
      }
      expect(new Set(set)).toEqual(model);
      for (const key of set) set.delete(key);
      expect(set.size).toBe(0);
    }),
  );
});
