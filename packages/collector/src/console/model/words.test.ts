import { describe, expect, it } from "vitest";
import { aSession } from "../testing/session.ts";
import type { Session, Ticket } from "./session.ts";
import { stateWords, ticketWords, visitorName } from "./words.ts";

const pending: Ticket = { id: "1", status: "pending", priority: null, group: null, tags: [] };

describe("stateWords", () => {
  it.each<[string, Partial<Session>]>([
    ["Nothing written yet", { state: "none" }],
    ["Waiting for an agent", {}],
    ["In conversation", { assignee: "ana" }],
    ["Left the site", { state: "inactive", reason: "user_offline" }],
    ["Silent for too long", { state: "inactive", reason: "user_inactive" }],
    ["Ticket pending", { state: "inactive", reason: "ticket_status", ticket: pending }],
    ["Ended by the visitor", { state: "ended", reason: "ended_by_end_user" }],
    ["Moved to email", { state: "ended", reason: "transferred_to_email" }],
  ])("%s", (words, differs) => {
    expect(stateWords(aSession(differs))).toBe(words);
  });
});

describe("ticketWords", () => {
  it.each<[string, Partial<Ticket>]>([
    ["New ticket", { id: null, status: "new" }],
    ["#4711 open", { id: "4711", status: "open", priority: "normal" }],
    ["#4711 on hold, urgent", { id: "4711", status: "hold", priority: "urgent" }],
  ])("%s", (words, differs) => {
    expect(ticketWords({ ...pending, ...differs })).toBe(words);
  });
});

describe("visitorName", () => {
  it("falls back to the conversation's id", () => {
    expect(visitorName(aSession())).toBe("u_1");
    expect(visitorName(aSession({ user: null }))).toBe("conv_1");
  });
});
