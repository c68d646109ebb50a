/**
 * Runs a scenario through the core on a virtual clock.
 * @module
 */
import type { Input } from "../core/input.ts";
import { isMerging } from "../core/merge.ts";
import { reduce } from "../core/reduce.ts";
import { createSession, type Session, type Ticket } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { resolveSettings } from "../core/settings-resolve.ts";
import type { Overrides } from "../core/settings-schema.ts";
import { type Transition, visibleOf } from "../core/transition.ts";
import { inputOf } from "./inputs.ts";
import { initialOverrides, patchedOverrides } from "./overrides.ts";
import { SimulatedPages } from "./pages.ts";
import type { MergeTarget, Scenario, ScenarioEvent } from "./scenario.ts";

export interface Result {
  readonly at: number;
  readonly state: string;
  readonly reason: string | null;
  readonly presence: string;
  readonly queue: string;
  readonly capacityHeld: boolean;
}

/** The outcome of a scenario; `--json` prints its `id`, `results` and `transitions`. */
export interface Outcome {
  readonly id: string;
  readonly results: readonly Result[];
  /** Changes of `state` only. */
  readonly transitions: readonly { at: number; state: string; reason: string | null }[];
  /** The ticket at each instant of `results`. */
  readonly tickets: readonly Ticket[];
  /** Every transition, its instants in milliseconds from the scenario's start. */
  readonly history: readonly Transition[];
}

/** @throws {ScenarioError} if the scenario cannot be run. */
export function runScenario(scenario: Scenario): Outcome {
  const collector = new VirtualCollector(scenario);
  const instants = [...new Set([...scenario.events, ...scenario.expect].map(({ at }) => at))];
  const results: Result[] = [];
  const tickets: Ticket[] = [];
  for (const at of instants.sort((a, b) => a - b)) {
    collector.advance(at * 1000);
    for (const event of scenario.events) if (event.at === at) collector.apply(event);
    if (!scenario.expect.some((expectation) => expectation.at === at)) continue;
    results.push({ at, ...visibleOf(collector.session, collector.settings) });
    tickets.push(collector.session.ticket);
  }
  const { history } = collector;
  return { id: scenario.id, results, transitions: stateChanges(history), tickets, history };
}

/** The changes of `state` in a history whose instants are relative to the scenario's start. */
export function stateChanges(history: readonly Transition[]): Outcome["transitions"] {
  return history
    .filter(({ from, to }) => from.state !== to.state)
    .map(({ at, to }) => ({ at: at / 1000, state: to.state, reason: to.reason }));
}

/** The survivor's id, and how it was created if it is not new. */
export function mergeTarget(target: string | MergeTarget, oldId: string) {
  const { id = `${oldId}-survivor`, session } =
    typeof target === "string" ? { id: target, session: undefined } : target;
  return { id, session };
}

/** One session, its pages, and a clock that moves only by {@link advance}. */
class VirtualCollector {
  session: Session;
  settings: Settings;
  readonly history: Transition[] = [];
  #overrides: Overrides;
  readonly #scenario: Scenario;
  readonly #pages = new SimulatedPages();
  /** Outages that have ended. */
  readonly #endedOutages = new Set<ScenarioEvent>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#overrides = initialOverrides(scenario);
    this.settings = resolveSettings(this.#overrides, scenario.triggers ?? []);
    this.session = createSession({ id: scenario.id, ...scenario.session }, 0);
  }

  /** Moves the clock: delivers due beats and runs due timers, except during an outage. */
  advance(now: number): void {
    for (let beat = this.#pages.nextBeat(now); beat; beat = this.#pages.nextBeat(now)) {
      if (!this.#isInOutage(beat.at)) this.#reduce(beat.input, beat.at);
    }
    if (!this.#isInOutage(now)) this.#reduce({ type: "tick" }, now);
  }

  apply(event: ScenarioEvent): void {
    const now = event.at * 1000;
    if (event.type === "merged") {
      this.#merge(event.into, now);
      return;
    }
    const input = this.#inputOf(event);
    const isLost = this.#isInOutage(now) && (input.type === "signal" || input.type === "leave");
    if (!isLost) this.#reduce(input, now);
  }

  /** Whether an instant lies in an outage, which lasts until its event has been applied. */
  #isInOutage(now: number): boolean {
    return this.#scenario.events.some(
      (event) =>
        event.type === "outage" &&
        now > event.from * 1000 &&
        now <= event.at * 1000 &&
        !this.#endedOutages.has(event),
    );
  }

  /** The run goes on as the survivor. */
  #merge(target: string | MergeTarget, now: number): void {
    const { id, session } = mergeTarget(target, this.session.id);
    this.#reduce({ type: "merge_begun", into: id }, now);
    const from = this.session;
    if (!isMerging(from)) return;
    this.#reduce({ type: "merge_ended" }, now);
    this.session = createSession({ channel: from.channel, ...session, id }, now);
    this.#reduce({ type: "merge_taken", from, shadow: null }, now);
  }

  #inputOf(event: Exclude<ScenarioEvent, { readonly type: "merged" }>): Input {
    switch (event.type) {
      case "outage":
        this.#endedOutages.add(event);
        return { type: event.type, fromAt: event.from * 1000 };
      case "settings_changed":
        this.#overrides = patchedOverrides(this.#scenario, this.#overrides, event.settings);
        return {
          type: event.type,
          settings: resolveSettings(this.#overrides, this.settings.triggers),
        };
      default:
        return inputOf(event, this.#pages, 0);
    }
  }

  #reduce(input: Input, now: number): void {
    const reduction = reduce(this.session, input, now, this.settings);
    if (input.type === "settings_changed") this.settings = input.settings;
    this.session = reduction.session;
    this.history.push(...reduction.transitions);
  }
}
