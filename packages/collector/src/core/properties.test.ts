import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deadlineOf } from "./deadline.ts";
import { isEngaged } from "./engagement.ts";
import type { Input } from "./input.ts";
import { isAlive } from "./presence.ts";
import { reduce } from "./reduce.ts";
import { holdsCapacity, queueOf } from "./routing.ts";
import { createSession, stateOf } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import {
  type History,
  history,
  run,
  START,
  type Step,
  type StepOutcome,
  signal,
} from "./testing/histories.ts";

/** Histories per property; the soak runs millions. A failure prints its seed. */
const numRuns = Number(process.env["RUNS"] ?? 20_000);

function always(check: (outcome: StepOutcome) => void): void {
  fc.assert(
    fc.property(history, (given) => {
      run(given, check);
    }),
    { numRuns },
  );
}

// Plain assertions below: those of the test runner take longer than all the rest.

/** Checks that each case came up often: a property that never meets its case proves nothing. */
function expectMet(cases: Readonly<Record<string, number>>, min = numRuns / 20): void {
  const rare = Object.entries(cases).filter(([, count]) => count < min);
  expect(rare).toEqual([]);
}

describe("reduce, for any history", () => {
  it("keeps state, queue, capacity and causes consistent", () => {
    const met = { holdsCapacity: 0, isQueued: 0, isMasked: 0, isUnderWay: 0 };
    always(({ session, settings }) => {
      const state = stateOf(session);
      if (holdsCapacity(session, settings)) {
        met.holdsCapacity += 1;
        notEqual(session.assignee, null);
        notEqual(state, "ended");
        notEqual(state, "none");
      }
      if (queueOf(session, settings) !== "none") {
        met.isQueued += 1;
        equal(session.assignee, null);
        equal(session.ended, null);
        notEqual(session.begunAt, null);
        ok(session.ticket.status === "new" || session.ticket.status === "open");
        notEqual(session.queuedAt, null);
      }
      const isMasked = session.causes.some(({ reason }) => reason === "ticket_status");
      const hasMaskStatus = ["pending", "hold", "solved"].includes(session.ticket.status);
      if (isMasked) met.isMasked += 1;
      if (state === "active" || state === "inactive") {
        met.isUnderWay += 1;
        equal(isMasked, hasMaskStatus);
      }
      ok(session.causes.filter(({ reason }) => reason !== "ticket_status").length < 2);
    });
    expectMet(met);
  });

  it("never changes how a session ended", () => {
    const met = { wasEnded: 0 };
    always(({ before, session }) => {
      if (!before.ended) return;
      met.wasEnded += 1;
      deepEqual(session.ended, before.ended);
    });
    expectMet(met);
  });

  it("returns a deadline whenever a timer runs, and never one in the past", () => {
    const met = { hasDeadline: 0, hasNone: 0, isPresent: 0, isSilent: 0 };
    always(({ session, settings, deadlineAt, now }) => {
      equal(deadlineAt, deadlineOf(session, settings));
      if (deadlineAt === null) {
        met.hasNone += 1;
      } else {
        met.hasDeadline += 1;
        ok(deadlineAt > now);
      }
      if (session.pages.some(isAlive) || session.presence === "online") {
        met.isPresent += 1;
        notEqual(deadlineAt, null);
      }
      const { enabled, anchor } = settings.capacity.autoRelease;
      const mayWaitForReply =
        session.assignee !== null && enabled && anchor === "agent_first_reply";
      if (isEngaged(session) && session.presence !== "online" && !mayWaitForReply) {
        met.isSilent += 1;
        notEqual(deadlineAt, null);
      }
    });
    expectMet(met);
  });

  it("numbers transitions without a gap, each starting where the one before ended", () => {
    const met = { hasNext: 0 };
    always(({ before, session, transitions }) => {
      for (const [index, { seq }] of transitions.entries()) equal(seq, before.seq + index + 1);
      equal(session.seq, before.seq + transitions.length);
      for (const [index, transition] of transitions.entries()) {
        const next = transitions[index + 1];
        if (!next) continue;
        ok(next.at >= transition.at);
        if (next.cause === "settings_changed") continue;
        met.hasNext += 1;
        deepEqual(next.from, transition.to);
      }
    });
    expectMet(met);
  });

  it("fires a trigger at most once per input or timer", () => {
    const met = { firesAfterAnother: 0 };
    always(({ transitions }) => {
      let fired: string[] = [];
      for (const { cause, triggers } of transitions) {
        if (cause !== "trigger") fired = [];
        if (cause === "trigger" && fired.length > 0) met.firesAfterAnother += 1;
        ok(!fired.includes(triggers[0] ?? "none"));
        fired.push(...triggers);
      }
    });
    expectMet(met, numRuns / 400);
  });

  it("moves the base and the last response only forward, unless presence is no longer read", () => {
    let moved = 0;
    always(({ input, before, session }) => {
      if (input.type === "settings_changed" || input.type === "described") return;
      if (before.begunAt === null) return;
      if (session.baseAt !== before.baseAt) moved += 1;
      ok(session.baseAt >= before.baseAt);
      ok((session.lastResponseAt ?? 0) >= (before.lastResponseAt ?? 0));
    });
    expect(moved).toBeGreaterThan(numRuns / 10);
  });

  it("keeps a session's lists bounded, whatever is reported", () => {
    const settings = resolveSettings({ "presence.mode": "on" }, []);
    let session = createSession({ id: "s", channel: "web_widget" }, START);
    for (let index = 0; index < 200; index += 1) {
      const page = { page: `page_${index}`, gen: 0, seq: 1, visible: true, armed: false };
      for (const input of [
        { type: "bound", hash: `hash_${index}` },
        { type: "agent_message" },
        { type: "signal", signal: "open", ...page },
        ...(index % 2 === 0 ? [{ type: "leave", ...page, to: "gone" } as const] : []),
      ] as const) {
        session = reduce(session, input, START + index, settings).session;
      }
    }
    expect(session.bindings).toHaveLength(8);
    expect(session.bindings.at(-1)).toBe("hash_199");
    expect(session.agentRepliesAt).toHaveLength(16);
    // Living ones, the one that stands for further ones, and those that are gone.
    expect(session.pages.length).toBeLessThanOrEqual(32 + 1 + 16);
  });

  it("returns the same session for an input that changes nothing", () => {
    always(({ session, settings, now }) => {
      for (const input of [{ type: "tick" }, { type: "activity" }] as const) {
        equal(reduce(session, input, now, settings).session, session);
      }
    });
  });
});

describe("a history", () => {
  it("has the same outcome whenever the sweep runs", () => {
    const met = { hasTransitionsAndMoreSweeps: 0 };
    fc.assert(
      fc.property(history, fc.array(fc.nat({ max: 100 }), { maxLength: 20 }), (given, cuts) => {
        const swept = withTicks(given, cuts);
        const outcome = run(given);
        const isSweptMore = swept.steps.length > given.steps.length;
        if (isSweptMore && outcome.transitions.length > 0) met.hasTransitionsAndMoreSweeps += 1;
        deepEqual(run(swept), outcome);
      }),
      { numRuns },
    );
    expectMet(met);
  });

  it("gives the same transitions when it is replayed", () => {
    const met = { hasTransitions: 0 };
    fc.assert(
      fc.property(history, (given) => {
        const outcome = run(given);
        if (outcome.transitions.length > 0) met.hasTransitions += 1;
        expect(run(structuredClone(given))).toEqual(outcome);
      }),
      { numRuns: numRuns / 10 },
    );
    expectMet(met);
  });
});

/** The same history with additional sweeps: each step is cut in two by a tick. */
function withTicks(given: History, cuts: readonly number[]): History {
  const steps = given.steps.flatMap(({ afterMs, input }, index): Step[] => {
    const cut = cuts[index];
    // No sweep runs during an outage; the last one ran before it.
    if (cut === undefined || input.type === "outage") return [{ afterMs, input }];
    const firstMs = Math.floor((afterMs * cut) / 100);
    return [
      { afterMs: firstMs, input: { type: "tick" } },
      { afterMs: afterMs - firstMs, input },
    ];
  });
  return { ...given, steps };
}

describe("the pages of a session", () => {
  const settings = resolveSettings({ "presence.mode": "on" }, []);
  const fresh = createSession({ id: "s", channel: "web_widget" }, START);
  const open = (page: string, gen: number, seq: number): Input => ({
    type: "signal",
    signal: "open",
    page,
    gen,
    seq,
    visible: true,
    armed: false,
  });
  const presentAfter = (inputs: readonly Input[]) => {
    let session = fresh;
    for (const input of inputs) session = reduce(session, input, START, settings).session;
    return new Set(session.pages.filter(isAlive).map(({ id, gen }) => `${id}${gen}`));
  };

  it("are the same in whichever order their signals arrive", () => {
    const met = { isAnyPresent: 0 };
    fc.assert(
      fc.property(
        fc
          .uniqueArray(signal, { maxLength: 10, selector: (input) => JSON.stringify(input) })
          .chain((inputs) =>
            fc.tuple(
              fc.constant(inputs),
              fc.shuffledSubarray(inputs, { minLength: inputs.length }),
            ),
          ),
        ([inputs, shuffled]) => {
          const present = presentAfter(inputs);
          const isReordered = shuffled.some((input, index) => input !== inputs[index]);
          if (isReordered && present.size > 0) met.isAnyPresent += 1;
          deepEqual(presentAfter(shuffled), present);
        },
      ),
      { numRuns },
    );
    expectMet(met);
  });

  it("do not change by duplicate signals", () => {
    const met = { isAnyPresent: 0 };
    fc.assert(
      fc.property(fc.array(signal, { maxLength: 10 }), (inputs) => {
        const present = presentAfter(inputs);
        if (present.size > 0) met.isAnyPresent += 1;
        deepEqual(presentAfter(inputs.flatMap((input) => [input, input])), present);
      }),
      { numRuns },
    );
    expectMet(met);
  });

  it("survive a late leave of a lower generation or of another page", () => {
    fc.assert(
      fc.property(fc.array(signal, { maxLength: 10 }), fc.nat({ max: 3 }), (inputs, lateGen) => {
        const living = [...inputs, open("a", 9, 1), open("b", 9, 1)];
        const late: Input = { type: "leave", page: "a", gen: lateGen, to: "gone" };
        deepEqual(presentAfter([...living, late]), presentAfter(living));
      }),
      { numRuns },
    );
  });

  it("alone decide presence, independent of what the desk reports", () => {
    const met = { online: 0, offline: 0 };
    fc.assert(
      fc.property(history, (given) => {
        const isOfPages = (input: Input) => !["settings_changed", "described"].includes(input.type);
        const steps = given.steps.filter(({ input }) => isOfPages(input));
        const alone = steps.map((step): Step => {
          const ofPages = ["signal", "leave", "outage", "unheard", "heard"];
          const isDesk = !ofPages.includes(step.input.type);
          return isDesk ? { ...step, input: { type: "tick" } } : step;
        });
        // Fixed leases, since by default a lease depends on the session's state.
        const { presence } = given.settings;
        const settings = { ...given.settings, presence: { ...presence, leaseMs: fixedLeases } };
        const withDesk = run({ ...given, settings, steps });
        const withoutDesk = run({ ...given, settings, steps: alone });
        const hasDeskInput = alone.some(({ input }, index) => input !== steps[index]?.input);
        const { session } = withDesk;
        if (hasDeskInput && session.presence !== "unknown") met[session.presence] += 1;
        equal(session.presence, withoutDesk.session.presence);
        deepEqual(session.pages, withoutDesk.session.pages);
      }),
      { numRuns },
    );
    expectMet(met);
  });
});

const fixedLeases = { visible: 30_000, hidden: 60_000, frozen: 90_000 };
