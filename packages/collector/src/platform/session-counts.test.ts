import { describe, expect, it } from "vitest";
import { noSessions } from "../stores/state-counts.ts";
import { createSessionCounts } from "./session-counts.ts";

describe("the sessions by state", () => {
  it("are the sum over all accounts", async () => {
    const countByState = async (account: string) => ({
      ...noSessions(),
      active: account === "shop" ? 2 : 3,
    });
    const counts = createSessionCounts({ countByState }, () => ["shop", "desk"]);
    expect(await counts()).toEqual({ none: 0, active: 5, inactive: 0, ended: 0 });
  });

  it("are counted again after ten seconds, or a hundred times what counting took", async () => {
    let [now, took, calls] = [0, 0, 0];
    const countByState = async () => {
      now += took;
      calls += 1;
      return { ...noSessions(), active: calls };
    };
    const counts = createSessionCounts(
      { countByState },
      () => ["shop"],
      () => now,
    );
    const at = async (time: number) => {
      now = time;
      return (await counts())?.active;
    };
    expect([await at(0), await at(9_999)]).toEqual([1, 1]);
    took = 500;
    expect([await at(10_000), await at(60_499)]).toEqual([2, 2]);
    expect(await at(60_500)).toBe(3);
  });

  it("are counted once for scrapes at the same time, and again after an error", async () => {
    let calls = 0;
    const countByState = async () => {
      calls += 1;
      if (calls === 1) throw new Error("unavailable");
      return noSessions();
    };
    const counts = createSessionCounts({ countByState }, () => ["shop"]);
    const [first, second] = await Promise.allSettled([counts(), counts()]);
    expect([first.status, second.status, calls]).toEqual(["rejected", "rejected", 1]);
    expect(await counts()).toEqual(noSessions());
  });

  it("are unknown if the store cannot count them", async () => {
    expect(await createSessionCounts({}, () => ["shop"])()).toBeNull();
  });
});
