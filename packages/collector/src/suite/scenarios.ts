/**
 * Plays scenario files through the engine over a store, which must give the outcome of the pure core.
 * @module
 */
import type { Outcome } from "../replay/run.ts";
import type { Scenario } from "../replay/scenario.ts";
import type { Store } from "../stores/store.ts";
import { EngineHarness } from "./engine-harness.ts";
import { outagesOf } from "./outages.ts";
import { ScenarioRun } from "./scenario-run.ts";

/** The start of the first round: far from 0, so that a missing time shows as a wrong one. */
const START_AT = 1_700_000_000_000;
/** Separates the rounds, so that the clock never goes back. */
const PAUSE_MS = 60_000;

/**
 * Plays scenarios through the engine over an empty store, each in its own account. Scenarios without an
 * outage run concurrently; others run alone, because an outage affects all accounts.
 *
 * @returns the outcome of each scenario, in their order and in the form of `runScenario`, but read from
 * the store.
 * @throws {ScenarioError} if a scenario cannot be run through an engine: an outage must be longer than
 * 5 s, and only signals may fall into it.
 */
export async function playScenarios(
  store: Store,
  scenarios: readonly Scenario[],
): Promise<readonly Outcome[]> {
  const hasOutage = (scenario: Scenario) => outagesOf(scenario).length > 0;
  const rounds = [
    scenarios.filter((scenario) => !hasOutage(scenario)),
    ...scenarios.filter(hasOutage).map((scenario) => [scenario]),
  ];
  const outcomes = new Map<Scenario, Outcome>();
  let startAt = START_AT;
  for (const round of rounds) {
    const harness = new EngineHarness(store, startAt);
    const runs = new Map<ScenarioRun, Scenario>();
    for (const scenario of round) {
      runs.set(
        new ScenarioRun(scenario, `scenario ${scenarios.indexOf(scenario)}`, harness),
        scenario,
      );
    }
    await playConcurrently(harness, [...runs.keys()], (run, outcome) => {
      const scenario = runs.get(run);
      if (scenario) outcomes.set(scenario, outcome);
    });
    startAt = harness.now + PAUSE_MS;
  }
  return scenarios.flatMap((scenario) => outcomes.get(scenario) ?? []);
}

async function playConcurrently(
  harness: EngineHarness,
  runs: readonly ScenarioRun[],
  onEnd: (run: ScenarioRun, outcome: Outcome) => void,
): Promise<void> {
  const startAt = harness.now;
  await harness.heartbeatUntil(
    startAt + Math.max(0, ...runs.map((run) => run.heartbeatsUntil(-1))),
  );
  for (const run of runs) await run.start();
  await harness.settle();
  for (let pending = runs; pending.length > 0; ) {
    const at = Math.min(...pending.map(({ nextAt }) => nextAt));
    const due = pending.filter(({ nextAt }) => nextAt === at);
    if (!due.some((run) => run.isInOutage(at))) await harness.advance(startAt + at);
    await Promise.all(due.map((run) => run.applyEvents(at)));
    await harness.settle();
    const observing = due.filter((run) => run.isExpectedAt(at));
    const seen = await harness.read(observing.map(({ key }) => key));
    for (const [index, run] of observing.entries()) run.observe(at, seen[index] ?? null);
    const ending = due.filter(({ endAt }) => endAt === at);
    for (const run of ending) {
      harness.forgetDeadline(run.key);
      onEnd(run, await run.finish());
    }
    pending = pending.filter((run) => !ending.includes(run));
  }
}
