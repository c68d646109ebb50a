/**
 * Measures from the history how good the verdicts were: how long it took to detect departures,
 * which verdicts a return contradicted, and what longer buffers would have cost.
 * @module
 */
import { countUpTo, sortInTurns } from "../async/sort-in-turns.ts";
import { TurnBudget } from "../async/turns.ts";
import type { Track } from "../core/lists.ts";
import { SplitMap } from "../stores/split-map.ts";
import type { Store } from "../stores/store.ts";

/** A return this soon after the verdict means that the user had not really left. */
export const CONTRADICTED_WITHIN_MS = 60_000;
/** Buffers longer by these amounts are compared with the one that was used. */
const EXTENSIONS_MS = [5_000, 10_000, 20_000, 30_000, 60_000];
const READ_LIMIT = 500;

export interface Insights {
  readonly track: Track;
  readonly from: number;
  readonly to: number;
  /** Verdicts `offline` in that period. */
  readonly departures: number;
  /** From the last signal of the last page to the verdict; `null` if there was no departure. */
  readonly detectionMs: Quantiles | null;
  /** Departures that a return within a minute contradicted. */
  readonly contradicted: number;
  /** Departures less than a minute ago, which a return may still contradict. */
  readonly undecided: number;
  /** From the verdict to the return, of users who returned. */
  readonly returnMs: Quantiles | null;
  /** Effects of a longer buffer: contradicted verdicts avoided, delay of the others. */
  readonly longerBuffers: readonly { byMs: number; spared: number; delayedMs: number }[];
}

export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly count: number;
}

/** Reads the account's history between two instants. */
export async function measure(
  store: Store,
  account: string,
  track: Track,
  from: number,
  to: number,
): Promise<Insights> {
  const detections: number[] = [];
  const returns: number[] = [];
  let departures = 0;
  const offlineSince = new SplitMap<string, number>();
  /** Sessions whose last departure may still be contradicted. */
  const undecided = new Set<string>();
  for await (const { session, transition } of entries(store, account, track, from)) {
    const { at, mergedInto } = transition;
    if (at > to) continue;
    if (mergedInto !== undefined) {
      // Only the survivor can still return from the old session's verdict.
      const since = offlineSince.get(session);
      if (since !== undefined) {
        offlineSince.set(mergedInto, Math.max(since, offlineSince.get(mergedInto) ?? 0));
      }
      if (undecided.delete(session)) undecided.add(mergedInto);
      offlineSince.delete(session);
    } else if (transition.to.presence === "offline" && transition.from.presence === "online") {
      if (at < from) continue;
      offlineSince.set(session, at);
      departures += 1;
      if (at > to - CONTRADICTED_WITHIN_MS) undecided.add(session);
      if (transition.heardAt !== null) detections.push(at - transition.heardAt);
    } else if (transition.from.presence === "offline" && transition.to.presence === "online") {
      const since = offlineSince.get(session);
      // A visitor who is here by the pages of another session has not returned (rule 26).
      if (since !== undefined && transition.cause !== "merged") returns.push(at - since);
      offlineSince.delete(session);
      undecided.delete(session);
    }
  }
  const sortedReturns = await sortInTurns(returns);
  return {
    track,
    from,
    to,
    departures,
    detectionMs: quantiles(await sortInTurns(detections)),
    contradicted: countUpTo(sortedReturns, CONTRADICTED_WITHIN_MS),
    undecided: undecided.size,
    returnMs: quantiles(sortedReturns),
    longerBuffers: EXTENSIONS_MS.map((byMs) => {
      const spared = countUpTo(sortedReturns, byMs);
      return { byMs, spared, delayedMs: (departures - spared) * byMs };
    }),
  };
}

/** The log from the hour of `from` on; earlier entries may be among them. */
export async function* entries(store: Store, account: string, track: Track, from: number) {
  const budget = new TurnBudget();
  for (let cursor = await store.logStart(account, from, track); ; ) {
    const page = await store.log(account, cursor, READ_LIMIT, track);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < READ_LIMIT) return;
    cursor = last.cursor;
    await budget.step();
  }
}

export function quantiles(sorted: Float64Array): Quantiles | null {
  if (sorted.length === 0) return null;
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), count: sorted.length };
}
