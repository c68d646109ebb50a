/**
 * Generated histories: a session, its settings, and any inputs, at instants that often coincide
 * with deadlines.
 * @module
 */

import fc from "fast-check";
import type { Input } from "../input.ts";
import { END_REASONS, TICKET_STATUSES } from "../lists.ts";
import { reduce } from "../reduce.ts";
import { createSession, type Session } from "../session.ts";
import type { Settings } from "../settings.ts";
import { resolveSettings } from "../settings-resolve.ts";
import type { Overrides } from "../settings-schema.ts";
import type { Transition } from "../transition.ts";
import type { Action, Condition, Trigger } from "../trigger.ts";

export interface Step {
  /** Milliseconds since the previous step. */
  readonly afterMs: number;
  readonly input: Input;
}

export interface History {
  readonly session: Session;
  readonly settings: Settings;
  readonly steps: readonly Step[];
}

/** The session before and after one step. */
export interface StepOutcome {
  readonly now: number;
  readonly input: Input;
  readonly before: Session;
  readonly session: Session;
  readonly settings: Settings;
  readonly deadlineAt: number | null;
  readonly transitions: readonly Transition[];
}

/** When histories begin: not at 0, so that an instant that was left at 0 is noticed. */
export const START = 1_000_000;

/** Few round values, so that leases, buffers and deadlines often coincide. */
export const seconds = fc.constantFrom(0, 0, 1, 5, 10, 15, 20, 30, 60, 180, 300, 600, 900);

export const overrides: fc.Arbitrary<Overrides> = fc.record({
  "presence.mode": fc.constantFrom("on", "on", "on", "off"),
  "presence.bufferSeconds": fc.constantFrom(0, 15, 30),
  "presence.closeBufferSeconds": fc.constantFrom(0, 5, 30),
  "presence.navigationBufferSeconds": fc.constantFrom(15, 20, 60),
  "presence.awayBufferSeconds": fc.constantFrom(15, 180),
  "presence.leaseSeconds.visible": fc.constantFrom(null, 30),
  "presence.channels": fc.constantFrom(["web_widget"], ["web_widget", "sunco_web"]),
  "inactivity.seconds": fc.constantFrom(60, 600),
  "inactivity.onlineHolds": fc.constantFrom("queued", "never", "always"),
  "capacity.countInactive": fc.boolean(),
  "capacity.autoRelease.enabled": fc.boolean(),
  "capacity.autoRelease.seconds": fc.constantFrom(180, 300, 900),
  "capacity.autoRelease.anchor": fc.constantFrom("end_user_response", "agent_first_reply"),
  "capacity.autoRelease.setStatus": fc.constantFrom(null, "pending", "solved", "closed"),
  routing: fc.constantFrom("messaging", "omnichannel"),
  reopenOnResponse: fc.boolean(),
});

const tags = fc.subarray(["a", "b", "c"], { minLength: 1 });

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    field: fc.constant("session.state" as const),
    op: fc.constantFrom("is", "is_not", "changed", "changed_to", "changed_from"),
    value: fc.constantFrom("none", "active", "inactive", "ended"),
  }),
  fc.record({
    field: fc.constant("session.reason" as const),
    op: fc.constantFrom("is", "changed_to"),
    value: fc.constantFrom("user_offline", "user_inactive_or_offline", "ticket_status"),
  }),
  fc.record({
    field: fc.constant("ticket.status" as const),
    op: fc.constantFrom("is", "changed_to", "less_than", "greater_than"),
    value: fc.constantFrom(...TICKET_STATUSES),
  }),
  fc.record({
    field: fc.constant("ticket.tags" as const),
    op: fc.constantFrom("includes", "excludes", "changed"),
    value: tags,
  }),
);

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ type: fc.constant("set_status"), value: fc.constantFrom(...TICKET_STATUSES) }),
  fc.record({ type: fc.constant("add_tags"), value: tags }),
  fc.record({ type: fc.constant("remove_tags"), value: tags }),
  fc.record({ type: fc.constant("set_group"), value: fc.constantFrom("one", "two", null) }),
  fc.record({
    type: fc.constant("set_routing_channel"),
    value: fc.constantFrom("email", "messaging"),
  }),
  fc.constant({ type: "end_session" }),
  fc.record({ type: fc.constant("notify_webhook"), value: fc.constant("hook") }),
) as fc.Arbitrary<Action>;

export const triggers: fc.Arbitrary<Trigger[]> = fc
  .array(
    fc.record({
      enabled: fc.boolean(),
      all: fc.array(condition, { maxLength: 2 }),
      any: fc.array(condition, { maxLength: 1 }),
      actions: fc.array(action, { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 3 },
  )
  .map((list) => list.map((trigger, index) => ({ name: `trigger ${index}`, ...trigger })));

export const settings: fc.Arbitrary<Settings> = fc
  .tuple(overrides, fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, triggers))
  .map(([set, list]) => resolveSettings(set, list));

const page = fc.constantFrom("a", "b", "c");
const gen = fc.nat({ max: 2 });

export const signal: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("signal"),
      signal: fc.constantFrom("open", "beat", "hidden", "visible", "freeze", "resume"),
      page,
      gen,
      seq: fc.nat({ max: 6 }),
      visible: fc.boolean(),
      armed: fc.boolean(),
      openedBy: fc.constantFrom("token_1", "token_1", "token_2"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("leave"),
      page,
      gen,
      to: fc.constantFrom("page", "away", "gone", null),
    }),
  },
) as fc.Arbitrary<Input>;

const deskTime = fc
  .integer({ min: START - 60_000, max: START + 900_000 })
  .map((at) => at - (at % 1000));

/** Sometimes with the time at which the desk says that it happened. */
function timed(type: string, fields: Record<string, fc.Arbitrary<unknown>>) {
  const input = fc.record({ type: fc.constant(type), ...fields });
  const happenedAt = fc.option(deskTime, { freq: 2, nil: null });
  return fc
    .tuple(input, happenedAt)
    .map(([given, at]) => (at === null ? given : { ...given, happenedAt: at }));
}

const deskInput: fc.Arbitrary<Input> = fc.oneof(
  timed("end_user_message", { sentAt: fc.oneof(fc.constant(null), deskTime) }),
  timed("agent_message", {}),
  fc.constant({ type: "activity" }),
  timed("ticket_updated", {
    ticket: fc.oneof(
      fc.record({ status: fc.constantFrom(...TICKET_STATUSES) }),
      fc.record({ tags }),
      fc.record({ routingChannel: fc.constantFrom("email", "messaging") }),
    ),
  }),
  timed("assigned", { agent: fc.constantFrom("agent_1", "agent_2") }),
  timed("unassigned", { requeue: fc.boolean() }),
) as fc.Arbitrary<Input>;

const rareInput: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ type: fc.constant("session_ended"), reason: fc.constantFrom(...END_REASONS) }),
  fc.record({ type: fc.constant("settings_changed"), settings }),
  fc.record({ type: fc.constant("described"), channel: fc.constantFrom("web_widget", "ios") }),
  fc.record({
    type: fc.constant("described"),
    links: fc.constantFrom([], [{ desk: "zd", conversation: "c", ticket: "7" }]),
  }),
  fc.record({
    type: fc.constant("described"),
    linked: fc.record({
      link: fc.record({
        desk: fc.constantFrom("zd", "main"),
        conversation: fc.constant("c"),
        ticket: fc.constantFrom(null, "7", "8"),
      }),
      user: fc.constant("u"),
    }),
  }),
) as fc.Arbitrary<Input>;

const input = fc.oneof(
  { weight: 12, arbitrary: signal },
  { weight: 10, arbitrary: deskInput },
  { weight: 2, arbitrary: rareInput },
  { weight: 2, arbitrary: fc.constant<Input>({ type: "tick" }) },
  // `fromAt` is relative here; `run` sets it to an instant before the step.
  {
    weight: 1,
    arbitrary: seconds.map((s): Input => ({ type: "outage", fromAt: -s * 1000 })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Input>(
      { type: "unheard" },
      { type: "unheard", excusedBefore: Number.MAX_SAFE_INTEGER },
      { type: "heard" },
    ),
  },
);

const step: fc.Arbitrary<Step> = fc.record({ afterMs: seconds.map((s) => s * 1000), input });

export const history: fc.Arbitrary<History> = fc.record({
  session: fc
    .record({
      id: fc.constant("s"),
      channel: fc.constantFrom("web_widget", "web_widget", "web_widget", "ios"),
      assignee: fc.constantFrom(null, null, "agent_1"),
    })
    .map((fresh) => createSession(fresh, START)),
  settings,
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
});

/** Reduces each step of a history; `inspect` is called after each step. */
export function run(
  { session, settings: from, steps }: History,
  inspect: (outcome: StepOutcome) => void = () => {},
): { readonly session: Session; readonly transitions: readonly Transition[] } {
  let [current, settings, now] = [session, from, START];
  const transitions: Transition[] = [];
  for (const { afterMs, input: generated } of steps) {
    const since = now;
    now += afterMs;
    const applied = withOutageStart(generated, since, now);
    const reduction = reduce(current, applied, now, settings);
    if (applied.type === "settings_changed") settings = applied.settings;
    transitions.push(...reduction.transitions);
    inspect({
      now,
      input: applied,
      before: current,
      session: reduction.session,
      settings,
      deadlineAt: reduction.deadlineAt,
      transitions: reduction.transitions,
    });
    current = reduction.session;
  }
  return { session: current, transitions };
}

/** Makes `fromAt` of an outage absolute: an instant between the previous step and this one. */
function withOutageStart(input: Input, since: number, now: number): Input {
  if (input.type !== "outage") return input;
  return { type: "outage", fromAt: Math.max(since, now + input.fromAt) };
}
