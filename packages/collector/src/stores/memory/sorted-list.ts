/**
 * Values in an order, in chunks: adding one to a million moves a few hundred of them at most.
 * @module
 */

const MAX_CHUNK = 512;

export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number;
  #chunks: T[][] = [[]];
  #size = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  add(value: T): void {
    const { chunk, at } = this.#find(value);
    const values = this.#chunks[chunk] as T[];
    values.splice(at, 0, value);
    this.#size += 1;
    if (values.length <= MAX_CHUNK) return;
    // Copies, since an array keeps the space that it has grown by.
    const halves = [values.slice(0, MAX_CHUNK / 2), values.slice(MAX_CHUNK / 2)];
    this.#chunks.splice(chunk, 1, ...halves);
  }

  /** Removes the value that is equal by the order, if it is there. */
  delete(value: T): void {
    const { chunk, at } = this.#find(value);
    const values = this.#chunks[chunk] as T[];
    const found = values[at];
    if (found === undefined || this.#compare(found, value) !== 0) return;
    values.splice(at, 1);
    this.#size -= 1;
    if (values.length === 0 && this.#chunks.length > 1) this.#chunks.splice(chunk, 1);
  }

  /** The values after one, which need not be in the list, or from the first on. */
  *after(value: T | null): Generator<T> {
    let { chunk, at } = value === null ? { chunk: 0, at: 0 } : this.#find(value);
    for (; chunk < this.#chunks.length; chunk += 1, at = 0) {
      const values = this.#chunks[chunk] as T[];
      for (; at < values.length; at += 1) {
        const each = values[at] as T;
        if (value === null || this.#compare(each, value) > 0) yield each;
      }
    }
  }

  /** Where the first value is that does not come before this one. */
  #find(value: T): { chunk: number; at: number } {
    const chunk = firstIndex(this.#chunks.length - 1, (index) => {
      const last = this.#chunks[index]?.at(-1);
      return last !== undefined && this.#compare(last, value) >= 0;
    });
    const values = this.#chunks[chunk] as T[];
    const at = firstIndex(values.length, (index) => this.#compare(values[index] as T, value) >= 0);
    return { chunk, at };
  }
}

/** The first index below `end` for which `isMatch`, which stays true from then on; else `end`. */
export function firstIndex(end: number, isMatch: (index: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isMatch(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
