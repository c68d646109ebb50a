/**
 * A cache that keeps recently used values in two generations; the older generation is dropped as a
 * whole. Deleting entries one by one would leave holes in a Map that every later search has to
 * skip.
 * @module
 */

export class TwoGenerationLru<V, K = string> {
  readonly #generationSize: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** Keeps at most `maxSize` values, and at least half of that. */
  constructor(maxSize: number) {
    this.#generationSize = Math.ceil(maxSize / 2);
  }

  get(name: K): V | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) this.set(name, old);
    return old;
  }

  set(name: K, value: V): void {
    this.#young.set(name, value);
    if (this.#young.size < this.#generationSize) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(name: K): void {
    this.#young.delete(name);
    this.#old.delete(name);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
