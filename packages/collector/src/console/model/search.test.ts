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
  it.each(["", "8F2", "maria", "ana", "4711", "returns", "vip", "lind 4711"])(
    "finds %j",
    (typed) => {
      expect(matches(session, typed)).toBe(true);
    },
  );

  it("requires every word to match", () => {
    expect(matches(session, "maria 4712")).toBe(false);
  });

  it("does not match a missing user", () => {
    expect(matches(aSession({ user: null }), "null")).toBe(false);
  });
});
