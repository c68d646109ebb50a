import { describe, expect, it } from "vitest";
import { TwoGenerationLru } from "./two-generation-lru.ts";

describe("what was asked for lately", () => {
  it("stays, and what was not goes", () => {
    const recent = new TwoGenerationLru<number>(10);
    recent.set("kept", 0);
    for (let each = 1; each <= 100; each += 1) {
      recent.set(`passing ${each}`, each);
      expect(recent.get("kept")).toBe(0);
    }
    const left = Array.from({ length: 100 }, (_, each) => recent.get(`passing ${each + 1}`));
    expect(left.filter((value) => value !== undefined).length).toBeLessThanOrEqual(10);
    expect(left.slice(-4)).toEqual([97, 98, 99, 100]);
  });

  it("is the newest value, and gone once it is deleted", () => {
    const recent = new TwoGenerationLru<string>(4);
    recent.set("a", "old");
    recent.set("b", "b");
    recent.set("a", "new");
    expect(recent.get("a")).toBe("new");
    recent.delete("a");
    expect(recent.get("a")).toBeUndefined();
    recent.clear();
    expect(recent.get("b")).toBeUndefined();
  });
});
