/**
 * `stillhere replay`: runs scenarios through the core on a virtual clock.
 * @module
 */
import { readFileSync } from "node:fs";
import { differences } from "../replay/compare.ts";
import { parseScenarios } from "../replay/parse.ts";
import { runScenario } from "../replay/run.ts";
import { type Scenario, ScenarioError } from "../replay/scenario.ts";
import { UsageError } from "./failure.ts";

/** Prints each scenario with its differences; returns whether all of them hold. */
export function replay(files: readonly string[], { json }: { readonly json: boolean }): boolean {
  const scenarios = files.flatMap(readScenarios);
  const cases = scenarios.map((scenario) => {
    const outcome = asUsageError(() => runScenario(scenario));
    return { scenario, outcome, found: differences(scenario, outcome) };
  });
  const failed = cases.filter(({ found }) => found.length > 0).length;
  if (json) {
    const results = cases.map(({ outcome: { id, results, transitions } }) => ({
      id,
      results,
      transitions,
    }));
    console.log(JSON.stringify(results, null, 1));
    return failed === 0;
  }
  for (const { scenario, found } of cases) {
    console.log(`${found.length === 0 ? "holds " : "DIFFERS"} ${scenario.id} ${scenario.name}`);
    for (const difference of found) console.log(`        ${difference}`);
  }
  console.log(`${cases.length - failed} of ${cases.length} hold`);
  return failed === 0;
}

function readScenarios(file: string): readonly Scenario[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`The scenario file ${file} cannot be read: name a JSON file.`);
  }
  return asUsageError(() => parseScenarios(text, file));
}

function asUsageError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message);
    throw error;
  }
}
