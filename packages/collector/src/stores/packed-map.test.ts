import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SLOTS, hashOf, isUint32, NO_SLOT, PackedMap } from "./packed-map.ts";

function open() {
  const map = new PackedMap({ f64: ["at"], u32: ["id", "a", "b", "count"] });
  return { map, byId: map.index("id"), byPair: map.index("a", "b") };
}

describe("a packed map", () => {
  it("keeps each field of each record to itself", () => {
    const { map, byId } = open();
    const slots = Array.from({ length: CHUNK_SLOTS + 10 }, (_, id) =>
      map.insert({ at: id + 0.5, id, a: 2 ** 32 - 1 - id, b: id % 7, count: 0 }),
    );
    for (const slot of slots) map.fields.count.set(slot, slot + 1);
    for (const [id, slot] of slots.entries()) {
      expect(byId.find(id)).toBe(slot);
      expect(map.fields.at.get(slot)).toBe(id + 0.5);
      expect(map.fields.a.get(slot)).toBe(2 ** 32 - 1 - id);
      expect(map.fields.b.get(slot)).toBe(id % 7);
      expect(map.fields.count.get(slot)).toBe(slot + 1);
    }
  });

  it("finds a record by all fields of an index, and by nothing less", () => {
    const { map, byPair } = open();
    const slot = map.insert({ at: 0, id: 1, a: 5, b: 6, count: 0 });
    expect(byPair.find(5, 6)).toBe(slot);
    expect(byPair.find(5, 7)).toBe(NO_SLOT);
    expect(byPair.find(6, 5)).toBe(NO_SLOT);
    expect(byPair.find(5 + 2 ** 32, 6)).toBe(NO_SLOT);
  });

  it("holds what a Map holds, whatever is inserted and removed, and uses its slots again", () => {
    // Ids that fall on a few entries of an index, those at the end of its array among them, so that they
    // displace one another; and pairs that share their first field.
    const ids = Array.from({ length: 30_000 }, (_, id) => id)
      .filter((id) => [0, 1, 2, 1_022, 1_023].includes(hashOf(id) % 1_024))
      .slice(0, 40);
    const step = fc.record({ id: fc.constantFrom(...ids), removes: fc.boolean() });
    let removed = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
        const { map, byId, byPair } = open();
        const model = new Map<number, number>();
        for (const [at, { id, removes }] of steps.entries()) {
          const slot = byId.find(id);
          expect(slot === NO_SLOT).toBe(!model.has(id));
          if (removes && slot !== NO_SLOT) {
            map.remove(slot);
            model.delete(id);
            removed += 1;
            expect(map.fields.at.get(slot)).toBe(0);
          } else if (!removes && slot === NO_SLOT) {
            map.insert({ at, id, a: id % 3, b: id, count: 0 });
            model.set(id, at);
          }
          expect(map.size).toBe(model.size);
        }
        for (const [id, at] of model) {
          expect(map.fields.at.get(byId.find(id))).toBe(at);
          expect(byPair.find(id % 3, id)).toBe(byId.find(id));
        }
        expect(map.end).toBeLessThanOrEqual(41);
      }),
      { numRuns: 300 },
    );
    expect(removed).toBeGreaterThan(1_000);
  });

  it("holds what a Map holds while the entries of an index move to a larger table", () => {
    // From 511 records on; each insertion moves eight of 1,024 entries.
    const steps = fc.array(fc.record({ id: fc.nat(900), removes: fc.boolean() }), {
      minLength: 200,
      maxLength: 400,
      size: "max",
    });
    fc.assert(
      fc.property(fc.integer({ min: 480, max: 511 }), steps, (before, changes) => {
        const { map, byId } = open();
        const model = new Set<number>();
        const insert = (id: number) => {
          map.insert({ at: id, id, a: id, b: 0, count: 0 });
          model.add(id);
        };
        for (let id = 0; id < before; id += 1) insert(id);
        for (const { id, removes } of changes) {
          const slot = byId.find(id);
          expect(slot === NO_SLOT).toBe(!model.has(id));
          if (slot === NO_SLOT) insert(id);
          else if (removes) {
            map.remove(slot);
            model.delete(id);
          }
        }
        for (let id = 0; id <= 900; id += 1) {
          const slot = byId.find(id);
          expect(slot === NO_SLOT ? null : map.fields.at.get(slot)).toBe(model.has(id) ? id : null);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("takes no long time for the insertion at which an index grows", () => {
    const records = 1 << 17;
    const cpuMs = Array.from({ length: 5 }, () => {
      const { map } = open();
      const insert = (id: number) => map.insert({ at: 0, id, a: id, b: 0, count: 0 });
      for (let id = 1; id < records; id += 1) insert(id);
      const before = process.threadCpuUsage();
      insert(records);
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1_000;
    });
    // The best of five, since one may collect garbage.
    expect(Math.min(...cpuMs)).toBeLessThan(2);
  });

  it("finds every record while it grows and after half of them went", () => {
    const { map, byId } = open();
    const count = 50_000;
    for (let id = 0; id < count; id += 1) map.insert({ at: 0, id, a: id, b: 0, count: 0 });
    for (let id = 0; id < count; id += 2) map.remove(byId.find(id));
    for (let id = 0; id < count; id += 1) {
      const slot = byId.find(id);
      if (id % 2 === 0) expect(slot).toBe(NO_SLOT);
      else expect(map.fields.id.get(slot)).toBe(id);
    }
  });

  it("is empty after it was cleared, and can be filled again", () => {
    const { map, byId } = open();
    map.insert({ at: 1, id: 1, a: 1, b: 1, count: 1 });
    map.clear();
    expect([map.size, map.end, byId.find(1)]).toEqual([0, 0, NO_SLOT]);
    expect(byId.find(1)).toBe(NO_SLOT);
    map.insert({ at: 2, id: 1, a: 1, b: 1, count: 1 });
    expect(map.fields.at.get(byId.find(1))).toBe(2);
  });

  it("tells the numbers that a u32 field can hold", () => {
    expect([0, 7, 2 ** 32 - 1].map(isUint32)).toEqual([true, true, true]);
    expect([-1, 0.5, 2 ** 32, Number.NaN, Infinity].map(isUint32)).toEqual(Array(5).fill(false));
  });
});
