/**
 * Plays histories through the engine over a store and over a model, a store known to be correct. Both
 * must show the same after each step.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { cadenceForSignal } from "../core/cadence.ts";
import { isMerging } from "../core/merge.ts";
import { visibleOf } from "../core/transition.ts";
import { findSession } from "../engine/merges.ts";
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
import { checkInvariants } from "./invariants.ts";
import { type AccountView, type Cursors, readView } from "./view.ts";

export interface PlayOptions {
  /** An empty account. */
  readonly account: string;
  /** Epoch milliseconds, later than the liveness watermarks of both stores. */
  readonly startAt: number;
  /**
   * Each request waits for the one before. Of those that arrive together, one for a session that is being
   * merged is applied after the others, and by how many turns depends on the store.
   */
  readonly isSequential?: boolean;
}

/**
 * Plays a history over a store and over a model, where beats always take the slow path. Returns how
 * many beats took the fast path over the store.
 * @throws {Error} naming the step after which they differ, or an invariant does not hold.
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
      checkInvariants(shown.view, harness.engine.broadcasts.latest(options.account).settings);
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
  history: History,
  options: PlayOptions,
): AsyncGenerator<StepResult, void, undefined> {
  await harness.engine.broadcasts.refresh();
  const epochBefore = harness.engine.broadcasts.epoch;
  const cursors: Cursors = { live: 0, shadow: 0 };
  const ids = new Set(history.steps.flatMap(({ operations }) => operations.flatMap(idsOf)));
  for await (const answers of playSteps(harness, history, options)) {
    const view = await readView(harness, options.account, { ids: [...ids], epochBefore, cursors });
    yield { answers, view };
  }
}

/** Plays a history and yields the results of each step's operations; nothing else is read. */
export async function* playSteps(
  harness: EngineHarness,
  { steps }: History,
  options: PlayOptions,
): AsyncGenerator<StepResult["answers"], void, undefined> {
  await harness.heartbeatUntil(options.startAt);
  for (const step of steps) yield playStep(harness, step, options);
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
      if (options.isSequential) await send();
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
): Promise<string | number | boolean | null> {
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
    case "merge":
      return merge(harness, { account, id: operation.session }, operation);
    case "agent":
      await harness.store.putAgent(account, { id: operation.id, capacity: operation.capacity });
      return null;
    case "prune":
      return harness.store.prune(account, harness.now - operation.olderThanMs, MAX_PRUNED);
  }
}

const MAX_PRUNED = 10_000;

/** The sessions that an operation names. */
function idsOf(operation: Operation): readonly string[] {
  if (operation.type === "merge") return [operation.session, operation.into];
  return "session" in operation ? [operation.session] : [];
}

/** The merge's status; `null` if the collector failed in it. */
async function merge(
  harness: EngineHarness,
  key: SessionKey,
  { into, failsAfter }: Extract<Operation, { type: "merge" }>,
): Promise<string | null> {
  const before = (await findSession(harness.store, key))?.session;
  const outcome = await harness.merge(key, into, failsAfter);
  if (outcome === null || !("session" in outcome)) return outcome?.status ?? null;
  const { session, settings, status } = outcome;
  const { presence } = visibleOf(session, settings);
  // What an ended survivor does not take over, and what has happened since a merge stopped, is left out.
  if (!before || isMerging(before) || session.ended) return status;
  if (before.presence === "online" && presence !== "unsupported") {
    equal(session.presence, "online", `${key.id} is offline by its merge into ${session.id}`);
  }
  if (before.queuedAt !== null && session.assignee === null) {
    ok((session.queuedAt ?? Infinity) <= before.queuedAt, `${key.id} loses its place by its merge`);
  }
  return status;
}

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
