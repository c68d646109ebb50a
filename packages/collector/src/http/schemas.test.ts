import { describe, expect, it } from "vitest";
import { id, name } from "../schemas/name.ts";
import { sessionEvent, sessionId, sessionPut } from "./schemas.ts";

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe("the id of a session", () => {
  it.each(["conv_1", "a.b", "...", ".a", "a..", "user@shop:1", "-"])("may be %j", (value) => {
    expect(accepts(sessionId, value)).toBe(true);
  });

  it.each(["", ".", "..", "a b", "a/b", "ä", "a\n", "\ud800", "a".repeat(129)])(
    "may not be %j",
    (value) => {
      expect(accepts(sessionId, value)).toBe(false);
    },
  );
});

describe("the id of a user or agent", () => {
  it.each(["u_1", "ü 1", "a/b", "...", "👍", "u\n"])("may be %j", (value) => {
    expect(accepts(id, value)).toBe(true);
  });

  it.each(["", ".", "..", "\ud83d", "a\udc4db", "\udc4d\ud83d"])("may not be %j", (value) => {
    expect(accepts(id, value)).toBe(false);
    expect(accepts(sessionPut, { user: value })).toBe(false);
    expect(accepts(sessionPut, { assignee: value })).toBe(false);
    expect(accepts(sessionEvent, { type: "assigned", agent: value })).toBe(false);
  });
});

describe("a name", () => {
  it("may be a dot, and has no lone surrogates", () => {
    expect(accepts(name, ".")).toBe(true);
    expect(accepts(name, "👍")).toBe(true);
    expect(accepts(name, "\ud83d")).toBe(false);
    expect(accepts(sessionPut, { ticket: { tags: ["\ud83d"] } })).toBe(false);
    expect(accepts(sessionEvent, { type: "agent_message", id: "\ud83d" })).toBe(false);
  });
});
