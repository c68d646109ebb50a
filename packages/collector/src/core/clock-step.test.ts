import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withAbsoluteTimes } from "../suite/history.ts";
import { moveWithClock } from "./clock-step.ts";
import { deadlineOf } from "./deadline.ts";
import type { Input } from "./input.ts";
import { leaseOf, renewLease } from "./lease.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { history, run, START } from "./testing/histories.ts";
import { decodeTrace } from "./trace.ts";
import type { Transition } from "./transition.ts";

const numRuns = Number(process.env["RUNS"] ?? 20_000) / 10;

/** Steps in milliseconds; generated histories begin 1,000 s after the epoch. */
const byMs = fc.constantFrom(-600_000, -1_001, 1_001, 600_000, 3_600_000);

/** An input as it would be received if the clock had been set by `by`. */
function moved(input: Input, by: number): Input {
  if (input.type === "outage") return { ...input, fromAt: input.fromAt + by };
  return withAbsoluteTimes(input, by);
}

/** What must be the same apart from the step: all but the instants that are history. */
function decided({ begunAt, ended, historyAt, trace, createdAt, ...session }: Session) {
  const facts = decodeTrace(trace, createdAt).map(({ at, ...fact }) => ({ ...fact, sentAt: null }));
  return { ...session, facts, hasBegun: begunAt !== null, endReason: ended?.reason ?? null };
}

function withoutTimes(transitions: readonly Transition[]) {
  return transitions.map(({ at, heardAt, ...transition }) => transition);
}

describe("a step of the clock", () => {
  it("changes no decision, only the times, at any point of any history", () => {
    let timers = 0;
    fc.assert(
      fc.property(history, byMs, fc.nat({ max: 13 }), (given, by, stepAt) => {
        let stepped: Session | null = null;
        let [index, settingsBefore] = [0, given.settings];
        run(given, ({ now, input, session, settings, deadlineAt, transitions }) => {
          if (stepped !== null) {
            const reduction = reduce(stepped, moved(input, by), now + by, settingsBefore);
            expect(withoutTimes(reduction.transitions)).toEqual(withoutTimes(transitions));
            expect(decided(reduction.session)).toEqual(decided(moveWithClock(session, by)));
            expect(reduction.deadlineAt).toBe(deadlineAt === null ? null : deadlineAt + by);
            if (transitions.some(({ cause }) => cause === "buffer")) timers += 1;
            stepped = reduction.session;
          }
          if (index === stepAt) {
            const step = { type: "clock_step", byMs: by } as const;
            const reduction = reduce(session, step, now + by, settings);
            expect(reduction.transitions).toEqual([]);
            stepped = reduction.session;
          }
          index += 1;
          settingsBefore = settings;
        });
      }),
      { numRuns },
    );
    expect(timers).toBeGreaterThan(numRuns / 100);
  });

  it("never lets a session's history go back in time", () => {
    let repeated = 0;
    fc.assert(
      fc.property(history, byMs, fc.nat({ max: 13 }), (given, by, stepAt) => {
        let last = START;
        let [shift, index] = [0, 0];
        let [current, settingsBefore] = [given.session, given.settings];
        run(given, ({ now, input, settings, transitions: plain }) => {
          const at = now + shift;
          const reduction = reduce(current, moved(input, shift), at, settingsBefore);
          const { transitions, session } = reduction;
          for (const [position, { at }] of transitions.entries()) {
            expect(at).toBeGreaterThanOrEqual(last);
            if (at > (plain[position]?.at ?? 0) + shift) repeated += 1;
            last = at;
          }
          [current, settingsBefore] = [session, settings];
          if (index === stepAt) {
            shift = by;
            current = reduce(current, { type: "clock_step", byMs: by }, now + by, settings).session;
          }
          index += 1;
        });
      }),
      { numRuns },
    );
    expect(repeated).toBeGreaterThan(numRuns / 100);
  });

  it("leaves a lease that can be renewed without its session", () => {
    const settings = resolveSettings({ "presence.mode": "on" }, []);
    const said = { page: "p", gen: 0, visible: true, armed: false };
    const beat = { type: "signal", signal: "beat", seq: 1, ...said } as const;
    const fresh = createSession({ id: "s", channel: "web_widget" }, START);
    const { session } = reduce(fresh, beat, START, settings);
    const at = START + 3_600_000;
    const step = { type: "clock_step", byMs: 3_600_000 } as const;
    const stepped = reduce(session, step, at, settings);
    const lease = leaseOf(stepped.session, beat, settings);
    const reduced = reduce(stepped.session, { ...beat, seq: 2 }, at + 1, settings);
    expect(lease && renewLease(lease, 2, at + 1)?.deadlineAt).toBe(reduced.deadlineAt);
    expect(stepped.deadlineAt).toBe(3_600_000 + (deadlineOf(session, settings) ?? 0));
  });

  it("leaves history: when a session was created, began and ended, and its transitions", () => {
    const settings = resolveSettings({}, []);
    const fresh = createSession({ id: "s", channel: "web_widget" }, START);
    const message = { type: "end_user_message", sentAt: null } as const;
    const begun = reduce(fresh, message, START + 1, settings).session;
    const end = { type: "session_ended", reason: "ended_by_agent" } as const;
    const ended = reduce(begun, end, START + 2, settings).session;
    const { createdAt, begunAt, historyAt, seq, ...rest } = moveWithClock(ended, -500_000);
    expect({ createdAt, begunAt, historyAt, seq }).toEqual({
      createdAt: START,
      begunAt: START + 1,
      historyAt: START + 2,
      seq: 2,
    });
    expect(rest.ended?.at).toBe(START + 2);
    expect(rest.stateChangedAt).toBe(START + 2 - 500_000);
  });
});
