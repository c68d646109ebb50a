/**
 * Generates histories in which sessions go on as one another all the time (rule 26): in the middle of leases
 * and buffers, in chains and circles, interrupted after a step, with agents that are full.
 * @module
 */

import fc from "fast-check";
import type { History, Step, Submission } from "../history.ts";
import {
  agentCapacity,
  interruptedMerge,
  operation,
  SESSIONS,
  settings,
  submission,
} from "./generated.ts";

/** In the middle of a lease of 15 s and of a buffer of 15 s, at their ends, and at the retry of a merge. */
const afterMs = fc.constantFrom(0, 0, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000);

/** A visitor, mostly with an open page, who waits in the queue or has an agent. */
const begun = (session: string): fc.Arbitrary<readonly Submission[]> =>
  fc
    .record({
      hasPage: fc.constantFrom(true, true, false),
      isBegun: fc.constantFrom(true, true, true, false),
      agent: fc.constantFrom(null, null, "agent_1"),
      ticket: fc.constantFrom(null, "4711"),
      links: fc.constantFrom([], [{ desk: "zd", conversation: session, ticket: "4711" }]),
    })
    .map(({ hasPage, isBegun, agent, ticket, links }) => {
      const base = { type: "submit", session, eventId: null, binding: null } as const;
      const page = { page: session, gen: 0, seq: 1, visible: true, armed: false } as const;
      const inputs: Submission["inputs"] = [
        { type: "described", links },
        ...(hasPage ? [{ type: "signal", signal: "open", ...page } as const] : []),
        ...(isBegun ? [{ type: "end_user_message", sentAt: null } as const] : []),
        ...(ticket ? [{ type: "ticket_updated", ticket: { id: ticket } } as const] : []),
        ...(agent ? [{ type: "assigned", agent } as const] : []),
      ];
      return [{ ...base, inputs, create: { channel: "web_widget", user: "u_1" }, knownPage: null }];
    });

const beginning: fc.Arbitrary<Step> = fc
  .tuple(settings, fc.array(agentCapacity, { maxLength: 2 }), ...SESSIONS.map(begun))
  .map(([first, agents, ...sessions]) => ({
    afterMs: 0,
    wasDown: false,
    operations: [first, ...agents, ...sessions.flat()],
  }));

const step: fc.Arbitrary<Step> = fc.record({
  afterMs,
  wasDown: fc.oneof({ weight: 14, arbitrary: fc.constant(false) }, fc.constant(true)),
  operations: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: interruptedMerge },
      { weight: 5, arbitrary: submission },
      { weight: 1, arbitrary: operation },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

export const mergingHistory: fc.Arbitrary<History> = fc
  .tuple(beginning, fc.array(step, { minLength: 2, maxLength: 7 }))
  .map(([first, rest]) => ({ steps: [first, ...rest] }));
