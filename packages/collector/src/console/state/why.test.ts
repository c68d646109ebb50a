import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import type { TraceFact } from "../model/trace.ts";
import { aDelivery } from "../testing/delivery.ts";
import { aSession } from "../testing/session.ts";
import { aTrace, changed, left, opened, seen, wrote } from "../testing/trace.ts";
import { createWhy } from "./why.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FACTS = [opened(0), seen(0), wrote(30), left(195), changed(200)];

/** A conversation with a delivery to its desk. Each reading finds what `kept` has by then. */
async function start(facts: TraceFact[], toldAt = "2026-01-01T10:00:40.000Z") {
  const kept = { facts, toldAt };
  const session = aSession({
    presence: "offline",
    state: "inactive",
    reason: "user_offline",
    links: [{ desk: "chat", conversation: "7", ticket: null }],
  });
  const api = {
    session: async () => session,
    trace: async () => aTrace(kept.facts),
    latestDeskDeliveries: async () => ({ deliveries: [aDelivery(kept.toldAt)], cursor: null }),
  };
  const why = createWhy(api, createSessionStore());
  const read = async () => {
    why.open(session.id, { desks: true });
    // Longer than the pause between two readings.
    await vi.advanceTimersByTimeAsync(1_000);
  };
  const types = () => (why.timeline.value?.facts ?? []).map(({ type }) => type);
  await read();
  return { why, kept, read, types, selected: () => types()[why.selected.value] };
}

it("keeps the selected fact when older ones are no longer kept", async () => {
  const { why, kept, read, types, selected } = await start(FACTS);
  why.select(types().indexOf("message"));
  kept.facts = FACTS.slice(1);
  await read();
  expect(types()).not.toContain("page_opened");
  expect(selected()).toBe("message");
});

it("keeps the selected delivery when it is tried again", async () => {
  const { why, kept, read, types, selected } = await start(FACTS);
  why.select(types().indexOf("told"));
  kept.toldAt = "2026-01-01T10:05:00.000Z";
  await read();
  expect(types().at(-1)).toBe("told");
  expect(selected()).toBe("told");
});

it("selects the verdict once the selected fact is no longer kept", async () => {
  const { why, kept, read, types, selected } = await start(FACTS);
  why.select(types().indexOf("message"));
  kept.facts = FACTS.slice(3);
  await read();
  expect(selected()).toBe("transition");
});

it("tells facts of one kind and instant apart", async () => {
  const { why } = await start([wrote(30), wrote(30), wrote(30)]);
  for (const index of [0, 1, 2]) {
    why.select(index);
    expect(why.selected.value).toBe(index);
  }
});
