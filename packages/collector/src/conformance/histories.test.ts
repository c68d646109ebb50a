import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import { compareHistory } from "./histories.ts";
import { history } from "./testing/generated.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-histories-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const numRuns = Number(process.env["RUNS"] ?? 300);
const seed = process.env["SEED"] === undefined ? {} : { seed: Number(process.env["SEED"]) };

it("SQLite shows what memory shows, whatever happens", async () => {
  let runs = 0;
  const play = fc.asyncProperty(history, async (given) => {
    const store = new SqliteStore(join(folder, `${runs++}.db`));
    const place = { account: "shop", startAt: 1_700_000_000_000 };
    await compareHistory(store, new MemoryStore(), given, place).finally(() => store.close());
  });
  // A failure prints its seed, and may take a while to be made small.
  await fc.assert(play, { numRuns, ...seed });
}, 300_000);
