/**
 * The scenario files as one more case that every store must pass.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { scenarios as files } from "../../scenarios/index.js";
import { type Outcome, runScenario } from "../replay/run.ts";
import type { Scenario } from "../replay/scenario.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { playScenarios } from "./scenarios.ts";

/** The worked cases of the rules; docs/scenarios.md describes them. */
export const scenarios = files as readonly Scenario[];

export const scenarioConformanceCases: readonly ConformanceCase[] = [
  {
    name: "every scenario, played through the engine, tells what the rules tell",
    async run(open) {
      const played = await playScenarios(await open(), scenarios);
      const complaints = scenarios.flatMap((each, index) => complaintOf(each, played[index]) ?? []);
      if (complaints.length === 0) return;
      const shown = complaints.slice(0, COMPLAINTS_SHOWN).join("\n\n");
      throw new Error(`${complaints.length} of ${scenarios.length} scenarios differ:\n${shown}`);
    },
  },
];

const COMPLAINTS_SHOWN = 3;

function complaintOf(scenario: Scenario, played: Outcome | undefined): string | null {
  try {
    deepEqual(played, runScenario(scenario));
    return null;
  } catch (error) {
    return `${scenario.id} (${scenario.name}): ${(error as Error).message}`;
  }
}
