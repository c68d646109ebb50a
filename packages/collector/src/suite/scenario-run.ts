/**
 * Plays one scenario through an engine: applies its events and collects the outcome.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { aliasOf } from "../core/merge.ts";
import type { Ticket } from "../core/session.ts";
import type { Overrides } from "../core/settings-schema.ts";
import { type Transition, visibleOf } from "../core/transition.ts";
import { inputOf } from "../replay/inputs.ts";
import { initialOverrides, patchedOverrides } from "../replay/overrides.ts";
import { SimulatedPages } from "../replay/pages.ts";
import { mergeTarget, type Outcome, type Result, stateChanges } from "../replay/run.ts";
import type { MergeTarget, Scenario } from "../replay/scenario.ts";
import type { LogEntry, SessionKey, Stored } from "../stores/store.ts";
import type { EngineHarness } from "./engine-harness.ts";
import { type Outage, outagesOf } from "./outages.ts";

/** More than any scenario produces. */
const MAX_HISTORY = 1_000;

export class ScenarioRun {
  /** Each scenario has its own account, because settings belong to accounts. */
  #key: SessionKey;
  /** The sessions that the scenario's went on as others from, oldest first. */
  readonly #merged: SessionKey[] = [];
  /** Milliseconds from the start to the last event or expectation. */
  readonly endAt: number;
  readonly #scenario: Scenario;
  readonly #harness: EngineHarness;
  readonly #startAt: number;
  readonly #pages = new SimulatedPages();
  readonly #instants: number[];
  readonly #outages: Outage[];
  readonly #results: Result[] = [];
  readonly #tickets: Ticket[] = [];
  #overrides: Overrides;

  constructor(scenario: Scenario, account: string, harness: EngineHarness) {
    this.#key = { account, id: scenario.id };
    this.#scenario = scenario;
    this.#harness = harness;
    this.#startAt = harness.now;
    this.#overrides = initialOverrides(scenario);
    this.#outages = outagesOf(scenario);
    const instants = [...scenario.events, ...scenario.expect].map(({ at }) => at * 1_000);
    this.#instants = [...instants, ...this.#outages.map(({ from }) => from * 1_000)].sort(
      (a, b) => a - b,
    );
    this.endAt = Math.max(0, ...instants);
  }

  get key(): SessionKey {
    return this.#key;
  }

  /** The time of the next event, in milliseconds from the start. */
  get nextAt(): number {
    const next = Math.min(
      this.#instants[0] ?? this.endAt,
      this.#pages.nextBeatAt ?? Number.POSITIVE_INFINITY,
    );
    return Math.min(next, this.endAt);
  }

  /** Until when heartbeats continue after `at`: the next outage or the end. Milliseconds from the start. */
  heartbeatsUntil(at: number): number {
    const next = this.#outages.find((outage) => outage.at * 1_000 > at);
    return next ? next.from * 1_000 : this.endAt;
  }

  /** Whether `at` is within an outage; its last instant counts, as the outage event ends it there. */
  isInOutage(at: number): boolean {
    return this.#outages.some((outage) => outage.from * 1_000 < at && at <= outage.at * 1_000);
  }

  async start(): Promise<void> {
    const triggers = this.#scenario.triggers ?? [];
    await this.#harness.changeSettings(this.key.account, { overrides: this.#overrides, triggers });
    await this.#harness.submit({ key: this.key, inputs: [], create: this.#scenario.session });
  }

  /** Applies all events at `at` in order; those between settings changes are submitted together. */
  async applyEvents(at: number): Promise<void> {
    while (this.#instants[0] !== undefined && this.#instants[0] <= at) this.#instants.shift();
    const events = this.#scenario.events.filter((event) => event.at * 1_000 === at);
    let isDown = this.isInOutage(at);
    let pending: Promise<unknown>[] = [];
    const submit = (input: ReturnType<typeof inputOf>) => {
      const isOfPage = input.type === "signal" || input.type === "leave";
      if (isDown && isOfPage) return;
      pending.push(this.#harness.submit({ key: this.key, inputs: [input] }));
    };
    for (let beat = this.#pages.nextBeat(at); beat; beat = this.#pages.nextBeat(at)) {
      submit(beat.input);
    }
    for (const event of events) {
      if (event.type === "outage") {
        await this.#harness.jumpTo(this.#startAt + at);
        await this.#harness.heartbeatUntil(this.#startAt + this.heartbeatsUntil(at));
        isDown = false;
      } else if (event.type === "settings_changed") {
        await Promise.all(pending);
        pending = [];
        await this.#changeSettings(event.settings);
      } else if (event.type === "merged") {
        await Promise.all(pending);
        pending = [];
        await this.#merge(event.into);
      } else {
        submit(inputOf(event, this.#pages, this.#startAt));
      }
    }
    await Promise.all(pending);
  }

  async #merge(target: string | MergeTarget): Promise<void> {
    const { id, session } = mergeTarget(target, this.key.id);
    const survivor = { ...this.key, id };
    if (session) await this.#harness.submit({ key: survivor, inputs: [], create: session });
    await this.#harness.merge(this.key, id);
    const [old] = await this.#harness.read([this.key]);
    if (!old || aliasOf(old.session) === null) return;
    this.#merged.push(this.key);
    this.#key = survivor;
  }

  async #changeSettings(patch: unknown): Promise<void> {
    this.#overrides = patchedOverrides(this.#scenario, this.#overrides, patch);
    const triggers = this.#scenario.triggers ?? [];
    await this.#harness.changeSettings(this.key.account, { overrides: this.#overrides, triggers });
  }

  isExpectedAt(at: number): boolean {
    return this.#scenario.expect.some((expectation) => expectation.at * 1_000 === at);
  }

  /** Records the session's visible state at `at`. */
  observe(at: number, stored: Stored | null): void {
    if (!stored) throw new Error(`Scenario ${this.key.id}: its session is not in the store.`);
    const { settings } = this.#harness.engine.broadcasts.latest(this.key.account);
    this.#results.push({ at: at / 1_000, ...visibleOf(stored.session, settings) });
    this.#tickets.push(stored.session.ticket);
  }

  /** Reads the outcome from the store, and checks that the log agrees with the session's history. */
  async finish(): Promise<Outcome> {
    const { store } = this.#harness;
    const log = await store.log(this.key.account, 0, MAX_HISTORY);
    const history: Transition[] = [];
    for (const key of [...this.#merged, this.key]) {
      const stored = (await store.history(key, 0, MAX_HISTORY)).map(transitionOf);
      const logged = log.filter(({ session }) => session === key.id).map(transitionOf);
      deepEqual(logged, stored, "the log agrees with the history");
      history.push(...stored.map((transition) => this.#relativeToStart(transition)));
    }
    return {
      id: this.#scenario.id,
      results: this.#results,
      transitions: stateChanges(history),
      tickets: this.#tickets,
      history,
    };
  }

  #relativeToStart(transition: Transition): Transition {
    const { at, heardAt } = transition;
    return {
      ...transition,
      at: at - this.#startAt,
      heardAt: heardAt === null ? null : heardAt - this.#startAt,
    };
  }
}

function transitionOf({ transition }: LogEntry): Transition {
  return transition;
}
