/**
 * What triggers did lately, as the history has it.
 * @module
 */
import type { Store } from "../stores/store.ts";
import { entries } from "./insights.ts";

/** The latest conversations of a trigger that are named. */
const MAX_SESSIONS = 10;

export interface TriggerRuns {
  readonly runs: number;
  /** When it ran last. */
  readonly lastAt: number;
  /** Ids of the conversations for which it ran, the latest first. */
  readonly sessions: readonly string[];
}

/** How often each trigger ran since an instant, by name. */
export async function triggerRuns(
  store: Store,
  account: string,
  from: number,
): Promise<ReadonlyMap<string, TriggerRuns>> {
  const found = new Map<string, { runs: number; lastAt: number; sessions: Set<string> }>();
  for await (const { session, transition } of entries(store, account, "live", from)) {
    const { at, triggers } = transition;
    if (at < from) continue;
    for (const name of triggers) {
      const run = found.get(name) ?? { runs: 0, lastAt: 0, sessions: new Set() };
      run.runs += 1;
      run.lastAt = Math.max(run.lastAt, at);
      // A set lists its values in the order in which they were added.
      run.sessions.delete(session);
      run.sessions.add(session);
      const [oldest] = run.sessions;
      if (run.sessions.size > MAX_SESSIONS && oldest !== undefined) run.sessions.delete(oldest);
      found.set(name, run);
    }
  }
  return new Map(
    [...found].map(([name, run]) => [name, { ...run, sessions: [...run.sessions].reverse() }]),
  );
}
