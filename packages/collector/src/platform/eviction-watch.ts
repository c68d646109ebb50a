/**
 * Warns of a store that may drop records on its own.
 * @module
 */
import type { Eviction, Store } from "../stores/store.ts";

const ASK_EVERY_MS = 20_000;
const WARN_EVERY_MS = 60_000;

export interface EvictionWatch {
  /** As of the last answer; `null`: not known. */
  readonly mayEvict: boolean | null;
  /** To be called about once a second. */
  check(): Promise<void>;
}

/** One that evicts is named once a minute, one that does not say once. */
export function watchEviction(
  store: Pick<Store, "checkEviction">,
  warn: (message: string) => void,
  now: () => number = () => performance.now(),
): EvictionWatch {
  let last: Eviction = { mayEvict: store.checkEviction ? null : false, message: "" };
  let [askedAt, warnedAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    get mayEvict() {
      return last.mayEvict;
    },
    async check() {
      if (!store.checkEviction || now() - askedAt < ASK_EVERY_MS) return;
      askedAt = now();
      const eviction = await store.checkEviction();
      const isNew = eviction.message !== last.message;
      last = eviction;
      if (eviction.message === "") return;
      const isDue = eviction.mayEvict === true && now() - warnedAt >= WARN_EVERY_MS;
      if (!isNew && !isDue) return;
      warnedAt = now();
      warn(eviction.message);
    },
  };
}
