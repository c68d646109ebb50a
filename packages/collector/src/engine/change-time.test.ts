import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { createSession } from "../core/session.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { keyOf } from "../stores/suite/case.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";

const START = 1_000_000;

async function createHarness() {
  let now = START;
  const engine = new Engine(new MemoryStore(), new Clock(() => now));
  await engine.changeSettings("shop", { overrides: { "presence.mode": "on" } });
  const key = keyOf("s");
  const page = { page: "p", gen: 0, visible: true, armed: false };
  return {
    /** `changedAt` after an input at `at`, relative to the start. */
    async changeAfter(at: number, input: Input): Promise<number> {
      now = START + at;
      // No outage, however long ago the last input was.
      await engine.store.heartbeat(now, Number.MAX_SAFE_INTEGER);
      const create = { channel: "web_widget" };
      const outcome = await engine.submit({ key, create, inputs: [input] });
      if (!("session" in outcome)) throw new Error(outcome.status);
      const [found] = await engine.store.load([{ key, eventIds: [] }]);
      expect(found?.stored?.session.changedAt).toBe(outcome.session.changedAt);
      return outcome.session.changedAt - START;
    },
    signal: (signal: "open" | "beat" | "hidden", seq: number): Input => ({
      type: "signal",
      signal,
      seq,
      ...page,
    }),
  };
}

describe("the time of a session's last change", () => {
  it("is that of its creation at first", () => {
    expect(createSession({ id: "s", channel: "web_widget" }, START).changedAt).toBe(START);
  });

  it("moves with every change that the API shows, and not with a beat", async () => {
    const { changeAfter, signal } = await createHarness();
    expect(await changeAfter(0, signal("open", 1))).toBe(0);
    expect(await changeAfter(5_000, signal("beat", 2))).toBe(0);
    expect(await changeAfter(6_000, { type: "described", user: "u_1" })).toBe(6_000);
    expect(await changeAfter(7_000, { type: "described", user: "u_1" })).toBe(6_000);
    const message = { type: "end_user_message", sentAt: null } as const;
    expect(await changeAfter(8_000, message)).toBe(8_000);
    expect(await changeAfter(9_000, signal("hidden", 3))).toBe(8_000);
    // Another response changes nothing but its time.
    expect(await changeAfter(10_000, message)).toBe(10_000);
    const tags = { type: "ticket_updated", ticket: { tags: ["vip"] } } as const;
    expect(await changeAfter(11_000, tags)).toBe(11_000);
  });

  it("is when a late verdict was reached, not when it was due", async () => {
    const { changeAfter, signal } = await createHarness();
    await changeAfter(0, signal("open", 1));
    expect(await changeAfter(3_600_000, { type: "tick" })).toBe(3_600_000);
  });
});
