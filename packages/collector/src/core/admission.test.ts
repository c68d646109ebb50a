import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAdmitted } from "./admission.ts";
import type { Input, LeaveInput, SignalInput } from "./input.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { history, run } from "./testing/histories.ts";

const START = 1_000_000;
const HOUR = 3_600_000;
const settings = resolveSettings({ "presence.mode": "on" }, []);

function signal(change: Partial<SignalInput> = {}): SignalInput {
  const beat = { gen: 0, seq: 1, visible: true, armed: true, openedBy: "token_1" };
  return { type: "signal", signal: "beat", page: "p", ...beat, ...change };
}

function leave(change: Partial<LeaveInput> = {}): LeaveInput {
  return { type: "leave", page: "p", gen: 0, to: null, ...change };
}

/** The session after these inputs, each that many seconds after its start. */
function sessionAfter(...inputs: readonly (readonly [seconds: number, input: Input])[]): Session {
  return inputs.reduce(
    (session, [seconds, input]) => reduce(session, input, START + seconds * 1000, settings).session,
    createSession({ id: "s", channel: "web_widget" }, START),
  );
}

const tick = { type: "tick" } as const;

describe("a page", () => {
  it("is admitted by the proof with which it was opened, and by no other", () => {
    const session = sessionAfter([0, signal({ signal: "open" })], [5, signal({ seq: 2 })]);
    expect(isAdmitted(session, "p", "token_1", START + 6_000)).toBe(true);
    expect(isAdmitted(session, "p", "token_2", START + 6_000)).toBe(false);
    expect(isAdmitted(session, "q", "token_1", START + 6_000)).toBe(false);
  });

  it("is admitted for 24 hours after it was first heard, a later proof included", () => {
    const session = sessionAfter([0, signal()], [5, signal({ seq: 2, openedBy: "token_2" })]);
    expect(isAdmitted(session, "p", "token_1", START + 6_000)).toBe(false);
    expect(isAdmitted(session, "p", "token_2", START + 24 * HOUR - 1)).toBe(true);
    expect(isAdmitted(session, "p", "token_2", START + 24 * HOUR)).toBe(false);
  });

  it("stays admitted while its buffer runs, after a leave and after a lease that ran out", () => {
    const left = sessionAfter([0, signal()], [1, leave()], [10, tick]);
    expect(isAdmitted(left, "p", "token_1", START + 10_000)).toBe(true);
    const silent = sessionAfter([0, signal()], [100, tick]);
    expect(silent.presence).toBe("online");
    expect(isAdmitted(silent, "p", "token_1", START + 100_000)).toBe(true);
  });

  it("stays admitted in its next generation", () => {
    const session = sessionAfter(
      [0, signal()],
      [1, leave()],
      [2, signal({ signal: "resume", gen: 1, openedBy: "token_1" })],
    );
    expect(isAdmitted(session, "p", "token_1", START + 3_000)).toBe(true);
    expect(session.pages[0]?.admission?.since).toBe(START);
  });

  it("needs a new proof once its session was offline, also after another page came back", () => {
    const offline = sessionAfter([0, signal()], [1, leave()], [60, tick]);
    expect(offline.presence).toBe("offline");
    expect(isAdmitted(offline, "p", "token_1", START + 60_000)).toBe(false);
    const other = signal({ page: "q", openedBy: "token_2" });
    const back = reduce(offline, other, START + 61_000, settings).session;
    expect(back.presence).toBe("online");
    expect(isAdmitted(back, "p", "token_1", START + 61_000)).toBe(false);
    expect(isAdmitted(back, "q", "token_2", START + 61_000)).toBe(true);
  });

  it("that left is still admitted while another page of its session is open", () => {
    const session = sessionAfter(
      [0, signal()],
      [1, signal({ page: "q", openedBy: "token_2" })],
      [2, leave()],
    );
    expect(isAdmitted(session, "p", "token_1", START + 3_000)).toBe(true);
  });

  it("is not admitted where pages need no proof", () => {
    const session = sessionAfter([0, signal({ openedBy: undefined })]);
    expect(session.pages[0]).not.toHaveProperty("admission");
    expect(isAdmitted(session, "p", "", START)).toBe(false);
  });

  it("is not admitted by a leave that was the first that was heard of it", () => {
    const session = sessionAfter([0, signal({ page: "q" })], [1, leave()]);
    expect(session.pages.find(({ id }) => id === "p")).not.toHaveProperty("admission");
  });
});

describe("admission", () => {
  it("never changes what the rules decide, in any history", () => {
    fc.assert(
      fc.property(history, (given) => {
        const plain = given.steps.map((step) => ({ ...step, input: withoutProof(step.input) }));
        const { session, transitions } = run(given);
        const expected = run({ ...given, steps: plain });
        expect(transitions).toEqual(expected.transitions);
        const pages = session.pages.map(({ admission: _, ...page }) => page);
        expect({ ...session, pages }).toEqual(expected.session);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is never there while the visitor is not online, in any history", () => {
    fc.assert(
      fc.property(history, (given) => {
        run(given, ({ session }) => {
          if (session.presence === "online") return;
          for (const { admission } of session.pages) expect(admission).toBeUndefined();
        });
      }),
      { numRuns: 2_000 },
    );
  });
});

function withoutProof(input: Input): Input {
  if (input.type !== "signal") return input;
  const { openedBy: _, ...plain } = input;
  return plain;
}
