/**
 * How late verdicts are: from the instant that a transition says to the end of the commit that kept it.
 */
import type { Store, Write } from "../packages/collector/src/stores/store.ts";

export interface Lateness {
  readonly verdicts: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class LatenessMeter {
  readonly #lateMs: number[] = [];

  /** Watches a store's commits. */
  watch(store: Store): Store {
    const commit = store.commit.bind(store);
    store.commit = async (writes: readonly Write[]) => {
      const outcomes = await commit(writes);
      const now = Date.now();
      for (const [index, { transitions }] of writes.entries()) {
        if (outcomes[index] !== "committed") continue;
        for (const { cause, at } of transitions)
          if (cause === "buffer") this.#lateMs.push(now - at);
      }
      return outcomes;
    };
    return store;
  }

  read(): Lateness {
    const sorted = this.#lateMs.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
    return { verdicts: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }
}
