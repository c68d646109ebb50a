/**
 * Records of a few numbers each, outside of the heap: a million of them are so many bytes and nothing
 * for the garbage collector to look at. They grow by chunks, so that none is ever copied.
 * @module
 */

const CHUNK_BITS = 12;
export const CHUNK_RECORDS = 1 << CHUNK_BITS;

/** The same bytes read both ways: a word is a float, or two whole numbers below 2³². */
export interface Chunk {
  readonly floats: Float64Array;
  readonly wholes: Uint32Array;
}

const WHOLE_END = 2 ** 32;

/** Whether half a word can hold it. */
export function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < WHOLE_END;
}

export class Records {
  readonly #words: number;
  readonly #chunks: Chunk[] = [];
  #free: number[] = [];
  #end = 0;

  /** Each record has so many words of 8 bytes. */
  constructor(words: number) {
    this.#words = words;
  }

  /** How many there are. */
  get size(): number {
    return this.#end - this.#free.length;
  }

  /** All slots in use are below it. */
  get end(): number {
    return this.#end;
  }

  /** A slot that nobody uses; what its record says is left from whoever had it before, at first 0. */
  take(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    const slot = this.#end;
    this.#end += 1;
    if (slot >> CHUNK_BITS === this.#chunks.length) {
      const bytes = new ArrayBuffer(CHUNK_RECORDS * this.#words * 8);
      this.#chunks.push({ floats: new Float64Array(bytes), wholes: new Uint32Array(bytes) });
    }
    return slot;
  }

  free(slot: number): void {
    this.#free.push(slot);
  }

  chunkOf(slot: number): Chunk {
    return this.#chunks[slot >> CHUNK_BITS] as Chunk;
  }

  /** The first word of a slot's record in its chunk. */
  wordOf(slot: number): number {
    return (slot & (CHUNK_RECORDS - 1)) * this.#words;
  }

  /** Frees every slot; what the records say stays until they are taken. */
  freeAll(): void {
    this.#free = Array.from({ length: this.#end }, (_, place) => this.#end - 1 - place);
  }
}
