/**
 * Compares the outcome of a scenario with what it expects.
 * @module
 */
import type { Outcome } from "./run.ts";
import type { Expectation, Scenario } from "./scenario.ts";

/** Every difference as a sentence; empty if the scenario holds. */
export function differences(scenario: Scenario, outcome: Outcome): readonly string[] {
  const found = scenario.expect.flatMap((expectation) => differencesAt(expectation, outcome));
  if (!scenario.transitions) return found;
  const expected = scenario.transitions.map(describeChange);
  const actual = outcome.transitions.map(describeChange);
  for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
    if (expected[index] === actual[index]) continue;
    found.push(
      `transition ${index + 1}: expected ${expected[index] ?? "none"}, got ${actual[index] ?? "none"}`,
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

function fieldDifferences(at: number, prefix: string, expected: object, actual: object): string[] {
  return Object.entries(expected).flatMap(([field, value]) => {
    const actualValue = (actual as Record<string, unknown>)[field];
    if (JSON.stringify(actualValue) === JSON.stringify(value)) return [];
    return [
      `at ${at}: ${prefix}${field} expected ${JSON.stringify(value)}, got ${JSON.stringify(actualValue)}`,
    ];
  });
}

function describeChange({
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
