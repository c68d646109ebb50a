import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runScenario } from "./run.ts";
import type { Scenario } from "./scenario.ts";

const folder = new URL("../../scenarios/", import.meta.url);
for (const file of readdirSync(folder)) {
  const scenarios = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Scenario[];
  describe(file, () => {
    it.each(scenarios.map((scenario) => [scenario.id, scenario.name, scenario] as const))(
      "%s %s",
      (_id, _name, scenario) => {
        const outcome = runScenario(scenario);
        const asked = outcome.results.map((result, index) => {
          const { ticket, ...rest } = scenario.expect[index] ?? { at: -1 };
          return { ...result, ...rest, ...(ticket && { ticket }) };
        });
        expect(
          outcome.results.map((result, index) => ({
            ...result,
            ...(scenario.expect[index]?.ticket && { ticket: outcome.tickets[index] }),
          })),
        ).toMatchObject(asked);
        if (scenario.transitions) expect(outcome.transitions).toEqual(scenario.transitions);
      },
    );
  });
}
