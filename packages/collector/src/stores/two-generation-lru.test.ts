import { describe, expect, it } from "vitest";
import { TwoGenerationLru } from "./two-generation-lru.ts";

describe("TwoGenerationLru", () => {
  it("keeps entries that are read often and drops the others", () => {
    const lru = new TwoGenerationLru<number>(10);
    lru.set("kept", 0);
    for (let each = 1; each <= 100; each += 1) {
      lru.set(`passing ${each}`, each);
      expect(lru.get("kept")).toBe(0);
    }
    const left = Array.from({ length: 100 }, (_, each) => lru.get(`passing ${each + 1}`));
    expect(left.filter((value) => value !== undefined).length).toBeLessThanOrEqual(10);
    expect(left.slice(-4)).toEqual([97, 98, 99, 100]);
  });

  it("returns the newest value, and nothing after delete or clear", () => {
    const lru = new TwoGenerationLru<string>(4);
    lru.set("a", "old");
    lru.set("b", "b");
    lru.set("a", "new");
    expect(lru.get("a")).toBe("new");
    lru.delete("a");
    expect(lru.get("a")).toBeUndefined();
    lru.clear();
    expect(lru.get("b")).toBeUndefined();
  });
});
