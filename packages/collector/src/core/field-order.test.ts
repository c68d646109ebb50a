import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Input } from "./input.ts";
import { TICKET_STATUSES } from "./lists.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";

const START = 1_000_000;
const settings = resolveSettings({ "presence.mode": "on" }, []);
const numRuns = Number(process.env["RUNS"] ?? 20_000);

/** All arrive in one second, after the last of them happened. */
function after(inputs: readonly Input[], given = createSession(FRESH, START)): Session {
  return inputs.reduce(
    (session, input, index) => reduce(session, input, START + 60_000 + index, settings).session,
    given,
  );
}

const FRESH = { id: "s", channel: "web_widget" };

const status = fc.constantFrom(...TICKET_STATUSES);
const patch = fc.record(
  {
    id: fc.constantFrom("1", "2"),
    status,
    priority: fc.constantFrom("low", "high", null),
    group: fc.constantFrom("one", "two", null),
    tags: fc.subarray(["a", "b"]),
    routingChannel: fc.constantFrom("messaging", "email"),
  },
  { requiredKeys: [] },
);
const deskEvent = fc.oneof(
  fc.record({ type: fc.constant("ticket_updated"), ticket: patch }),
  fc.record({ type: fc.constant("assigned"), agent: fc.constantFrom("ann", "bob") }),
  fc.constant({ type: "unassigned", requeue: false }),
) as fc.Arbitrary<Input>;

const happenedAt = fc.integer({ min: START - 2, max: START + 9 });

/** Events with distinct times, in the order in which they happened, and in another. */
const shuffledEvents = fc
  .uniqueArray(fc.tuple(deskEvent, happenedAt), { maxLength: 6, selector: ([, at]) => at })
  .map((pairs) => pairs.sort(([, a], [, b]) => a - b))
  .map((pairs) => pairs.map(([event, at]) => ({ ...event, happenedAt: at }) as Input))
  .chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      status,
    ),
  );

describe("events of the desk", () => {
  it("end with the same ticket and assignee in whichever order they arrive", () => {
    const met = { opened: 0, shuffled: 0 };
    fc.assert(
      fc.property(shuffledEvents, ([events, shuffled, status]) => {
        const fresh = createSession({ ...FRESH, ticket: { status } }, START);
        const inOrder = after(events, fresh);
        const outOfOrder = after(shuffled, fresh);
        if (events.some((event, index) => event !== shuffled[index])) met.shuffled += 1;
        if (status === "new" && inOrder.ticket.status === "open") met.opened += 1;
        expect(outOfOrder.ticket).toEqual(inOrder.ticket);
        expect(outOfOrder.assignee).toEqual(inOrder.assignee);
      }),
      { numRuns },
    );
    expect(met.shuffled).toBeGreaterThan(numRuns / 3);
    expect(met.opened).toBeGreaterThan(numRuns / 100);
  });

  it("count by their arrival where they happened at the same time", () => {
    fc.assert(
      fc.property(fc.array(deskEvent, { maxLength: 6 }), (events) => {
        const timed = events.map((event) => ({ ...event, happenedAt: START }) as Input);
        const [byTime, byArrival] = [after(timed), after(events)];
        expect(byTime.ticket).toEqual(byArrival.ticket);
        expect(byTime.assignee).toEqual(byArrival.assignee);
      }),
      { numRuns: numRuns / 10 },
    );
  });

  it("never set the time of a field back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(deskEvent, happenedAt), { maxLength: 6 }), (pairs) => {
        let before = createSession(FRESH, START);
        for (const [event, at] of pairs) {
          const session = after([{ ...event, happenedAt: at } as Input], before);
          for (const [field, was] of Object.entries(before.fieldsSetAt)) {
            const is = session.fieldsSetAt[field as keyof typeof session.fieldsSetAt];
            expect(is).toBeGreaterThanOrEqual(was);
          }
          before = session;
        }
      }),
      { numRuns: numRuns / 10 },
    );
  });
});

describe("an event from the past", () => {
  const late = { type: "assigned", agent: "ann", happenedAt: START - 500_000 } as const;

  it("has its effects at its receipt", () => {
    const { session, transitions } = reduce(
      after([{ type: "end_user_message", sentAt: null }]),
      { type: "ticket_updated", ticket: { status: "pending" }, happenedAt: START - 5_000 },
      START + 70_000,
      settings,
    );
    expect(transitions).toMatchObject([{ at: START + 70_000, to: { reason: "ticket_status" } }]);
    expect(session.causes).toEqual([{ reason: "ticket_status", at: START + 70_000 }]);
  });

  it("begins a session even if all that it reports is outdated", () => {
    const described = after([{ type: "unassigned", requeue: false }, late]);
    const report = { type: "ticket_updated", ticket: {}, happenedAt: START - 5_000 } as const;
    expect(after([report], described).begunAt).toBe(START + 60_000);
  });

  it("does not change the assignee that a return to the queue has set since", () => {
    const requeued = after([
      { type: "assigned", agent: "ann" },
      { type: "unassigned", requeue: true },
    ]);
    expect(after([late], requeued).assignee).toBeNull();
  });

  it("still opens the ticket that was new then", () => {
    const session = after([{ type: "unassigned", requeue: false }, late]);
    expect(session.assignee).toBeNull();
    expect(session.ticket.status).toBe("open");
  });
});
