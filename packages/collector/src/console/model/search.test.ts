import { describe, expect, it, vi } from "vitest";
import { aSession } from "../testing/session.ts";
import { createMatcher } from "./search.ts";

const session = aSession({
  id: "conv_8f2",
  user: "Maria Lind",
  assignee: "ana",
  ticket: { id: "4711", status: "open", priority: null, group: "returns", tags: ["vip"] },
});

describe("createMatcher", () => {
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
    expect(createMatcher(typed)(session)).toBe(true);
  });

  it("requires every word to match", () => {
    expect(createMatcher("maria 4712")(session)).toBe(false);
  });

  it("finds a name with accents by its letters, and the words that the row shows", () => {
    expect(createMatcher("zoe")(aSession({ user: "Zoë Łódź" }))).toBe(true);
    const gone = aSession({ state: "inactive", reason: "user_offline", presence: "offline" });
    expect(createMatcher("left the site")(gone)).toBe(true);
    expect(createMatcher("waiting")(gone)).toBe(false);
  });

  it("does not match a missing user", () => {
    expect(createMatcher("null")(aSession({ user: null }))).toBe(false);
  });

  it("reads a session once, however often it is searched", () => {
    const read = vi.fn(() => "Zoë");
    const searched = Object.defineProperty(aSession(), "user", { get: read });
    for (const typed of ["z", "zo", "zoe"]) expect(createMatcher(typed)(searched)).toBe(true);
    expect(read).toHaveBeenCalledOnce();
  });
});
