/**
 * What a changed presence mode would do now to the conversations that have begun (rule 16), counted by
 * applying the change to a copy of each: nothing is stored.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { State } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { type VisibleState, visibleOf } from "../core/transition.ts";
import type { ListPosition } from "../stores/list.ts";
import type { Stored } from "../stores/store.ts";
import type { Engine } from "./engine.ts";
import { SessionBatch } from "./session-batch.ts";
import { asIfOn, SessionReducer } from "./session-reducer.ts";

/** The most sessions that are examined, so that the answer does not take long. */
const MAX_EXAMINED = 5_000;
const READ_LIMIT = 500;
/** Sessions that have not begun, or have ended, stay as they are. */
const UNDER_WAY: readonly State[] = ["active", "inactive"];

export interface ModeEffect {
  /** Conversations that have begun and not ended; at most 5,000. */
  readonly examined: number;
  /** False: there are more than were examined. */
  readonly isComplete: boolean;
  /** In the queue before the change. */
  readonly waiting: number;
  /** Of those, how many the trial run has out of the queue. */
  readonly waitingGone: number;
  readonly entersQueue: number;
  readonly leavesQueue: number;
  readonly takesCapacity: number;
  readonly freesCapacity: number;
}

type Count =
  | "waiting"
  | "waitingGone"
  | "entersQueue"
  | "leavesQueue"
  | "takesCapacity"
  | "freesCapacity";

export async function modeEffect(
  engine: Engine,
  account: string,
  wanted: Settings,
): Promise<ModeEffect> {
  const counts: Record<Count, number> = {
    waiting: 0,
    waitingGone: 0,
    entersQueue: 0,
    leavesQueue: 0,
    takesCapacity: 0,
    freesCapacity: 0,
  };
  const budget = new TurnBudget();
  const now = engine.clock.now();
  let examined = 0;
  for await (const stored of sessionsUnderWay(engine, account)) {
    if (examined === MAX_EXAMINED) return { examined, isComplete: false, ...counts };
    examined += 1;
    for (const count of changesOf(engine, account, stored, wanted, now)) counts[count] += 1;
    await budget.step();
  }
  return { examined, isComplete: true, ...counts };
}

async function* sessionsUnderWay({ store }: Engine, account: string): AsyncGenerator<Stored> {
  for (const state of UNDER_WAY) {
    let after: ListPosition | undefined;
    do {
      const page = await store.list(account, { state, after, limit: READ_LIMIT });
      yield* page.sessions;
      after = page.next ?? undefined;
    } while (after);
  }
}

function changesOf(
  { broadcasts }: Engine,
  account: string,
  stored: Stored,
  wanted: Settings,
  now: number,
): readonly Count[] {
  const key = { account, id: stored.session.id };
  const current = new SessionBatch(key, { stored, seenEventIds: [] }, broadcasts);
  const outcome = current.apply({ key, inputs: [{ type: "tick" }] }, now);
  if (!("shadow" in outcome) || outcome.status === "merging") return [];
  const { session, shadow, settings } = outcome;
  const isGone = shadow !== null && visibleOf(shadow, asIfOn(settings)).queue !== "queued";
  const before = visibleOf(session, settings);
  return changes(before, changed(session, settings, wanted, now), isGone);
}

function changed(session: Session, from: Settings, to: Settings, now: number): VisibleState {
  const copy = new SessionReducer(session);
  copy.reduce({ type: "settings_changed", settings: to }, now, from);
  return visibleOf(copy.session, to);
}

function changes(before: VisibleState, after: VisibleState, isGone: boolean): readonly Count[] {
  const wasQueued = before.queue === "queued";
  const isQueued = after.queue === "queued";
  const found: Record<Count, boolean> = {
    waiting: wasQueued,
    waitingGone: wasQueued && isGone,
    entersQueue: isQueued && !wasQueued,
    leavesQueue: wasQueued && !isQueued,
    takesCapacity: after.capacityHeld && !before.capacityHeld,
    freesCapacity: before.capacityHeld && !after.capacityHeld,
  };
  return (Object.keys(found) as Count[]).filter((count) => found[count]);
}
