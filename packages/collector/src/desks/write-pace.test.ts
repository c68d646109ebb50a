import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WritePace } from "./write-pace.ts";

describe("the pace of writes", () => {
  it("passes neither the limit of the desk nor that of a conversation, whenever writes are asked for", () => {
    const ask = fc.record({
      afterMs: fc.constantFrom(0, 1, 300, 2_000, 30_000),
      conversation: fc.constantFrom("a", "b", "c", "d"),
    });
    fc.assert(
      fc.property(fc.array(ask, { minLength: 200, maxLength: 400 }), (asks) => {
        const pace = new WritePace();
        const written: { conversation: string; at: number }[] = [];
        let now = 1_000_000;
        for (const { afterMs, conversation } of asks) {
          now += afterMs;
          const { deskMs, conversationMs } = pace.waits("main", conversation, now);
          if (deskMs > 0 || conversationMs > 0) continue;
          pace.note("main", conversation, now);
          written.push({ conversation, at: now });
        }
        for (const { at, conversation } of written) {
          const before = written.filter((each) => each.at <= at);
          expect(before.filter((each) => each.at > at - 60_000).length).toBeLessThanOrEqual(90);
          const own = before.filter((each) => each.conversation === conversation);
          expect(own.filter((each) => each.at > at - 600_000).length).toBeLessThanOrEqual(15);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("says how long the next write has to wait", () => {
    const pace = new WritePace();
    for (let index = 0; index < 15; index += 1) pace.note("main", "a", index);
    expect(pace.waits("main", "a", 100)).toEqual({ deskMs: 0, conversationMs: 599_900 });
    expect(pace.waits("main", "b", 100)).toEqual({ deskMs: 0, conversationMs: 0 });
    for (let index = 0; index < 75; index += 1) pace.note("main", `c${index}`, 100);
    expect(pace.waits("main", "b", 200).deskMs).toBe(59_800);
    expect(pace.waits("other", "b", 200).deskMs).toBe(0);
    pace.takeBack("main", "c0");
    pace.takeBack("main", "unknown");
    expect(pace.waits("main", "b", 200).deskMs).toBe(0);
    expect(pace.waits("main", "a", 600_015)).toEqual({ deskMs: 0, conversationMs: 0 });
  });

  it("leaves little of the first minute after another process", () => {
    const pace = new WritePace();
    expect(pace.isKnown("main")).toBe(false);
    pace.takeOver("main", 0);
    expect(pace.isKnown("main")).toBe(true);
    for (let index = 0; index < 10; index += 1) pace.note("main", `c${index}`, 1);
    expect(pace.waits("main", "a", 1).deskMs).toBe(59_999);
    expect(pace.waits("main", "a", 60_000).deskMs).toBe(0);
  });
});
