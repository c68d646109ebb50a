/**
 * The state after each input, for a session in each state. The types are exhaustive: a new state or
 * input does not compile until its row or column is filled.
 */

import { describe, expect, it } from "vitest";
import type { Input, InputType } from "./input.ts";
import type { State } from "./lists.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session, stateOf } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";

const NOW = 1_000_000;
const settings = resolveSettings({ "presence.mode": "on" }, []);
const off = resolveSettings({}, []);

/** A session that began, and has stopped to go on as another. */
const MERGING = reduce(
  reduce(
    createSession({ id: "old", channel: "web_widget" }, NOW),
    { type: "end_user_message", sentAt: null },
    NOW,
    settings,
  ).session,
  { type: "merge_begun", into: "s" },
  NOW,
  settings,
).session;

const INPUTS: { readonly [Type in InputType]: Extract<Input, { type: Type }> } = {
  signal: {
    type: "signal",
    signal: "open",
    page: "p",
    gen: 0,
    seq: 1,
    visible: true,
    armed: false,
  },
  leave: { type: "leave", page: "p", gen: 0, to: "gone" },
  end_user_message: { type: "end_user_message", sentAt: null },
  agent_message: { type: "agent_message" },
  activity: { type: "activity" },
  ticket_updated: { type: "ticket_updated", ticket: { priority: "high" } },
  assigned: { type: "assigned", agent: "ann" },
  unassigned: { type: "unassigned", requeue: false },
  session_ended: { type: "session_ended", reason: "ended_by_agent" },
  described: { type: "described", channel: "ios", user: "u" },
  bound: { type: "bound", hash: "h" },
  settings_changed: { type: "settings_changed", settings: off },
  outage: { type: "outage", fromAt: NOW },
  unheard: { type: "unheard" },
  heard: { type: "heard" },
  merge_begun: { type: "merge_begun", into: "t" },
  merge_taken: { type: "merge_taken", from: MERGING, shadow: null },
  merge_cancelled: { type: "merge_cancelled" },
  merge_ended: { type: "merge_ended" },
  clock_step: { type: "clock_step", byMs: 3_600_000 },
  tick: { type: "tick" },
};

function after(...inputs: readonly Input[]): Session {
  return inputs.reduce(
    (session, input) => reduce(session, input, NOW, settings).session,
    createSession({ id: "s", channel: "web_widget" }, NOW),
  );
}

const response = INPUTS.end_user_message;
const pending: Input = { type: "ticket_updated", ticket: { status: "pending" } };

/** A session in each state; `masked` is inactive by its ticket's status. */
const SESSIONS = {
  none: after(),
  active: after(response),
  inactive: reduce(after(response), INPUTS.tick, NOW + 600_000, settings).session,
  masked: after(response, pending),
  ended: after(response, INPUTS.session_ended),
} satisfies Record<State | "masked", Session>;

/** The expected state after each input. */
const TABLE: Record<keyof typeof SESSIONS, Record<InputType, State>> = {
  none: {
    signal: "none",
    leave: "none",
    end_user_message: "active",
    agent_message: "none",
    activity: "none",
    ticket_updated: "active",
    assigned: "none",
    unassigned: "none",
    session_ended: "ended",
    described: "none",
    bound: "none",
    settings_changed: "none",
    outage: "none",
    unheard: "none",
    heard: "none",
    merge_begun: "none",
    merge_taken: "active",
    merge_cancelled: "none",
    merge_ended: "none",
    clock_step: "none",
    tick: "none",
  },
  active: {
    signal: "active",
    leave: "active",
    end_user_message: "active",
    agent_message: "active",
    activity: "active",
    ticket_updated: "active",
    assigned: "active",
    unassigned: "active",
    session_ended: "ended",
    described: "active",
    bound: "active",
    settings_changed: "active",
    outage: "active",
    unheard: "active",
    heard: "active",
    merge_begun: "active",
    merge_taken: "active",
    merge_cancelled: "active",
    merge_ended: "active",
    clock_step: "active",
    tick: "active",
  },
  inactive: {
    signal: "active",
    leave: "inactive",
    end_user_message: "active",
    agent_message: "inactive",
    activity: "inactive",
    ticket_updated: "inactive",
    assigned: "inactive",
    unassigned: "inactive",
    session_ended: "ended",
    described: "inactive",
    bound: "inactive",
    settings_changed: "inactive",
    outage: "inactive",
    unheard: "inactive",
    heard: "inactive",
    merge_begun: "inactive",
    merge_taken: "inactive",
    merge_cancelled: "inactive",
    merge_ended: "inactive",
    clock_step: "inactive",
    tick: "inactive",
  },
  masked: {
    signal: "inactive",
    leave: "inactive",
    end_user_message: "active",
    agent_message: "inactive",
    activity: "inactive",
    ticket_updated: "inactive",
    assigned: "inactive",
    unassigned: "inactive",
    session_ended: "ended",
    described: "inactive",
    bound: "inactive",
    settings_changed: "inactive",
    outage: "inactive",
    unheard: "inactive",
    heard: "inactive",
    merge_begun: "inactive",
    merge_taken: "inactive",
    merge_cancelled: "inactive",
    merge_ended: "inactive",
    clock_step: "inactive",
    tick: "inactive",
  },
  ended: {
    signal: "ended",
    leave: "ended",
    end_user_message: "ended",
    agent_message: "ended",
    activity: "ended",
    ticket_updated: "ended",
    assigned: "ended",
    unassigned: "ended",
    session_ended: "ended",
    described: "ended",
    bound: "ended",
    settings_changed: "ended",
    outage: "ended",
    unheard: "ended",
    heard: "ended",
    merge_begun: "ended",
    merge_taken: "ended",
    merge_cancelled: "ended",
    merge_ended: "ended",
    clock_step: "ended",
    tick: "ended",
  },
};

describe.each(Object.keys(TABLE) as (keyof typeof TABLE)[])("a session in state %s", (from) => {
  it.each(Object.entries(TABLE[from]) as [InputType, State][])("after %s is %s", (type, to) => {
    const now = from === "inactive" ? NOW + 600_000 : NOW;
    expect(stateOf(reduce(SESSIONS[from], INPUTS[type], now, settings).session)).toBe(to);
  });
});
