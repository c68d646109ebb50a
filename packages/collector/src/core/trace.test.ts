import fc from "fast-check";
import { expect, it } from "vitest";
import { LEAVE_DESTINATIONS } from "./lists.ts";
import { reduce } from "./reduce.ts";
import { createSession } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { decodeTrace, encodeTrace, type Fact, factsOf, MAX_FACTS } from "./trace.ts";

const START = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const settings = resolveSettings({ "presence.mode": "on" }, []);
const message = { type: "end_user_message", sentAt: null } as const;

const at = fc.integer({ min: START - DAY_MS, max: START + 30 * DAY_MS });
const ms = fc.nat(DAY_MS);
const page = fc.stringMatching(/^[\w.-]{1,24}$/);
const to = fc.constantFrom(null, ...LEAVE_DESTINATIONS);
const pageFact = fc.constantFrom(...(["opened", "shown", "hidden", "frozen", "returned"] as const));
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ at, type: pageFact, page }),
  fc.record({ at, type: fc.constant("left" as const), page, to, bufferMs: ms }),
  fc.record({ at, type: fc.constant("lease_ended" as const), page, leaseMs: ms, bufferMs: ms }),
  fc.record({ at, type: fc.constant("agent_message" as const) }),
  fc.record({ at, type: fc.constant("end_user_message" as const) }),
  fc
    .tuple(at, ms)
    .map(([at, earlier]) => ({ at, type: "end_user_message" as const, sentAt: at - earlier })),
);

it("reads every trace as it was written", () => {
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 40 }), (facts) => {
      expect(decodeTrace(encodeTrace(facts, START), START)).toEqual(facts);
    }),
    { numRuns: 500 },
  );
});

it("takes 6 characters for a usual fact, and a page's id once", () => {
  const page = "k3JZ9w2LmQ";
  const facts: Fact[] = [
    { at: START, type: "opened", page },
    { at: START + 20_000, type: "end_user_message" },
    { at: START + 60_000, type: "hidden", page },
    { at: START + 90_000, type: "shown", page },
    { at: START + 95_000, type: "agent_message" },
  ];
  expect(encodeTrace(facts, START).length).toBeLessThanOrEqual(page.length + 6 * facts.length);
});

it("keeps the last 200 facts, and forgets pages that none of them has", () => {
  let session = createSession({ id: "s", channel: "web_widget" }, START);
  for (let number = 0; number < 600; number += 1) {
    const id = `page_${Math.floor(number / 100)}`;
    const input = {
      ...({ type: "signal", signal: "beat", page: id, gen: 0, seq: number } as const),
      ...{ visible: number % 2 === 0, armed: false },
    };
    session = reduce(session, input, START + number * 1_000, settings).session;
  }
  const facts = factsOf(session);
  expect(facts).toHaveLength(MAX_FACTS);
  expect(facts.at(-1)?.at).toBe(START + 599_000);
  expect(facts[0]?.at).toBeGreaterThanOrEqual(START + 399_000);
  expect(session.trace).not.toContain("page_1");
  expect(session.trace.length).toBeLessThan(2_500);
});

it("drops what is older than the setting allows, with anything that happens and on a tick", () => {
  const fresh = createSession({ id: "s", channel: "web_widget" }, START);
  const first = reduce(fresh, message, START, settings).session;
  const later = START + 7 * DAY_MS + 1;
  const second = reduce(first, message, later, settings).session;
  expect(factsOf(second)).toEqual([{ at: later, type: "end_user_message" }]);
  expect(reduce(first, { type: "tick" }, later - 1, settings).session.trace).toBe(first.trace);
  expect(reduce(first, { type: "tick" }, later, settings).session.trace).toBe("");
});

it("leaves out what it cannot read", () => {
  expect(decodeTrace("p|0O0 ?? 5X0 aO9 bA", START)).toEqual([
    { at: START, type: "opened", page: "p" },
    { at: START + 11, type: "agent_message" },
  ]);
});
