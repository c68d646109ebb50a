import { describe, expect, it } from "vitest";
import { aSession, aTransition } from "../testing/session.ts";
import { apply } from "./transition.ts";

describe("apply", () => {
  it("applies state, queue and times", () => {
    expect(apply(aSession(), aTransition())).toMatchObject({
      state: "inactive",
      reason: "user_offline",
      presence: "offline",
      queue: "none",
      seq: 3,
      stateChangedAt: "2026-01-01T10:05:00.000Z",
      presenceChangedAt: "2026-01-01T10:05:00.000Z",
      queuedAt: "2026-01-01T10:00:00.000Z",
    });
  });

  it("ignores an old transition", () => {
    const session = aSession({ seq: 3 });
    expect(apply(session, aTransition({ seq: 3 }))).toBe(session);
  });

  it("keeps the state's time if only the ticket changes", () => {
    const standing = { state: "active", reason: null, presence: "online" } as const;
    const after = apply(
      aSession(),
      aTransition({
        from: standing,
        to: standing,
        queue: "queued",
        ticketChanges: { priority: { from: null, to: "high" } },
      }),
    );
    expect(after.ticket.priority).toBe("high");
    expect(after.stateChangedAt).toBe("2026-01-01T10:00:00.000Z");
  });

  it("keeps the assignee if the transition does not contain one", () => {
    const { assignee: _, ...silent } = aTransition();
    expect(apply(aSession({ assignee: "ana" }), silent).assignee).toBe("ana");
    expect(apply(aSession({ assignee: "ana" }), aTransition()).assignee).toBeNull();
  });
});
