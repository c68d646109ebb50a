import { describe, expect, it } from "vitest";
import { aSession } from "../testing/session.ts";
import { compareSessions } from "./order.ts";

const at = (minute: number) => `2026-01-01T10:0${minute}:00.000Z`;
const ids = (sessions: ReturnType<typeof aSession>[]) =>
  sessions.sort(compareSessions).map(({ id }) => id);

describe("compareSessions", () => {
  it("orders waiting sessions by waiting time, not by their last change", () => {
    const sessions = [
      aSession({ id: "b", queuedAt: at(2), stateChangedAt: at(2) }),
      aSession({ id: "a", queuedAt: at(1), stateChangedAt: at(5) }),
    ];
    expect(ids(sessions)).toEqual(["a", "b"]);
  });

  it("orders the other sessions by their last change, newest first", () => {
    const gone = { state: "inactive", reason: "user_offline" } as const;
    const sessions = [
      aSession({ ...gone, id: "a", stateChangedAt: at(1) }),
      aSession({ ...gone, id: "b", stateChangedAt: at(3) }),
    ];
    expect(ids(sessions)).toEqual(["b", "a"]);
  });

  it("orders ties by id", () => {
    expect(ids([aSession({ id: "b" }), aSession({ id: "a" })])).toEqual(["a", "b"]);
  });
});
