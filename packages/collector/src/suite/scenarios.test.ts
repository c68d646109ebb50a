import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "../replay/compare.ts";
import { parseScenarios } from "../replay/parse.ts";
import { type Outcome, runScenario } from "../replay/run.ts";
import type { Scenario } from "../replay/scenario.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { Store } from "../stores/store.ts";
import { scenarios } from "./cases.ts";
import { playScenarios } from "./scenarios.ts";

const SCENARIOS = new URL("../../scenarios/", import.meta.url);
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

it("the bundled scenarios are those of all scenario files", () => {
  const files = readdirSync(SCENARIOS).filter((name) => name.endsWith(".json"));
  const read = files.flatMap((name) =>
    parseScenarios(readFileSync(new URL(name, SCENARIOS), "utf8"), name),
  );
  const byId = (a: Scenario, b: Scenario) => (a.id < b.id ? -1 : 1);
  expect([...scenarios].sort(byId)).toEqual(read.sort(byId));
});

describe("a scenario that an engine cannot play", () => {
  const outage = { at: 20, type: "outage", from: 10 } as const;
  const missed = { at: 15, type: "end_user_message" } as const;
  it.each<[string, Scenario["events"], RegExp]>([
    ["an outage that is too short", [{ ...outage, from: 15 }], /longer than 5 s/],
    ["a message during an outage", [missed, outage], /end_user_message at 15/],
  ])("is rejected: %s", async (_, events, message) => {
    const session = { channel: "web_widget" };
    const scenario = { id: "X", name: "", session, events, expect: [] };
    await expect(playScenarios(new MemoryStore(), [scenario])).rejects.toThrow(message);
  });
});
