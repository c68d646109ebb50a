/**
 * Generates histories of an account: a few sessions that share agents, settings and a queue, with
 * repeated event ids, and times that often coincide with deadlines.
 * @module
 */

import fc from "fast-check";
import type { Input } from "../../core/input.ts";
import { END_REASONS, TICKET_STATUSES } from "../../core/lists.ts";
import { overrides, seconds, signal, triggers } from "../../core/testing/histories.ts";
import type { History, Operation, Step, Submission } from "../history.ts";

/** One id needs escaping. They are in several partitions of Redis, and in two of two shards. */
export const SESSIONS = ["a", "b", "{c}: ü 1"] as const;
const session = fc.constantFrom(...SESSIONS);
const agent = fc.constantFrom("agent_1", "agent two");
const hash = fc.constantFrom("hash_1", "hash_2");

const create: fc.Arbitrary<Submission["create"]> = fc.record({
  channel: fc.constantFrom("web_widget", "web_widget", "web_widget", "ios"),
  user: fc.constantFrom(null, "u_1", "u 2"),
  assignee: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, agent),
});

const ticket = fc.oneof(
  fc.record({ status: fc.constantFrom(...TICKET_STATUSES) }),
  fc.record({ group: fc.constantFrom("one", "two", null), priority: fc.constant("high") }),
  fc.record({ id: fc.constant("4711"), tags: fc.subarray(["a", "b", 'c "d"']) }),
);

/** Two desks have the same ticket number. */
const LINKS = [
  { desk: "zd", conversation: "talk 1", ticket: "4711" },
  { desk: "cw", conversation: "talk 1", ticket: "4711" },
  { desk: "zd", conversation: "talk 2", ticket: null },
];

/** Milliseconds from the start of the history, like `sentAt`. */
const happenedAt = seconds.map((each) => each * 1000);

const input = fc.oneof(
  { weight: 12, arbitrary: signal },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("end_user_message"),
      sentAt: fc.oneof(
        fc.constant(null),
        seconds.map((each) => each * 1000),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "agent_message" }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("agent_message"), happenedAt }) },
  { weight: 1, arbitrary: fc.constant({ type: "activity" }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("ticket_updated"), ticket }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("ticket_updated"), ticket, happenedAt }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("assigned"), agent }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("assigned"), agent, happenedAt }) },
  { weight: 1, arbitrary: fc.constant({ type: "unassigned", requeue: false }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("bound"), hash }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("described"),
      channel: fc.constantFrom("web_widget", "ios"),
      user: fc.constantFrom("u_1", null),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("described"),
      links: fc.subarray(LINKS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("session_ended"),
      reason: fc.constantFrom(...END_REASONS),
    }),
  },
) as fc.Arbitrary<Input>;

/** What a page has to prove: nothing more, that it is known, or that its proof has opened it. */
const KNOWN_BY = ["nothing", "nothing", "nothing", "id", "proof"] as const;

function knownPageOf(
  inputs: readonly Input[],
  knownBy: (typeof KNOWN_BY)[number],
): Submission["knownPage"] {
  const first = inputs.find((each) => each.type === "signal" || each.type === "leave");
  if (!first || knownBy === "nothing") return null;
  const openedBy = first.type === "signal" ? first.openedBy : undefined;
  return { id: first.page, openedBy: knownBy === "proof" ? (openedBy ?? "token_1") : null };
}

export const submission: fc.Arbitrary<Submission> = fc
  .record({
    type: fc.constant("submit" as const),
    session,
    inputs: fc.array(input, { minLength: 1, maxLength: 2 }),
    create: fc.option(create, { freq: 4, nil: null }),
    eventId: fc.option(fc.constantFrom("e1", "e2", "e3"), { freq: 2, nil: null }),
    binding: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, hash),
    knownBy: fc.constantFrom(...KNOWN_BY),
  })
  .map(({ knownBy, ...each }) => ({ ...each, knownPage: knownPageOf(each.inputs, knownBy) }));

export const settings: fc.Arbitrary<Operation> = fc
  .record({
    overrides,
    mode: fc.constantFrom("on", "on", "shadow", "off"),
    onReturn: fc.constantFrom("exceed", "requeue"),
    triggers: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, triggers),
  })
  .map(({ overrides, mode, onReturn, triggers }) => ({
    type: "settings",
    overrides: { ...overrides, "presence.mode": mode, "capacity.onReturn": onReturn },
    triggers,
  }));

const merge = fc.record({
  type: fc.constant("merge" as const),
  session,
  into: session,
  failsAfter: fc.constant(null),
});

export const interruptedMerge: fc.Arbitrary<Operation> = fc
  .tuple(merge, fc.constantFrom(null, null, 1, 2))
  .map(([each, failsAfter]) => ({ ...each, failsAfter }));

export const agentCapacity: fc.Arbitrary<Operation> = fc.record({
  type: fc.constant("agent"),
  id: agent,
  capacity: fc.nat({ max: 2 }),
});

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 20, arbitrary: submission },
  { weight: 1, arbitrary: settings },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("erase" as const), session }) },
  { weight: 1, arbitrary: merge },
  { weight: 1, arbitrary: agentCapacity },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("prune" as const),
      olderThanMs: seconds.map((each) => each * 1000),
    }),
  },
);

const step = fc.record({
  afterMs: seconds.map((each) => each * 1000),
  wasDown: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  operations: fc.array(operation, { maxLength: 5 }),
});

/** Repeated beats of one page, some of them doubled, with other operations in between. */
const repeatedBeats: fc.Arbitrary<Step[]> = fc
  .record({
    session,
    page: fc.constantFrom("a", "b"),
    visible: fc.boolean(),
    openedBy: fc.constantFrom("token_1", "token_2"),
    isExpired: fc.boolean(),
    first: fc.integer({ min: 7, max: 1_000 }),
    beats: fc.array(
      fc.record({
        afterMs: fc.constantFrom(0, 1_000, 5_000, 10_000, 10_000, 15_000),
        before: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.tuple(operation)),
        twice: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
        after: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.tuple(operation)),
      }),
      { minLength: 3, maxLength: 8 },
    ),
  })
  .map(({ session, page, visible, openedBy, isExpired, first, beats }) => {
    const beat = (seq: number): Submission => ({
      type: "submit",
      session,
      inputs: [
        {
          type: "signal",
          signal: "beat",
          page,
          gen: 2,
          seq: first + seq,
          visible,
          armed: true,
          openedBy,
        },
      ],
      create: seq === 0 ? { channel: "web_widget" } : null,
      eventId: null,
      binding: null,
      knownPage: isExpired && seq > 0 ? { id: page, openedBy } : null,
    });
    return beats.map(({ afterMs, before, twice, after }, index) => ({
      afterMs,
      wasDown: false,
      operations: [...before, beat(2 * index), ...(twice ? [beat(2 * index + 1)] : []), ...after],
    }));
  });

/** Begins with settings, because presence is off by default. */
export const history: fc.Arbitrary<History> = fc
  .tuple(
    settings,
    fc.array(fc.oneof({ weight: 2, arbitrary: step.map((each) => [each]) }, repeatedBeats), {
      minLength: 2,
      maxLength: 12,
    }),
  )
  .map(([first, steps]) => ({
    steps: [{ afterMs: 0, wasDown: false, operations: [first] }, ...steps.flat()],
  }));
