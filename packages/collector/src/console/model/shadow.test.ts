import { describe, expect, it } from "vitest";
import { aSession, aShadow } from "../testing/session.ts";
import { asShadow, differingState, isTrial, seenPresence, shadowFacts } from "./shadow.ts";

const WATCHED = aSession({ presence: "ignored" });
const GONE = { ...WATCHED, shadow: aShadow() };
const SAME = { ...WATCHED, shadow: aShadow({ state: "active", reason: null, queue: "queued" }) };

describe("isTrial", () => {
  it.each([
    ["shadow", true],
    ["on", false],
    ["off", false],
  ] as const)("for the mode %s is %s", (mode, is) => {
    expect(isTrial({ presence: { mode } })).toBe(is);
  });

  it("is false if the settings contain no mode", () => {
    expect(isTrial({})).toBe(false);
  });
});

describe("asShadow", () => {
  it("replaces the session's state by the shadow's and keeps the rest", () => {
    expect(asShadow(GONE)).toMatchObject({ id: "conv_1", user: "u_1", ...aShadow() });
    expect(asShadow(WATCHED)).toBeNull();
  });
});

describe("seenPresence", () => {
  it("is the shadow's in a trial run, else the session's own", () => {
    expect(seenPresence(GONE)).toBe("offline");
    expect(seenPresence(aSession())).toBe("online");
  });
});

describe("otherState", () => {
  it("returns the shadow's state only if it differs", () => {
    expect(differingState(GONE)).toBe("Left the site");
    expect(differingState(SAME)).toBeNull();
    expect(differingState(WATCHED)).toBeNull();
  });
});

describe("shadowFacts", () => {
  it("contain the shadow's state, and its queue standing if that differs", () => {
    expect(shadowFacts(GONE)).toEqual([
      ["Would be", "Left the site · Gone"],
      ["Queue", "Would be out of it"],
    ]);
    expect(shadowFacts(SAME)).toEqual([["Would be", "Waiting for an agent · Gone"]]);
  });

  it("contain the assignee's capacity if it would be freed", () => {
    const served = aSession({ assignee: "ana", queue: "none", capacityHeld: true });
    expect(shadowFacts({ ...served, shadow: aShadow() })).toContainEqual([
      "Agent’s place",
      "Would be free for others",
    ]);
  });

  it("are empty outside a trial run", () => {
    expect(shadowFacts(WATCHED)).toEqual([]);
  });
});
