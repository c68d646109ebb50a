import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { history, run } from "../core/testing/histories.ts";
import { decodeTransition, encodeTransition } from "./transition-codec.ts";

describe("the transition codec", () => {
  it("round-trips every transition of any history", () => {
    let seen = 0;
    fc.assert(
      fc.property(history, (given) => {
        for (const transition of run(given).transitions) {
          const { seq, at } = transition;
          expect(decodeTransition(seq, at, encodeTransition(transition))).toEqual(transition);
          seen += 1;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(seen).toBeGreaterThan(2_000);
  });

  it("encodes a transition that changes little in less than 40 characters", () => {
    const standing = { reason: null, presence: "online" } as const;
    const text = encodeTransition({
      seq: 1,
      at: 1_700_000_000_000,
      from: { ...standing, state: "none" },
      to: { ...standing, state: "active" },
      cause: "end_user_message",
      queue: "queued",
      capacityHeld: false,
      assignee: null,
      heardAt: 1_699_999_990_000,
      ticketChanges: {},
      triggers: [],
      notify: [],
    });
    expect(text.length).toBeLessThan(40);
  });
});
