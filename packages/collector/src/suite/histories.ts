/**
 * Plays histories through the engine over a store and over a model, a store known to be correct. Both
 * must show the same after each step.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { cadenceForSignal } from "../core/cadence.ts";
import type { BeatOutcome, Request } from "../engine/request.ts";
import type { SessionKey, Store } from "../stores/store.ts";
import { beatOf } from "./beats.ts";
import { EngineHarness } from "./engine-harness.ts";
import {
  type History,
  type Operation,
  type Step,
  type Submission,
  withAbsoluteTimes,
} from "./history.ts";
import { type AccountView, type Cursors, readView } from "./view.ts";

export interface PlayOptions {
  /** An empty account. */
  readonly account: string;
  /** Epoch milliseconds, later than the liveness watermarks of both stores. */
  readonly startAt: number;
}

/**
 * Plays a history over a store and over a model, where beats always take the slow path. Returns how
 * many beats took the fast path over the store.
 * @throws {Error} naming the step after which they differ.
 */
export async function compareHistory(
  store: Store,
  model: Store,
  history: History,
  options: PlayOptions,
): Promise<number> {
  const expected = playHistory(new EngineHarness(model, options.startAt, true), history, options);
  const harness = new EngineHarness(store, options.startAt);
  let step = 0;
  for await (const shown of playHistory(harness, history, options)) {
    const { value } = await expected.next();
    try {
      deepEqual(shown, value);
    } catch (error) {
      throw new Error(`step ${step}: ${(error as Error).message}`, { cause: error });
    }
    step += 1;
  }
  return harness.beats.hits;
}

/** The results of a step's operations, and the store's contents after it. */
export interface StepResult {
  readonly answers: readonly unknown[];
  readonly view: AccountView;
}

/** Plays a history and yields what can be observed after each step. */
export async function* playHistory(
  harness: EngineHarness,
  { steps }: History,
  options: PlayOptions,
): AsyncGenerator<StepResult, void, undefined> {
  await harness.engine.broadcasts.refresh();
  const epochBefore = harness.engine.broadcasts.epoch;
  const cursors: Cursors = { live: 0, shadow: 0 };
  await harness.heartbeatUntil(options.startAt);
  for (const step of steps) {
    const answers = await playStep(harness, step, options);
    yield { answers, view: await readView(harness, options.account, epochBefore, cursors) };
  }
}

async function playStep(
  harness: EngineHarness,
  { afterMs, wasDown, operations }: Step,
  options: PlayOptions,
): Promise<readonly unknown[]> {
  const at = harness.now + afterMs;
  if (wasDown) {
    await harness.jumpTo(at);
  } else {
    await harness.heartbeatUntil(at);
    await harness.advance(at);
  }
  const answers: unknown[] = [];
  let together: Submission[] = [];
  const send = async () => {
    const requests = together.map((each) => requestOf(each, options));
    const outcomes = await Promise.all(requests.map((request) => harness.submit(request)));
    answers.push(...outcomes.map((outcome, index) => comparableOutcome(outcome, requests[index])));
    together = [];
    await harness.settle();
  };
  for (const operation of operations) {
    if (operation.type === "submit") {
      together.push(operation);
      continue;
    }
    await send();
    answers.push(await applyOperation(harness, operation, options.account));
    await harness.settle();
  }
  await send();
  return answers;
}

async function applyOperation(
  harness: EngineHarness,
  operation: Exclude<Operation, Submission>,
  account: string,
): Promise<number | boolean | null> {
  switch (operation.type) {
    case "settings": {
      const { overrides, triggers } = operation;
      await harness.changeSettings(account, { overrides, triggers });
      return null;
    }
    case "erase": {
      const key = { account, id: operation.session };
      harness.forgetDeadline(key);
      return harness.engine.erase(key);
    }
    case "merge": {
      const outcome = await harness.merge({ account, id: operation.session }, operation.into);
      return "session" in outcome;
    }
    case "agent":
      await harness.store.putAgent(account, { id: operation.id, capacity: operation.capacity });
      return null;
    case "prune":
      return harness.store.prune(account, harness.now - operation.olderThanMs, MAX_PRUNED);
  }
}

const MAX_PRUNED = 10_000;

function requestOf(
  { session, inputs, create, eventId, binding, knownPage }: Submission,
  { account, startAt }: PlayOptions,
) {
  const key: SessionKey = { account, id: session };
  return {
    key,
    inputs: inputs.map((input) => withAbsoluteTimes(input, startAt)),
    ...(create && { create }),
    ...(eventId !== null && { eventId }),
    ...(binding !== null && { binding }),
    ...(knownPage !== null && { knownPage }),
  };
}

/** The outcome as both paths give it: for a beat only `nextMs`, and otherwise without the settings. */
function comparableOutcome(outcome: BeatOutcome, request: Request | undefined): object {
  if (!("settings" in outcome)) return outcome;
  const { settings, ...shown } = outcome;
  const beat = request && beatOf(request);
  if (!beat || outcome.transitions.length > 0) return shown;
  const nextMs = cadenceForSignal(outcome.shadow ?? outcome.session, beat, settings);
  return { status: "renewed", nextMs };
}
