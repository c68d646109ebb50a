/**
 * Scenario files through the engine over a store: what the store then tells must be what the pure core
 * tells.
 * @module
 */
import type { Outcome } from "../replay/run.ts";
import type { Scenario } from "../replay/scenario.ts";
import type { Store } from "../stores/store.ts";
import { EngineHarness } from "./engine-harness.ts";
import { outagesOf } from "./outages.ts";
import { ScenarioRun } from "./scenario-run.ts";

/** When the first of them begins: long after 0, so that a lost default shows. */
const BEGIN_AT = 1_700_000_000_000;
/** Between one round and the next, so that no clock goes back. */
const PAUSE_MS = 60_000;

/**
 * Plays scenarios through the engine over a store that has nothing in it, each in an account of its
 * own. Those without an outage are played at the same time, for an outage is everybody's.
 *
 * @returns what came of each, in the order of the scenarios and as `runScenario` answers, but read
 * from the store.
 * @throws {ScenarioError} if a scenario cannot be run, or not through an engine: an outage is longer
 * than 5 s, and nothing but signals falls into it.
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
  let startAt = BEGIN_AT;
  for (const round of rounds) {
    const stage = new EngineHarness(store, startAt);
    const plays = new Map<ScenarioRun, Scenario>();
    for (const scenario of round) {
      plays.set(
        new ScenarioRun(scenario, `scenario ${scenarios.indexOf(scenario)}`, stage),
        scenario,
      );
    }
    await playRound(stage, [...plays.keys()], (play, outcome) => {
      const scenario = plays.get(play);
      if (scenario) outcomes.set(scenario, outcome);
    });
    startAt = stage.now + PAUSE_MS;
  }
  return scenarios.flatMap((scenario) => outcomes.get(scenario) ?? []);
}

async function playRound(
  stage: EngineHarness,
  plays: readonly ScenarioRun[],
  onEnd: (play: ScenarioRun, outcome: Outcome) => void,
): Promise<void> {
  const startAt = stage.now;
  await stage.heartbeatUntil(
    startAt + Math.max(0, ...plays.map((play) => play.heartbeatsUntil(-1))),
  );
  for (const play of plays) await play.begin();
  await stage.settle();
  for (let playing = plays; playing.length > 0; ) {
    const at = Math.min(...playing.map(({ nextAt }) => nextAt));
    const acting = playing.filter(({ nextAt }) => nextAt === at);
    if (!acting.some((play) => play.isInOutage(at))) await stage.advance(startAt + at);
    await Promise.all(acting.map((play) => play.act(at)));
    await stage.settle();
    const observing = acting.filter((play) => play.isExpectedAt(at));
    const seen = await stage.read(observing.map(({ key }) => key));
    for (const [index, play] of observing.entries()) play.observe(at, seen[index] ?? null);
    const ending = acting.filter(({ endAt }) => endAt === at);
    for (const play of ending) {
      stage.forget(play.key);
      onEnd(play, await play.end());
    }
    playing = playing.filter((play) => !ending.includes(play));
  }
}
