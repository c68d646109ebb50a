import { expect, it } from "vitest";
import { cadenceForSignal } from "./cadence.ts";
import type { SignalInput } from "./input.ts";
import { reduce } from "./reduce.ts";
import { createSession } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import type { Trigger } from "./trigger.ts";

it("tells a page to report before its lease ends, also where its own signal made a trigger mask the ticket", () => {
  const mask: Trigger = {
    name: "Wait for a third party",
    enabled: true,
    all: [{ field: "session.presence", op: "changed_to", value: "online" }],
    any: [],
    actions: [{ type: "set_status", value: "pending" }],
  };
  const overrides = {
    "presence.mode": "on",
    "presence.beatSeconds.waiting": 2,
    "presence.beatSeconds.idle": 60,
  };
  const settings = resolveSettings(overrides, [mask]);
  const created = createSession({ id: "s", channel: "web_widget" }, 0);
  const begun = reduce(created, { type: "end_user_message", sentAt: null }, 0, settings).session;
  const page = { page: "p", gen: 0, visible: true, armed: false };
  const open: SignalInput = { type: "signal", signal: "open", seq: 0, ...page };
  const opened = reduce(begun, open, 0, settings).session;
  expect(opened.ticket.status).toBe("pending");
  expect(opened.pages[0]?.leaseMs).toBe(3_000);
  expect(cadenceForSignal(opened, open, settings)).toBe(2_000);
  const beat: SignalInput = { type: "signal", signal: "beat", seq: 1, ...page };
  const beaten = reduce(opened, beat, 2_000, settings).session;
  expect(beaten.pages[0]?.leaseMs).toBe(90_000);
  expect(cadenceForSignal(beaten, beat, settings)).toBe(60_000);
});
