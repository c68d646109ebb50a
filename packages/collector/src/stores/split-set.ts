/**
 * A set in many parts, for the reason that a `SplitMap` has: V8 copies a whole `Set` when it grows.
 * @module
 */
import { termHash } from "./term-hash.ts";

const PARTS = 256;

export class SplitSet<K extends string | number> {
  readonly #parts: readonly Set<K>[] = Array.from({ length: PARTS }, () => new Set<K>());

  constructor(keys: Iterable<K> = []) {
    for (const key of keys) this.add(key);
  }

  #partOf(key: K): Set<K> {
    return this.#parts[termHash(`${key}`) & (PARTS - 1)] as Set<K>;
  }

  get size(): number {
    return this.#parts.reduce((sum, part) => sum + part.size, 0);
  }

  add(key: K): void {
    this.#partOf(key).add(key);
  }

  delete(key: K): boolean {
    return this.#partOf(key).delete(key);
  }

  *[Symbol.iterator](): Generator<K> {
    for (const part of this.#parts) yield* part;
  }
}
