/**
 * Keys by their deadlines, for finding those that are due. A key whose deadline changed is added again, and
 * its earlier entry is dropped when it would be due: so adding one costs little, and nothing is sorted but
 * the instants of one second.
 * @module
 */

import { SplitSet } from "./split-set.ts";

/** Outdated entries that one search drops before it stops. */
const MAX_DROPPED = 10_000;

export interface Due<K> {
  readonly key: K;
  readonly deadlineAt: number;
}

/** How many keys of one instant are in a set that is copied as a whole when it grows. */
const MAX_SET = 10_000;

export class Deadlines<K extends string | number> {
  /** By second, then by millisecond. After an outage very many may have the same one. */
  readonly #seconds = new Map<number, Map<number, Set<K> | SplitSet<K>>>();

  add(key: K, deadlineAt: number): void {
    const second = Math.floor(deadlineAt / 1_000);
    const instants = this.#seconds.get(second) ?? new Map<number, Set<K> | SplitSet<K>>();
    if (instants.size === 0) this.#seconds.set(second, instants);
    const keys = instants.get(deadlineAt);
    if (!keys) instants.set(deadlineAt, new Set([key]));
    else {
      keys.add(key);
      if (keys instanceof Set && keys.size > MAX_SET) instants.set(deadlineAt, new SplitSet(keys));
    }
  }

  /**
   * Keys that are due, the most overdue first. Null: many entries were outdated, ask again.
   * @param isCurrent whether that is still the key's deadline
   */
  first(
    now: number,
    limit: number,
    isCurrent: (key: K, deadlineAt: number) => boolean,
  ): readonly Due<K>[] | null {
    const found: Due<K>[] = [];
    let dropped = 0;
    for (const second of upTo(this.#seconds, now / 1_000)) {
      const instants = this.#seconds.get(second) as Map<number, Set<K> | SplitSet<K>>;
      for (const deadlineAt of upTo(instants, now)) {
        const keys = instants.get(deadlineAt) as Set<K> | SplitSet<K>;
        for (const key of keys) {
          if (found.length === limit) return found;
          if (isCurrent(key, deadlineAt)) {
            found.push({ key, deadlineAt });
            continue;
          }
          keys.delete(key);
          dropped += 1;
          if (dropped === MAX_DROPPED) return null;
        }
        if (keys.size === 0) instants.delete(deadlineAt);
      }
      if (instants.size === 0) this.#seconds.delete(second);
    }
    return found;
  }
}

function upTo(map: ReadonlyMap<number, unknown>, end: number): readonly number[] {
  return [...map.keys()].filter((at) => at <= end).sort((a, b) => a - b);
}
