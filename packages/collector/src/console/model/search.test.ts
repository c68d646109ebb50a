import { describe, expect, it } from "vitest";
import { aSession } from "../testing/session.ts";
import { matches } from "./search.ts";

const session = aSession({
  id: "conv_8f2",
  user: "Maria Lind",
  assignee: "ana",
  ticket: { id: "4711", status: "open", priority: null, group: "returns", tags: ["vip"] },
});

describe("matches", () => {
  it.each([
    "",
    "8F2",
    "maria",
    "MARÍA",
    "ana",
    "4711",
    "returns",
    "vip",
    "lind 4711",
    "here #4711",
  ])("finds %j", (typed) => {
    expect(matches(session, typed)).toBe(true);
  });

  it("requires every word to match", () => {
    expect(matches(session, "maria 4712")).toBe(false);
  });

  it("finds a name with accents by its letters, and the words that the row shows", () => {
    expect(matches(aSession({ user: "Zoë Łódź" }), "zoe")).toBe(true);
    const gone = aSession({ state: "inactive", reason: "user_offline", presence: "offline" });
    expect(matches(gone, "left the site")).toBe(true);
    expect(matches(gone, "waiting")).toBe(false);
  });

  it("does not match a missing user", () => {
    expect(matches(aSession({ user: null }), "null")).toBe(false);
  });
});
