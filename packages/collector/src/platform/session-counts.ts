/**
 * The number of sessions by state over all accounts, for the metrics.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import { noSessions, type StateCounts } from "../stores/state-counts.ts";
import type { Store } from "../stores/store.ts";
import { shareReading } from "./shared-reading.ts";

const MIN_AGE_MS = 10_000;

/**
 * Returns a function for each scrape: it counts again if the last counts are old, and otherwise returns
 * those. Its result is `null` if the store cannot count by state.
 */
export function createSessionCounts(
  store: Pick<Store, "countByState">,
  accounts: () => readonly string[],
  now: () => number = () => performance.now(),
): () => Promise<StateCounts | null> {
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

  const counts = shareReading(count, MIN_AGE_MS, { now });
  return async () => (store.countByState ? counts() : null);
}
