/**
 * A map in many parts. V8 copies a whole `Map` when it grows, which holds up the event loop by 60 ms at half
 * a million entries; here it copies one part.
 * @module
 */
import { termHash } from "./term-hash.ts";

const PARTS = 256;

export class SplitMap<K extends string | number, V> {
  readonly #parts: readonly Map<K, V>[] = Array.from({ length: PARTS }, () => new Map<K, V>());

  #partOf(key: K): Map<K, V> {
    // By a hash, also of numbers: parts that get them in turn would all grow at the same time.
    const hash = typeof key === "number" ? mix(key) : termHash(key);
    return this.#parts[hash & (PARTS - 1)] as Map<K, V>;
  }

  get size(): number {
    return this.#parts.reduce((sum, part) => sum + part.size, 0);
  }

  get(key: K): V | undefined {
    return this.#partOf(key).get(key);
  }

  set(key: K, value: V): void {
    this.#partOf(key).set(key, value);
  }

  delete(key: K): boolean {
    return this.#partOf(key).delete(key);
  }
}

/** The end of MurmurHash3 (https://github.com/aappleby/smhasher/wiki/MurmurHash3). */
function mix(key: number): number {
  const first = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
