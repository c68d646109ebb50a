import { describe, expect, it } from "vitest";
import { aTransition } from "../testing/session.ts";
import { sentence } from "./sentence.ts";
import type { Settings } from "./settings.ts";
import type { Standing, Transition } from "./transition.ts";

const SETTINGS: Settings = {
  presence: { bufferSeconds: 15, closeBufferSeconds: 15, navigationBufferSeconds: 15 },
  inactivity: { seconds: 600 },
};
const none: Standing = { state: "none", reason: null, presence: "online" };
const active: Standing = { state: "active", reason: null, presence: "online" };
const left: Standing = { state: "inactive", reason: "user_offline", presence: "offline" };
const silent: Standing = { state: "inactive", reason: "user_inactive", presence: "online" };
const masked: Standing = { state: "inactive", reason: "ticket_status", presence: "online" };

const joined: Standing = { state: "ended", reason: "merged", presence: "online" };

const CASES: [string, Partial<Transition>][] = [
  ["The desk joins two conversations", { cause: "merged", from: active, to: active }],
  [
    "The desk joined this conversation with conv_2",
    { cause: "merged", from: active, to: joined, mergedInto: "conv_2" },
  ],
  [
    "The visitor goes on in this conversation – now in the queue",
    {
      cause: "merged",
      from: { ...none, presence: "unknown" },
      to: active,
      queue: "queued",
    },
  ],
  ["Seen on the site", { cause: "signal", from: { ...none, presence: "unknown" }, to: none }],
  [
    "Wrote the first message – now in the queue",
    { cause: "end_user_message", from: none, to: active, queue: "queued" },
  ],
  ["Left: every page closed, and none opened within 15 s – out of the queue", {}],
  [
    "Left: every page closed, and none opened within 15 s – ana is free for somebody else",
    { assignee: "ana" },
  ],
  [
    "Came back to the site – back in the queue",
    { cause: "signal", from: left, to: active, queue: "queued" },
  ],
  [
    "Came back to the site – active again with ana",
    { cause: "signal", from: left, to: active, assignee: "ana" },
  ],
  [
    "Silent for too long: nothing written for 10 min – out of the queue",
    { cause: "inactivity", to: silent },
  ],
  ["Assigned to ana", { cause: "assigned", from: active, to: active, assignee: "ana" }],
  [
    "The agent was taken off – back in the queue",
    { cause: "unassigned", from: active, to: active, queue: "queued" },
  ],
  [
    "Ticket set to pending – inactive until it is open again",
    {
      cause: "ticket_updated",
      from: active,
      to: masked,
      ticketChanges: { status: { from: "open", to: "pending" } },
    },
  ],
  [
    "Trigger “Solve abandoned conversations”: ticket set to solved, tagged abandoned_conversation",
    {
      cause: "trigger",
      from: left,
      to: left,
      triggers: ["Solve abandoned conversations"],
      ticketChanges: {
        status: { from: "open", to: "solved" },
        tags: { from: ["vip"], to: ["vip", "abandoned_conversation"] },
      },
    },
  ],
  [
    "The visitor ended the session",
    {
      cause: "session_ended",
      from: active,
      to: { ...active, state: "ended", reason: "ended_by_end_user" },
    },
  ],
  [
    "Ticket set to closed – ended",
    {
      cause: "ticket_updated",
      from: active,
      to: { ...active, state: "ended", reason: "ticket_closed" },
      ticketChanges: { status: { from: "open", to: "closed" } },
    },
  ],
  [
    "The account’s settings changed: how conversations are routed, or how places are counted",
    { cause: "settings_changed", from: active, to: active },
  ],
  [
    "The account’s settings changed: presence was switched on",
    { cause: "settings_changed", from: { ...active, presence: "ignored" }, to: active },
  ],
  [
    "The account’s settings changed: its channel is no longer watched",
    { cause: "settings_changed", from: active, to: { ...active, presence: "unsupported" } },
  ],
  ["Changed", { cause: "from_a_newer_collector" as never, from: active, to: active }],
];

describe("sentence", () => {
  it.each(CASES)("reads: %s", (words, differs) => {
    expect(sentence(aTransition(differs), SETTINGS)).toBe(words);
  });

  it("states the range of the waits if they differ", () => {
    const settings = {
      presence: { bufferSeconds: 15, closeBufferSeconds: 5, navigationBufferSeconds: 20 },
    };
    expect(sentence(aTransition(), settings)).toContain(
      "none opened in time (5 s to 20 s, by how it was closed)",
    );
  });

  it("states that a trigger of a trial run would have fired", () => {
    const trigger: Partial<Transition> = {
      cause: "trigger",
      from: left,
      to: left,
      triggers: ["Solve abandoned conversations"],
    };
    const words = "Trigger “Solve abandoned conversations” would have fired";
    expect(sentence(aTransition(trigger), SETTINGS, "shadow")).toBe(words);
    const ticketChanges: Transition["ticketChanges"] = { status: { from: "open", to: "solved" } };
    expect(sentence(aTransition({ ...trigger, ticketChanges }), SETTINGS, "shadow")).toBe(
      `${words}: ticket set to solved`,
    );
  });

  it("works without settings", () => {
    expect(sentence(aTransition(), {})).toContain("Left: every page closed, and none opened –");
  });
});
