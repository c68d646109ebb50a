import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "../replay/compare.ts";
import { type Outcome, runScenario } from "../replay/run.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { Store } from "../stores/store.ts";
import { scenarios } from "./cases.ts";
import { playScenarios } from "./scenarios.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-scenarios-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STORES: Record<string, () => Store> = {
  memory: () => new MemoryStore(),
  sqlite: () => new SqliteStore(join(folder, "scenarios.db")),
};

describe.each(Object.entries(STORES))("%s", (_name, open) => {
  let store: Store;
  let outcomes: readonly Outcome[];
  beforeAll(async () => {
    store = open();
    outcomes = await playScenarios(store, scenarios);
  });
  afterAll(() => store.close());

  it.each(scenarios.map((scenario, index) => [scenario.id, scenario, index] as const))(
    "%s",
    (_id, scenario, index) => {
      const played = outcomes[index] as Outcome;
      expect(played).toEqual(runScenario(scenario));
      expect(differences(scenario, played)).toEqual([]);
    },
  );
});
