import { describe, expect, it } from "vitest";
import { addressOf, EVERYTHING, filterIn, queryOf } from "./conversation-filter.ts";

const NOON = new Date(2026, 2, 10, 12, 30);
const local = (day: number) => new Date(2026, 2, day).toISOString();

describe("a filter of conversations", () => {
  it("is everything for an empty address, and for words that it does not know", () => {
    expect(filterIn(new URLSearchParams(""))).toEqual(EVERYTHING);
    const odd = "state=gone&reason=1&presence=&sort=id&period=year&order=down&other=1";
    expect(filterIn(new URLSearchParams(odd))).toEqual(EVERYTHING);
  });

  it("comes back from its address as it was", () => {
    const filter = {
      ...EVERYTHING,
      q: "Zoë & Co",
      state: "inactive",
      reason: "user_offline",
      queue: "direct",
      tag: "vip",
      period: "yesterday",
      sort: "agent",
      isAscending: true,
    } as const;
    expect(filterIn(addressOf(filter))).toEqual(filter);
    expect(addressOf(EVERYTHING).toString()).toBe("");
  });

  it.each([
    ["today", local(10), null],
    ["yesterday", local(9), local(10)],
    ["week", local(3), null],
    ["hour", new Date(2026, 2, 10, 11, 30).toISOString(), null],
  ] as const)("asks for %s by days of this time zone", (period, after, before) => {
    const query = queryOf({ ...EVERYTHING, period, state: "ended" }, NOON);
    expect(query.get("changedAfter")).toBe(after);
    expect(query.get("changedBefore")).toBe(before);
    expect(query.get("state")).toBe("ended");
  });

  it("asks for nothing that only the page knows", () => {
    const query = queryOf({ ...EVERYTHING, q: " ", sort: "agent", isAscending: true }, NOON);
    expect(query.toString()).toBe("");
  });
});
