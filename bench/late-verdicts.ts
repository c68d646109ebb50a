/**
 * Records how late verdicts are: from the time at which a user counts as offline until the verdict is
 * committed.
 */
import type { Store } from "../packages/collector/src/stores/store.ts";
import { percentile } from "./figures.ts";

export interface Lateness {
  readonly verdicts: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class LatenessRecorder {
  #latenessMs: number[] = [];

  /** Returns the store with a `commit` that records lateness. */
  wrap(store: Store): Store {
    const commit: Store["commit"] = async (writes) => {
      const outcomes = await store.commit(writes);
      const now = Date.now();
      for (const [index, { transitions }] of writes.entries()) {
        if (outcomes[index] === "conflict") continue;
        for (const { cause, at } of transitions) {
          if (cause === "buffer") this.#latenessMs.push(now - at);
        }
      }
      return outcomes;
    };
    return new Proxy(store, {
      get(target, property) {
        if (property === "commit") return commit;
        const value: unknown = Reflect.get(target, property);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  /** Returns and resets the figures since the last call. */
  takeFigures(): Lateness {
    const sorted = this.#latenessMs.toSorted((a, b) => a - b);
    this.#latenessMs = [];
    return {
      verdicts: sorted.length,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      maxMs: sorted.at(-1) ?? 0,
    };
  }
}
