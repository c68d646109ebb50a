/**
 * Stores keep these words as their index in the list. So a list only grows at its end: add an entry
 * here too, and never move one.
 */
import * as wire from "@stillhere/sdk/wire";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as lists from "./lists.ts";

const STORED_ORDER: readonly [name: string, list: readonly string[], words: readonly string[]][] = [
  ["STATES", lists.STATES, ["none", "active", "inactive", "ended"]],
  ["REPORTED_PRESENCES", lists.REPORTED_PRESENCES, ["unknown", "online", "offline"]],
  ["PRESENCES", lists.PRESENCES, ["unknown", "online", "offline", "ignored", "unsupported"]],
  ["INACTIVE_REASONS", lists.INACTIVE_REASONS, ["user_offline", "user_inactive", "ticket_status"]],
  [
    "END_REASONS",
    lists.END_REASONS,
    [
      "ended_by_agent",
      "ended_by_end_user",
      "ended_by_trigger",
      "transferred_to_email",
      "ticket_closed",
      "merged",
    ],
  ],
  [
    "REASONS",
    lists.REASONS,
    [
      "user_offline",
      "user_inactive",
      "ticket_status",
      "ended_by_agent",
      "ended_by_end_user",
      "ended_by_trigger",
      "transferred_to_email",
      "ticket_closed",
      "merged",
    ],
  ],
  ["QUEUE_STANDINGS", lists.QUEUE_STANDINGS, ["none", "queued", "direct"]],
  ["VISIBILITIES", lists.VISIBILITIES, ["visible", "hidden", "frozen"]],
  [
    "TICKET_STATUSES",
    lists.TICKET_STATUSES,
    ["new", "open", "pending", "hold", "solved", "closed"],
  ],
  ["TICKET_PRIORITIES", lists.TICKET_PRIORITIES, ["low", "normal", "high", "urgent"]],
  [
    "TRANSITION_CAUSES",
    lists.TRANSITION_CAUSES,
    [
      "signal",
      "leave",
      "lease",
      "buffer",
      "inactivity",
      "trigger",
      "end_user_message",
      "agent_message",
      "activity",
      "ticket_updated",
      "assigned",
      "unassigned",
      "session_ended",
      "described",
      "bound",
      "settings_changed",
      "outage",
      "merged",
    ],
  ],
  ["TRACKS", lists.TRACKS, ["live", "shadow"]],
];

describe("a list whose words are stored as numbers", () => {
  it.each(STORED_ORDER)("only grows at its end: %s", (_, list, words) => {
    expect(list).toEqual(words);
  });
});

describe("the words that a page sends", () => {
  it("are those of the wire format", () => {
    expectTypeOf<lists.SignalType>().toEqualTypeOf<wire.SignalType>();
    expectTypeOf<lists.LivingSignalType>().toEqualTypeOf<wire.LivingSignal["type"]>();
    expectTypeOf<lists.LeaveDestination>().toEqualTypeOf<wire.LeaveDestination>();
    expect(lists.SIGNAL_TYPES).toEqual(wire.SIGNAL_TYPES);
    expect(lists.LEAVE_DESTINATIONS).toEqual(wire.LEAVE_DESTINATIONS);
  });
});
