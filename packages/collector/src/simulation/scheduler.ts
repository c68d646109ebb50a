/**
 * All time of a simulation: timers, turns of event loops and latencies are entries of one queue, ordered
 * by their instant and then by when they were scheduled. One runs at a time, with all promises that it
 * settles, so the order of everything is determined.
 * @module
 */
import type { SimulatedProcess } from "./process.ts";
import type { Random } from "./random.ts";

export interface Entry {
  at: number;
  readonly order: number;
  /** Whose event it is: it waits while the process is paused, and is dropped when it died. */
  readonly process: SimulatedProcess | null;
  readonly run: () => unknown;
  isCancelled: boolean;
}

export class Scheduler {
  readonly random: Random;
  /** Milliseconds since the beginning. This alone is true; clocks may say anything. */
  now = 0;
  steps = 0;
  readonly #heap: Entry[] = [];
  #orders = 0;

  constructor(random: Random) {
    this.random = random;
  }

  after(delayMs: number, process: SimulatedProcess | null, run: () => unknown): Entry {
    this.#orders += 1;
    const at = this.now + Math.max(0, delayMs);
    const entry = { at, order: this.#orders, process, run, isCancelled: false };
    this.#push(entry);
    return entry;
  }

  /** Puts an entry back that a paused process could not run. */
  reschedule(entry: Entry, at: number): void {
    this.#push({ ...entry, at });
  }

  /** Takes the next entry that can run, and lets the time until it pass. */
  next(): Entry | null {
    for (;;) {
      const entry = this.#pop();
      if (!entry) return null;
      const { process } = entry;
      if (entry.isCancelled || process?.isDead) continue;
      this.now = Math.max(this.now, entry.at);
      if (process?.keepWhilePaused(entry)) continue;
      this.steps += 1;
      return entry;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
