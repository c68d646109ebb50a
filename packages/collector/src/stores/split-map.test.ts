import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { SplitMap } from "./split-map.ts";

it("holds what a Map holds", () => {
  const key = fc.oneof(fc.nat(30), fc.constantFrom("", "a", "1", "é", "conv_1"));
  const step = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const map = new SplitMap<string | number, number>();
      const model = new Map<string | number, number>();
      for (const { key, value } of steps) {
        if (value === undefined) expect(map.delete(key)).toBe(model.delete(key));
        else {
          map.set(key, value);
          model.set(key, value);
        }
        expect(map.size).toBe(model.size);
      }
      for (const { key } of steps) expect(map.get(key)).toBe(model.get(key));
    }),
  );
});

it("copies a small part only where it grows", () => {
  const map = new SplitMap<number, number>();
  const set = vi.spyOn(Map.prototype, "set");
  for (let key = 0; key < 10_000; key += 1) map.set(key, key);
  const largest = Math.max(...set.mock.contexts.map((part) => (part as Map<number, number>).size));
  set.mockRestore();
  expect(largest).toBeLessThan(100);
});
