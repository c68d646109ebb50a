import { describe, expect, it } from "vitest";
import { aSession, aShadow } from "../testing/session.ts";
import { asShadow, isTrial, otherState, seenPresence, shadowFacts } from "./shadow.ts";

const WATCHED = aSession({ presence: "ignored" });
const GONE = { ...WATCHED, shadow: aShadow() };
const SAME = { ...WATCHED, shadow: aShadow({ state: "active", reason: null, queue: "queued" }) };

describe("isTrial", () => {
  it.each([
    ["shadow", true],
    ["on", false],
    ["off", false],
  ] as const)("%s: %s", (mode, is) => {
    expect(isTrial({ presence: { mode } })).toBe(is);
  });

  it("is none where the collector does not say", () => {
    expect(isTrial({})).toBe(false);
  });
});

describe("asShadow", () => {
  it("stands as presence would have it, and is otherwise the same session", () => {
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
  it("names the state only where it differs", () => {
    expect(otherState(GONE)).toBe("Left the site");
    expect(otherState(SAME)).toBeNull();
    expect(otherState(WATCHED)).toBeNull();
  });
});

describe("shadowFacts", () => {
  it("tells how it would be, and its place in the queue where that differs", () => {
    expect(shadowFacts(GONE)).toEqual([
      ["Would be", "Left the site · Gone"],
      ["Would stand", "Out of the queue"],
    ]);
    expect(shadowFacts(SAME)).toEqual([["Would be", "Waiting for an agent · Gone"]]);
  });

  it("tells whose place would be free", () => {
    const served = aSession({ assignee: "ana", queue: "none", capacityHeld: true });
    expect(shadowFacts({ ...served, shadow: aShadow() })).toContainEqual([
      "Agent’s place",
      "Would be free for others",
    ]);
  });

  it("tells nothing outside a trial run", () => {
    expect(shadowFacts(WATCHED)).toEqual([]);
  });
});
