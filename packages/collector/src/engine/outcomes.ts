/**
 * What verdicts did at the desk, counted by day: in a trial run beside what presence would have done.
 * @module
 */
import type { Track } from "../core/lists.ts";
import type { Transition } from "../core/transition.ts";
import type { Store } from "../stores/store.ts";
import { entries } from "./insights.ts";

const DAY_MS = 86_400_000;

export interface Outcomes {
  /** Verdicts that a visitor has gone. */
  readonly departures: number;
  /** Conversations without an agent that became inactive, since their visitor left or fell silent. */
  readonly leftQueue: number;
  /** Conversations with an agent whose capacity became free for the same reasons. */
  readonly released: number;
  /** Tickets that a trigger set to solved. */
  readonly solved: number;
}

export interface OutcomesOfDay {
  /** When the UTC day begins. */
  readonly at: number;
  readonly live: Outcomes;
  readonly shadow: Outcomes | null;
}

export interface OutcomeReport {
  readonly from: number;
  readonly to: number;
  /** Every day of the period, the first one first. */
  readonly days: readonly OutcomesOfDay[];
}

const NONE: Outcomes = { departures: 0, leftQueue: 0, released: 0, solved: 0 };

/** @param isTrial whether presence was only tried out in that period */
export async function reportOutcomes(
  store: Store,
  account: string,
  isTrial: boolean,
  from: number,
  to: number,
): Promise<OutcomeReport> {
  const shadow = isTrial ? await countByDay(store, account, "shadow", from, to) : null;
  const live = await countByDay(store, account, "live", from, to);
  const days: OutcomesOfDay[] = [];
  for (let at = dayOf(from); at <= to; at += DAY_MS) {
    days.push({
      at,
      live: live.get(at) ?? NONE,
      shadow: shadow && (shadow.get(at) ?? NONE),
    });
  }
  return { from, to, days };
}

/** When the first of these UTC days begins, the last of which has `to`. */
export function firstDayOf(to: number, days: number): number {
  return dayOf(to) - (days - 1) * DAY_MS;
}

export function sumOutcomes(all: readonly Outcomes[]): Outcomes {
  return all.reduce(
    (sum, each) => ({
      departures: sum.departures + each.departures,
      leftQueue: sum.leftQueue + each.leftQueue,
      released: sum.released + each.released,
      solved: sum.solved + each.solved,
    }),
    NONE,
  );
}

const dayOf = (at: number) => Math.floor(at / DAY_MS) * DAY_MS;

async function countByDay(store: Store, account: string, track: Track, from: number, to: number) {
  const days = new Map<number, Outcomes>();
  for await (const { transition } of entries(store, account, track, from)) {
    const { at } = transition;
    if (at < from || at > to) continue;
    const outcome = outcomeOf(transition);
    if (!outcome) continue;
    const day = dayOf(at);
    days.set(day, sumOutcomes([days.get(day) ?? NONE, outcome]));
  }
  return days;
}

/** `null`: it is none of them. */
function outcomeOf(transition: Transition): Outcomes | null {
  const { from, to, assignee, capacityHeld, ticketChanges, triggers } = transition;
  const isAway = to.reason === "user_offline" || to.reason === "user_inactive";
  const isVerdict = from.state === "active" && to.state === "inactive" && isAway;
  const outcome = {
    departures: Number(from.presence === "online" && to.presence === "offline"),
    leftQueue: Number(isVerdict && assignee === null),
    released: Number(isVerdict && assignee !== null && !capacityHeld),
    solved: Number(triggers.length > 0 && ticketChanges.status?.to === "solved"),
  };
  return Object.values(outcome).some((count) => count > 0) ? outcome : null;
}
