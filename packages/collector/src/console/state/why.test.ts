import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import type { TraceFact } from "../model/trace.ts";
import { aSession } from "../testing/session.ts";
import { aTrace, changed, left, opened, seen, told, wrote } from "../testing/trace.ts";
import { createWhy } from "./why.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FACTS = [opened(0), seen(0), wrote(30), left(195), changed(200)];

/** A conversation, of which each reading finds what `kept` has by then. */
async function start(facts: TraceFact[]) {
  const kept = { facts };
  const session = aSession({ presence: "offline", state: "inactive", reason: "user_offline" });
  const api = {
    session: async () => session,
    trace: vi.fn(async () => aTrace(kept.facts)),
  };
  const store = createSessionStore();
  const why = createWhy(api, store);
  const read = async () => {
    why.open(session.id);
    // Longer than the pause between two readings.
    await vi.advanceTimersByTimeAsync(1_000);
  };
  const types = () => (why.timeline.value?.facts ?? []).map(({ type }) => type);
  await read();
  return {
    why,
    api,
    store,
    session,
    kept,
    read,
    types,
    selected: () => types()[why.selected.value],
  };
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
  const { why, kept, read, types, selected } = await start([...FACTS, told(40)]);
  why.select(types().indexOf("delivery"));
  kept.facts = [...FACTS, told(300)];
  await read();
  expect(types().at(-1)).toBe("delivery");
  expect(selected()).toBe("delivery");
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

it("reads nothing again where the list then has the version that was read", async () => {
  const { api, store, session } = await start(FACTS);
  store.put([session]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(api.trace).toHaveBeenCalledOnce();
  for (const change of [{ seq: 3 }, { seq: 3, changedAt: "2026-01-01T10:00:01.000Z" }]) {
    store.put([{ ...session, ...change }]);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(api.trace).toHaveBeenCalledTimes(3);
});

it("reads again where a trial run begins, which changes no version", async () => {
  const { api, store, session } = await start(FACTS);
  const { presence, state, reason, queue, capacityHeld } = session;
  store.put([{ ...session, shadow: { presence, state, reason, queue, capacityHeld } }] as never);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(api.trace).toHaveBeenCalledTimes(2);
});
