/**
 * Values by name, of which only those asked for lately are kept: in two halves, of which the older one
 * is dropped whole. To delete them one by one would leave holes that a Map searches again and again.
 * @module
 */

export class TwoGenerationLru<V, K = string> {
  readonly #generationSize: number;
  #younger = new Map<K, V>();
  #older = new Map<K, V>();

  /** At most so many are kept, at least half of them. */
  constructor(most: number) {
    this.#generationSize = Math.ceil(most / 2);
  }

  get(name: K): V | undefined {
    const young = this.#younger.get(name);
    if (young !== undefined) return young;
    const old = this.#older.get(name);
    if (old !== undefined) this.set(name, old);
    return old;
  }

  set(name: K, value: V): void {
    this.#younger.set(name, value);
    if (this.#younger.size < this.#generationSize) return;
    this.#older = this.#younger;
    this.#younger = new Map();
  }

  delete(name: K): void {
    this.#younger.delete(name);
    this.#older.delete(name);
  }

  clear(): void {
    this.#younger = new Map();
    this.#older = new Map();
  }
}
