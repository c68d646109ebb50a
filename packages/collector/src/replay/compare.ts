/**
 * What a scenario expects beside what came of it.
 * @module
 */
import type { Outcome } from "./run.ts";
import type { Expectation, Scenario } from "./scenario.ts";

/** Every difference, in words; none: the scenario holds. */
export function differences(scenario: Scenario, outcome: Outcome): readonly string[] {
  const found = scenario.expect.flatMap((expectation) => differencesAt(expectation, outcome));
  if (!scenario.transitions) return found;
  const wanted = scenario.transitions.map(lineOf);
  const got = outcome.transitions.map(lineOf);
  for (let index = 0; index < Math.max(wanted.length, got.length); index += 1) {
    if (wanted[index] === got[index]) continue;
    found.push(
      `transition ${index + 1}: expected ${wanted[index] ?? "none"}, got ${got[index] ?? "none"}`,
    );
  }
  return found;
}

function differencesAt({ at, ticket, ...expected }: Expectation, outcome: Outcome): string[] {
  const index = outcome.results.findIndex((result) => result.at === at);
  const result: object = outcome.results[index] ?? {};
  return [
    ...fieldDifferences(at, "", expected, result),
    ...fieldDifferences(at, "ticket.", ticket ?? {}, outcome.tickets[index] ?? {}),
  ];
}

function fieldDifferences(at: number, prefix: string, expected: object, got: object): string[] {
  return Object.entries(expected).flatMap(([field, value]) => {
    const is = (got as Record<string, unknown>)[field];
    if (JSON.stringify(is) === JSON.stringify(value)) return [];
    return [
      `at ${at}: ${prefix}${field} expected ${JSON.stringify(value)}, got ${JSON.stringify(is)}`,
    ];
  });
}

function lineOf({
  at,
  state,
  reason,
}: {
  at: number;
  state: string;
  reason: string | null;
}): string {
  return `${state}${reason === null ? "" : ` (${reason})`} at ${at}`;
}
