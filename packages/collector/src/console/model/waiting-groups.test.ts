import { expect, it } from "vitest";
import { aSession } from "../testing/session.ts";
import { byGroup } from "./waiting-groups.ts";

it("divides the queue by group, with positions in the whole queue", () => {
  const inGroup = (id: string, group: string | null) =>
    aSession({ id, ticket: { ...aSession().ticket, group } });
  const queue = [inGroup("a", "returns"), inGroup("b", null), inGroup("c", "returns")];
  const found = byGroup(queue).map(({ group, sessions }) => ({
    group,
    sessions: sessions.map(({ position, session }) => `${position} ${session.id}`),
  }));
  expect(found).toEqual([
    { group: "returns", sessions: ["1 a", "3 c"] },
    { group: null, sessions: ["2 b"] },
  ]);
});
