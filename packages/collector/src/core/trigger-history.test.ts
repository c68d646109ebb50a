import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recipe } from "./recipes.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import type { Transition } from "./transition.ts";
import type { Condition, Trigger } from "./trigger.ts";
import { firesOn } from "./trigger-history.ts";

const SETTINGS = resolveSettings({ "presence.mode": "on" }, []);

/** What a desk may report, one after the other. */
const INPUTS = [
  { type: "end_user_message" },
  { type: "agent_message" },
  { type: "assigned", agent: "eve" },
  { type: "unassigned" },
  { type: "ticket_updated", ticket: { status: "pending" } },
  { type: "ticket_updated", ticket: { status: "solved", priority: "high" } },
  { type: "ticket_updated", ticket: { group: "billing", tags: ["vip"] } },
  { type: "ticket_updated", ticket: { tags: ["vip", "late"] } },
] as const;

const CONDITIONS: readonly Condition[] = [
  { field: "ticket.status", op: "changed_to", value: "solved" },
  { field: "ticket.status", op: "less_than", value: "pending" },
  { field: "ticket.priority", op: "changed_from", value: "normal" },
  { field: "ticket.tags", op: "includes", value: ["vip"] },
  { field: "ticket.group", op: "changed" },
  { field: "session.assignee", op: "changed_to", value: "eve" },
  { field: "session.state", op: "changed_to", value: "inactive" },
  { field: "session.state", op: "is", value: "active" },
];

const triggerOf = (all: readonly Condition[]): Trigger => ({
  name: "t",
  enabled: true,
  all,
  any: [],
  // It leaves nothing behind by which it could fire again, or not.
  actions: [{ type: "notify_webhook", value: "desk" }],
});

function play(inputs: readonly object[], triggers: readonly Trigger[]) {
  const settings = { ...SETTINGS, triggers };
  let session: Session = createSession({ id: "conv_1", channel: "web_widget" }, 0);
  const transitions: Transition[] = [];
  for (const [index, input] of inputs.entries()) {
    const result = reduce(session, input as never, (index + 1) * 1_000, settings);
    session = result.session;
    transitions.push(...result.transitions);
  }
  return { session, transitions };
}

describe("a trigger that is compared with a history", () => {
  it("fires wherever it did fire, in any history", () => {
    const inputs = fc.array(fc.constantFrom(...INPUTS), { minLength: 1, maxLength: 12 });
    const conditions = fc.uniqueArray(fc.constantFrom(...CONDITIONS), {
      minLength: 1,
      maxLength: 2,
    });
    fc.assert(
      fc.property(inputs, conditions, (given, all) => {
        const trigger = triggerOf(all);
        const fired = play(given, [trigger]).transitions.some(
          ({ triggers }) => triggers.length > 0,
        );
        const { session, transitions } = play(given, []);
        // The history has visible changes alone: an input that changes nothing is not in it.
        if (fired && all.some(({ op }) => op.startsWith("changed"))) {
          expect(firesOn(trigger, session, transitions)).toBe(true);
        }
        if (firesOn(trigger, session, transitions)) expect(fired).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("does not follow from what it has done itself", () => {
    const [solve] = recipe("solve_abandoned", "");
    if (!solve) throw new Error("There is no such recipe.");
    const { session, transitions } = play([INPUTS[0], INPUTS[2]], [solve]);
    expect(firesOn(solve, session, transitions)).toBe(false);
  });
});
