/**
 * Histories in which sessions go on as one another (rule 26). Those over Redis, Redis Cluster and Durable Objects
 * are played in the tests of these stores: a seed gives the same histories everywhere.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import { EngineHarness } from "./engine-harness.ts";
import { compareHistory, playHistory } from "./histories.ts";
import { checkInvariants } from "./invariants.ts";
import { mergingHistory } from "./testing/generated-merges.ts";

const runsAsked = process.env["RUNS"];
const OPTIONS = { account: "shop", startAt: 1_700_000_000_000 };

it("generated histories with merges keep every invariant, however many requests arrive together", async () => {
  const play = fc.asyncProperty(mergingHistory, async (given) => {
    const harness = new EngineHarness(new MemoryStore(), OPTIONS.startAt);
    for await (const { view } of playHistory(harness, given, OPTIONS)) {
      checkInvariants(view, harness.engine.broadcasts.latest(OPTIONS.account).settings);
    }
  });
  await fc.assert(play, { numRuns: Number(runsAsked ?? 200) });
}, 300_000);

it("generated histories with merges keep every invariant over SQLite, and show the same as over the memory store", async () => {
  const play = fc.asyncProperty(mergingHistory, async (given) => {
    const store = new SqliteStore(":memory:");
    const options = { ...OPTIONS, isSequential: true };
    const comparison = compareHistory(store, new MemoryStore(), given, options);
    await comparison.finally(() => store.close());
  });
  await fc.assert(play, { numRuns: Number(runsAsked ?? 30) });
}, 300_000);

it("generated histories with merges have the cases that they are for", async () => {
  const met = { alias: 0, chain: 0, stopped: 0, online: 0, leaving: 0, held: 0, waiting: 0 };
  const play = fc.asyncProperty(mergingHistory, async (given) => {
    const harness = new EngineHarness(new MemoryStore(), OPTIONS.startAt);
    for await (const { view } of playHistory(harness, given, OPTIONS)) {
      met.alias += view.aliases.length;
      const aliases = new Set(view.aliases.map(({ session }) => session.id));
      for (const { session } of view.aliases) {
        if (aliases.has(session.merge?.into ?? "")) met.chain += 1;
      }
      for (const { session } of view.sessions) {
        if (session.merge) met.stopped += 1;
        if (session.merge || session.mergesTaken.length === 0) continue;
        if (session.presence === "online") met.online += 1;
        if (session.buffer) met.leaving += 1;
        if (view.waiting.includes(session.id)) met.waiting += 1;
        if (session.assignee !== null) met.held += 1;
      }
    }
  });
  await fc.assert(play, { numRuns: 100 });
  expect(Object.entries(met).filter(([, count]) => count < 5)).toEqual([]);
});
