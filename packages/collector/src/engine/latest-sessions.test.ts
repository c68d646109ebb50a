import { expect, it } from "vitest";
import { LatestSessions } from "./latest-sessions.ts";

it("lists sessions by when something last happened to them, in whatever order the log has it", () => {
  const entries = [
    ...Array.from({ length: 12 }, (_, index) => [`s${index}`, index] as const),
    ...([
      ["s0", 20],
      ["s5", 3],
      ["b", 11],
      ["a", 11],
    ] as const),
  ];
  const wanted = ["s0", "a", "b", "s11"];
  for (const order of [entries, entries.toReversed()]) {
    const latest = new LatestSessions(4);
    for (const [session, at] of order) latest.add(session, at);
    expect(latest.ids).toEqual(wanted);
  }
});
