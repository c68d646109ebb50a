import { expect, it } from "vitest";
import { aSession } from "../testing/session.ts";
import { sortConversations } from "./conversation-order.ts";

const sessions = [
  aSession({ id: "c", user: "Émile", changedAt: "2026-01-02T10:00:00.000Z" }),
  aSession({ id: "a", user: "zoe", changedAt: "2026-01-03T10:00:00.000Z" }),
  aSession({ id: "b", user: "Eva", changedAt: "2026-01-01T10:00:00.000Z" }),
];
const idsBy = (sort: "changed" | "visitor" | "agent", isAscending: boolean) =>
  sortConversations(sessions, { sort, isAscending }).map(({ id }) => id);

it("sorts by time, by names as people do, and equal ones by their id", () => {
  expect(idsBy("changed", false)).toEqual(["a", "c", "b"]);
  expect(idsBy("visitor", true)).toEqual(["c", "b", "a"]);
  expect(idsBy("agent", true)).toEqual(["a", "b", "c"]);
});
