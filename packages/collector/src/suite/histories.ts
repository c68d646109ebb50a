/**
 * Histories through the engine over a store, turn by turn, beside a model: a store that is known to do
 * as it must. After each turn both must show the same to whoever asks.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { cadenceOf } from "../core/cadence.ts";
import type { Input } from "../core/input.ts";
import type { RenewOutcome, Request } from "../engine/request.ts";
import type { SessionKey, Store } from "../stores/store.ts";
import { beatOf } from "./beats.ts";
import { EngineHarness } from "./engine-harness.ts";
import type { Act, History, Submission, Turn } from "./history.ts";
import { type Cursors, type View, viewOf } from "./view.ts";

export interface Place {
  /** Has nothing in it yet. */
  readonly account: string;
  /** Epoch milliseconds; later than anything that the stores have heard. */
  readonly startAt: number;
}

/**
 * Plays a history over a store and over its model, over which beats go the whole way. Answers with how
 * many went the short way over the store.
 * @throws {AssertionError} naming the turn after which they showed something else.
 */
export async function compareHistory(
  store: Store,
  model: Store,
  history: History,
  place: Place,
): Promise<number> {
  const expected = playHistory(new EngineHarness(model, place.startAt, true), history, place);
  const stage = new EngineHarness(store, place.startAt);
  let turn = 0;
  for await (const shown of playHistory(stage, history, place)) {
    const { value } = await expected.next();
    try {
      deepEqual(shown, value);
    } catch (error) {
      throw new Error(`turn ${turn}: ${(error as Error).message}`, { cause: error });
    }
    turn += 1;
  }
  return stage.beats.renewed;
}

/** What was answered in a turn, and what the store shows after it. */
export interface Shown {
  readonly answers: readonly unknown[];
  readonly view: View;
}

/** Plays a history on a stage and says after each turn what there is to see. */
export async function* playHistory(
  stage: EngineHarness,
  { turns }: History,
  place: Place,
): AsyncGenerator<Shown, void, undefined> {
  await stage.engine.broadcasts.refresh();
  const epochBefore = stage.engine.broadcasts.epoch;
  const cursors: Cursors = { live: 0, shadow: 0 };
  await stage.heartbeatUntil(place.startAt);
  for (const turn of turns) {
    const answers = await takeTurn(stage, turn, place);
    yield { answers, view: await viewOf(stage, place.account, epochBefore, cursors) };
  }
}

async function takeTurn(
  stage: EngineHarness,
  { afterMs, wasAway, acts }: Turn,
  place: Place,
): Promise<readonly unknown[]> {
  const at = stage.now + afterMs;
  if (wasAway) {
    await stage.skip(at);
  } else {
    await stage.heartbeatUntil(at);
    await stage.advance(at);
  }
  const answers: unknown[] = [];
  let together: Submission[] = [];
  const send = async () => {
    const requests = together.map((each) => requestOf(each, place));
    const outcomes = await Promise.all(requests.map((request) => stage.submit(request)));
    answers.push(...outcomes.map((outcome, index) => shownOf(outcome, requests[index])));
    together = [];
    await stage.settle();
  };
  for (const act of acts) {
    if (act.type === "submit") {
      together.push(act);
      continue;
    }
    await send();
    answers.push(await take(stage, act, place.account));
    await stage.settle();
  }
  await send();
  return answers;
}

async function take(
  stage: EngineHarness,
  act: Exclude<Act, Submission>,
  account: string,
): Promise<number | boolean | null> {
  switch (act.type) {
    case "settings": {
      const { overrides, triggers } = act;
      await stage.changeSettings(account, { overrides, triggers });
      return null;
    }
    case "erase": {
      const key = { account, id: act.session };
      stage.forget(key);
      return stage.engine.erase(key);
    }
    case "agent":
      await stage.store.putAgent(account, { id: act.id, capacity: act.capacity });
      return null;
    case "prune":
      return stage.store.prune(account, stage.now - act.olderThanMs, MAX_PRUNED);
  }
}

const MAX_PRUNED = 10_000;

function requestOf(
  { session, inputs, create, eventId, binding }: Submission,
  { account, startAt }: Place,
) {
  const key: SessionKey = { account, id: session };
  return {
    key,
    inputs: inputs.map((input) => startedAt(input, startAt)),
    ...(create && { create }),
    ...(eventId !== null && { eventId }),
    ...(binding !== null && { binding }),
  };
}

function startedAt(input: Input, startAt: number): Input {
  if (input.type !== "end_user_message" || input.sentAt === null) return input;
  return { ...input, sentAt: startAt + input.sentAt };
}

/** What whoever asked is told; the settings are the engine's own affair. A beat is told when to come again. */
function shownOf(outcome: RenewOutcome, request: Request | undefined): object {
  if (!("settings" in outcome)) return outcome;
  const { settings, ...shown } = outcome;
  const beat = request && beatOf(request);
  if (!beat || outcome.transitions.length > 0) return shown;
  const nextMs = cadenceOf(outcome.shadow ?? outcome.session, beat, settings);
  return { status: "renewed", nextMs };
}
