import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import { EngineHarness } from "./engine-harness.ts";
import { compareHistory, playHistory } from "./histories.ts";
import { historiesByTheRules, plain } from "./testing/by-the-rules.ts";
import { history } from "./testing/generated.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-histories-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runsAsked = process.env["RUNS"];
const seed = process.env["SEED"] === undefined ? {} : { seed: Number(process.env["SEED"]) };

const START = 1_700_000_000_000;

it("memory tells what the rules tell, whatever happens", async () => {
  const play = fc.asyncProperty(history.map(plain), async (given) => {
    const store = new MemoryStore();
    const place = { account: "shop", startAt: START };
    for await (const _shown of playHistory(new EngineHarness(store, START), given, place));
    const expected = historiesByTheRules(given, START);
    expect((await store.list("shop", { limit: 10 })).map(({ session }) => session.id)).toEqual(
      [...expected.keys()].sort(),
    );
    for (const [id, transitions] of expected) {
      const told = await store.history({ account: "shop", id }, 0, 1_000);
      expect(told.map(({ transition }) => transition)).toEqual(transitions);
    }
  });
  await fc.assert(play, { numRuns: Number(runsAsked ?? 3_000), ...seed });
}, 300_000);

it("SQLite shows what memory shows, whatever happens", async () => {
  let [runs, renewed] = [0, 0];
  const play = fc.asyncProperty(history, async (given) => {
    const store = new SqliteStore(join(folder, `${runs++}.db`));
    const place = { account: "shop", startAt: START };
    const comparing = compareHistory(store, new MemoryStore(), given, place);
    renewed += await comparing.finally(() => store.close());
  });
  // A failure prints its seed, and may take a while to be made small.
  await fc.assert(play, { numRuns: Number(runsAsked ?? 300), ...seed });
  // Beats that never go the short way would show nothing of it.
  expect(renewed).toBeGreaterThan(0);
}, 300_000);
