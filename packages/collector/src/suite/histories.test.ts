import fc from "fast-check";
import { expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import { EngineHarness } from "./engine-harness.ts";
import { compareHistory, playSteps } from "./histories.ts";
import type { History, Operation } from "./history.ts";
import { expectedHistories, withoutEngineFeatures } from "./testing/by-the-rules.ts";
import { history } from "./testing/generated.ts";

const runsAsked = process.env["RUNS"];

const START = 1_700_000_000_000;

it("the memory store has the transitions that the rules give, for any history", async () => {
  let [renewed, compared] = [0, 0];
  const play = fc.asyncProperty(history.map(withoutEngineFeatures), async (generated) => {
    const store = new MemoryStore();
    const options = { account: "shop", startAt: START };
    const harness = new EngineHarness(store, START);
    for await (const _answers of playSteps(harness, generated, options));
    renewed += harness.beats.hits;
    const expected = expectedHistories(generated, START);
    expect(
      (await store.list("shop", { limit: 10 })).sessions.map(({ session }) => session.id),
    ).toEqual([...expected.keys()].sort());
    for (const [id, transitions] of expected) {
      const entries = await store.history({ account: "shop", id }, 0, 1_000);
      expect(entries.map(({ transition }) => transition)).toEqual(transitions);
      compared += transitions.length;
    }
  });
  const numRuns = Number(runsAsked ?? 2_200);
  await fc.assert(play, { numRuns });
  expect(compared).toBeGreaterThan(numRuns);
  // Otherwise the fast path would not be covered.
  expect(renewed).toBeGreaterThan(0);
}, 300_000);

it("in the mode `shadow` what happens live is what happens with presence off, for any history", async () => {
  let shadowed = 0;
  const liveHistories = async ({ steps }: History, mode: string) => {
    const store = new MemoryStore();
    const harness = new EngineHarness(store, START);
    const inMode = (operation: Operation): Operation => {
      // Which pages are known depends on the mode: with presence off there are none.
      if (operation.type === "submit") return { ...operation, knownPage: null };
      if (operation.type !== "settings") return operation;
      return { ...operation, overrides: { ...operation.overrides, "presence.mode": mode } };
    };
    const withMode = steps.map((step) => ({ ...step, operations: step.operations.map(inMode) }));
    const options = { account: "shop", startAt: START };
    for await (const _answers of playSteps(harness, { steps: withMode }, options));
    shadowed += (await store.log("shop", 0, 1_000, "shadow")).length;
    const entries = (await store.log("shop", 0, 1_000)).map(({ cursor: _, ...entry }) => entry);
    // By session: entries of one instant have no defined order except within a session.
    return entries.toSorted((a, b) => (a.session < b.session ? -1 : Number(a.session > b.session)));
  };
  const play = fc.asyncProperty(history, async (generated) => {
    const off = await liveHistories(generated, "off");
    expect(await liveHistories(generated, "shadow")).toEqual(off);
  });
  const numRuns = Number(runsAsked ?? 220);
  await fc.assert(play, { numRuns });
  expect(shadowed).toBeGreaterThan(numRuns);
}, 300_000);

it("the SQLite store shows the same as the memory store, for any history", async () => {
  let renewed = 0;
  const play = fc.asyncProperty(history, async (generated) => {
    const store = new SqliteStore(":memory:");
    const options = { account: "shop", startAt: START };
    const comparison = compareHistory(store, new MemoryStore(), generated, options);
    renewed += await comparison.finally(() => store.close());
  });
  // A failure prints its seed; shrinking it may take a while.
  await fc.assert(play, { numRuns: Number(runsAsked ?? 180) });
  // Otherwise the fast path would not be covered.
  expect(renewed).toBeGreaterThan(0);
}, 300_000);
