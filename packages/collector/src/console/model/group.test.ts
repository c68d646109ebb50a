import { describe, expect, it } from "vitest";
import { aSession } from "../testing/session.ts";
import { countGroups, groupOf } from "./group.ts";
import type { Session } from "./session.ts";

const CASES: [string, Partial<Session>][] = [
  ["waiting", {}],
  ["agent", { assignee: "ana" }],
  ["gone", { state: "inactive", reason: "user_offline" }],
  ["gone", { state: "inactive", reason: "user_inactive" }],
  ["inactive", { state: "inactive", reason: "user_offline", assignee: "ana" }],
  ["inactive", { state: "inactive", reason: "ticket_status" }],
  ["none", { state: "none" }],
  ["email", { state: "ended", reason: "transferred_to_email" }],
  ["ended", { state: "ended", reason: "ended_by_agent", assignee: "ana" }],
];

describe("groupOf", () => {
  it.each(CASES)("returns %s for %o", (group, differs) => {
    expect(groupOf(aSession(differs))).toBe(group);
  });
});

describe("countGroups", () => {
  it("counts every session once", () => {
    const counts = countGroups(CASES.map(([, differs]) => aSession(differs)));
    expect(counts).toEqual({
      ...{ waiting: 1, gone: 2, email: 1, agent: 1 },
      ...{ inactive: 2, none: 1, ended: 1 },
    });
  });
});
