/**
 * The number of sessions by state over all accounts, for the metrics.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import { noSessions, type StateCounts } from "../stores/state-counts.ts";
import type { Store } from "../stores/store.ts";

const MIN_AGE_MS = 10_000;
/** Counting takes at most a hundredth of the time, however many accounts there are. */
const AGE_PER_DURATION = 100;

/**
 * Returns a function for each scrape: it counts again if the last counts are old, and otherwise returns
 * those. Its result is `null` if the store cannot count by state.
 */
export function createSessionCounts(
  store: Pick<Store, "countByState">,
  accounts: () => readonly string[],
  now: () => number = () => performance.now(),
): () => Promise<StateCounts | null> {
  let last: { readonly counts: Promise<StateCounts>; validUntil: number } | null = null;

  async function count(): Promise<StateCounts> {
    const budget = new TurnBudget();
    const sum = noSessions();
    for (const account of accounts()) {
      const counts = (await store.countByState?.(account)) ?? noSessions();
      for (const state of Object.keys(sum) as (keyof StateCounts)[]) sum[state] += counts[state];
      await budget.step();
    }
    return sum;
  }

  return async () => {
    if (!store.countByState) return null;
    const startedAt = now();
    if (last && startedAt < last.validUntil) return last.counts;
    const counting = { counts: count(), validUntil: Number.POSITIVE_INFINITY };
    last = counting;
    try {
      return await counting.counts;
    } catch (error) {
      last = null;
      throw error;
    } finally {
      const endedAt = now();
      const age = Math.max(MIN_AGE_MS, (endedAt - startedAt) * AGE_PER_DURATION);
      counting.validUntil = endedAt + age;
    }
  };
}
