/**
 * The scenario files as a conformance case that every store must pass.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { scenarios as files } from "../../scenarios/index.js";
import { type Outcome, runScenario } from "../replay/run.ts";
import type { Scenario } from "../replay/scenario.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { playScenarios } from "./scenarios.ts";

/** The examples of the rules; docs/scenarios.md describes them. */
export const scenarios = files as readonly Scenario[];

export const scenarioConformanceCases: readonly ConformanceCase[] = [
  {
    name: "every scenario, played through the engine, gives the result of the rules",
    async run(open) {
      const played = await playScenarios(await open(), scenarios);
      const differences = scenarios.flatMap(
        (each, index) => differenceOf(each, played[index]) ?? [],
      );
      if (differences.length === 0) return;
      const shown = differences.slice(0, MAX_DIFFERENCES_SHOWN).join("\n\n");
      throw new Error(`${differences.length} of ${scenarios.length} scenarios differ:\n${shown}`);
    },
  },
];

const MAX_DIFFERENCES_SHOWN = 3;

function differenceOf(scenario: Scenario, played: Outcome | undefined): string | null {
  try {
    deepEqual(played, runScenario(scenario));
    return null;
  } catch (error) {
    return `${scenario.id} (${scenario.name}): ${(error as Error).message}`;
  }
}
