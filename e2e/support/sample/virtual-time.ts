/**
 * Time that passes only as fast as what happens in it. One activity runs after the other, so a seed repeats
 * a run.
 * @module
 */

/** Yields for how many milliseconds it waits before it goes on. */
export type Activity = AsyncGenerator<number, void, void>;

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly activity: Activity;
}

export class VirtualTime {
  now: number;
  /** A binary heap: the earliest entry first, and of two at one instant the one that was added first. */
  readonly #entries: Entry[] = [];
  readonly #onPassed: (now: number) => Promise<void>;
  #added = 0;

  /** @param onPassed called whenever time has passed, before anything happens then */
  constructor(now: number, onPassed: (now: number) => Promise<void>) {
    this.now = now;
    this.#onPassed = onPassed;
  }

  get nextAt(): number {
    return this.#entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  start(activity: Activity, at = this.now): void {
    this.#add({ at: Math.max(at, this.now), order: this.#added, activity });
    this.#added += 1;
  }

  /** Runs what is next until it waits again. */
  async step(): Promise<void> {
    const entry = this.#takeFirst();
    if (!entry) return;
    if (entry.at > this.now) {
      this.now = entry.at;
      await this.#onPassed(this.now);
    }
    const { value, done } = await entry.activity.next();
    if (!done) this.start(entry.activity, this.now + Math.max(1, Math.round(value)));
  }

  #add(entry: Entry): void {
    const heap = this.#entries;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (isBefore(heap[parent], entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #takeFirst(): Entry | undefined {
    const heap = this.#entries;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (isBefore(heap[child + 1], heap[child] as Entry)) child += 1;
      if (isBefore(last, heap[child] as Entry)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Entry | undefined, b: Entry): boolean {
  return a !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));
}
