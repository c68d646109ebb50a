import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cadenceForSignal } from "./cadence.ts";
import type { SignalInput } from "./input.ts";
import { leaseOf, renew, renewalOf, renewLease } from "./lease.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { history, run, type StepOutcome } from "./testing/histories.ts";

/** Histories per property; a soak runs millions. A failure prints its seed. */
const numRuns = Number(process.env["RUNS"] ?? 20_000);

/** A page beats as it spoke last, with a number and after a while of which some coincide with deadlines. */
function beatsAfter(
  { session, now, settings }: StepOutcome,
  numbers: readonly number[],
  waitMs: number,
) {
  return session.pages.flatMap(({ id, gen, visibility }) => {
    const [beat] = numbers.map((seq) =>
      beatOf(id, seq, { gen, visible: visibility === "visible" }),
    );
    const lease = beat && leaseOf(session, beat, settings);
    if (!lease) return [];
    const { leaseMs, leaseUntil, othersAt } = lease;
    const instants = [now, now + waitMs, leaseUntil - 1, leaseUntil, othersAt - 1, othersAt];
    const later = instants.filter((at) => at >= now && at < now + 2 * leaseMs);
    return later.flatMap((at) => numbers.map((seq) => ({ beat: { ...beat, seq }, lease, at })));
  });
}

function beatOf(page: string, seq: number, change: Partial<SignalInput> = {}): SignalInput {
  const said = { gen: 0, seq, visible: true, armed: true };
  return { type: "signal", signal: "beat", page, ...said, ...change };
}

describe("a lease", () => {
  it("is renewed to what the rules make of the same beat, or they are asked", () => {
    let renewals = 0;
    const numbers = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 3 });
    const waitMs = fc.nat({ max: 60_000 });
    fc.assert(
      fc.property(history, numbers, waitMs, fc.boolean(), (given, seqs, wait, armed) => {
        run(given, (moment) => {
          const { session, settings } = moment;
          for (const { beat, lease, at } of beatsAfter(moment, seqs, wait)) {
            const renewal = renewLease(lease, beat.seq, at);
            const reduced = reduce(session, { ...beat, armed }, at, settings);
            if (!renewal) continue;
            renewals += 1;
            // Plain assertions: those of the test runner take longer than all the rest.
            deepEqual(reduced.transitions, []);
            deepEqual(renew(session, renewal), reduced.session);
            equal(renewal.deadlineAt, reduced.deadlineAt);
            equal(lease.nextMs, cadenceForSignal(reduced.session, beat, settings));
            // So it may be renewed again and again.
            const { seq, leaseUntil } = renewal;
            deepEqual(leaseOf(reduced.session, beat, settings), { ...lease, seq, leaseUntil });
          }
        });
      }),
      { numRuns },
    );
    // A property that never meets its case holds nothing.
    expect(renewals).toBeGreaterThan(numRuns / 2);
  });

  it("is not renewed at the instant at which a timer is due, nor by a number already heard", () => {
    const lease = { seq: 4, leaseUntil: 5_000, leaseMs: 3_000, othersAt: 6_000, nextMs: 2_000 };
    expect(renewLease(lease, 5, 4_999)).toEqual({ seq: 5, leaseUntil: 7_999, deadlineAt: 6_000 });
    expect(renewLease(lease, 5, 5_000)).toBeNull();
    expect(renewLease({ ...lease, leaseUntil: 9_000 }, 5, 6_000)).toBeNull();
    expect(renewLease(lease, 4, 4_000)).toBeNull();
  });

  it("is there for a beat as the page that was heard last would send it, and no other", () => {
    const settings = resolveSettings({ "presence.mode": "on" }, []);
    const session = createSession({ id: "s", channel: "web_widget" }, 1_000_000);
    const steps = ["a", "b"].map((page) => ({ afterMs: 1_000, input: beatOf(page, 0) }));
    const { session: heard } = run({ session, settings, steps });
    const [a, b] = heard.pages;
    expect(leaseOf(heard, beatOf("b", 0), settings)).toMatchObject({
      leaseUntil: b?.leaseUntil,
      othersAt: a?.leaseUntil,
    });
    const others = [beatOf("a", 0), beatOf("b", 0, { gen: 1 }), beatOf("b", 0, { visible: false })];
    for (const other of others) expect(leaseOf(heard, other, settings)).toBeNull();
  });

  it("is absent for a beat that was overtaken, with another proof than its page has", () => {
    const settings = resolveSettings({ "presence.mode": "on" }, []);
    const session = createSession({ id: "s", channel: "web_widget" }, 1_000_000);
    const newer = beatOf("p", 2, { openedBy: "newer" });
    const older = beatOf("p", 1, { openedBy: "older" });
    const steps = [newer, older].map((input) => ({ afterMs: 1_000, input }));
    const { session: heard } = run({ session, settings, steps });
    expect(leaseOf(heard, newer, settings)).not.toBeNull();
    expect(leaseOf(heard, older, settings)).toBeNull();
  });
});

describe("a renewal", () => {
  it("says all that has changed, or there is none", () => {
    let renewals = 0;
    fc.assert(
      fc.property(history, (given) => {
        let before: Session | null = null;
        run(given, ({ session }) => {
          const renewal = before && renewalOf(before, session);
          if (before && renewal) {
            renewals += 1;
            deepEqual(renew(before, renewal), session);
          }
          before = session;
        });
      }),
      { numRuns: 2_000 },
    );
    expect(renewals).toBeGreaterThan(200);
  });

  it("is what a beat comes to; of several the last says it all", () => {
    const seen: Session[] = [];
    const beat = (seq: number) => ({ afterMs: 9_000, input: beatOf("p", seq) });
    run(
      {
        session: createSession({ id: "s", channel: "web_widget" }, 1_000_000),
        settings: resolveSettings({ "presence.mode": "on" }, []),
        steps: [beat(1), beat(2), beat(3)],
      },
      ({ session }) => seen.push(session),
    );
    const [first, second, third] = seen.slice(-3) as [Session, Session, Session];
    const [one, two] = [renewalOf(first, second), renewalOf(second, third)];
    expect(one).toEqual({ seq: 2, leaseUntil: second.pages[0]?.leaseUntil });
    expect(two && renew(first, two)).toEqual(third);
  });
});
