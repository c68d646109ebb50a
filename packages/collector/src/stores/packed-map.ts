/**
 * Records of numbers in typed arrays, found by open-addressing indexes over their fields. A million
 * records cost a fixed number of bytes each, and the garbage collector has nothing to trace. They are
 * kept in chunks, so that growing never copies one.
 *
 * An index is at most half full: a look-up takes 1.5 probes on average where the record is there, and
 * 2.5 where it is not, however many records there are.
 * @module
 */

const CHUNK_BITS = 12;
/** Slots in a chunk: those from a multiple of this number on lie side by side. */
export const CHUNK_SLOTS = 1 << CHUNK_BITS;
const SLOT_MASK = CHUNK_SLOTS - 1;

/** Returned by {@link PackedIndex.find} where no record matches. */
export const NO_SLOT = -1;

const UINT32_END = 2 ** 32;

/** Whether a `u32` field can hold it. */
export function isUint32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < UINT32_END;
}

/** The same bytes, read both ways. */
interface Chunk {
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
}

/** One field of every record. */
class Field {
  readonly #chunks: readonly Chunk[];
  readonly #type: "f64" | "u32";
  readonly #stride: number;
  readonly #offset: number;

  constructor(chunks: readonly Chunk[], type: "f64" | "u32", stride: number, offset: number) {
    this.#chunks = chunks;
    this.#type = type;
    this.#stride = stride;
    this.#offset = offset;
  }

  get(slot: number): number {
    const chunk = this.#chunks[slot >> CHUNK_BITS] as Chunk;
    const at = (slot & SLOT_MASK) * this.#stride + this.#offset;
    return (this.#type === "f64" ? chunk.f64[at] : chunk.u32[at]) as number;
  }

  set(slot: number, value: number): void {
    const chunk = this.#chunks[slot >> CHUNK_BITS] as Chunk;
    const at = (slot & SLOT_MASK) * this.#stride + this.#offset;
    if (this.#type === "f64") chunk.f64[at] = value;
    else chunk.u32[at] = value;
  }
}

/** What a record consists of: names of floating-point fields and of unsigned 32-bit ones. */
export interface Layout<F64 extends string, U32 extends string> {
  readonly f64: readonly F64[];
  readonly u32: readonly U32[];
}

export class PackedMap<F64 extends string, U32 extends string> {
  readonly fields: Readonly<Record<F64 | U32, Field>>;
  readonly #named: readonly (readonly [F64 | U32, Field])[];
  readonly #chunks: Chunk[] = [];
  /** Bytes of a record, in words of 8. */
  readonly #words: number;
  readonly #indexes: PackedIndex[] = [];
  #free: number[] = [];
  #end = 0;

  constructor({ f64, u32 }: Layout<F64, U32>) {
    this.#words = f64.length + Math.ceil(u32.length / 2);
    const first = 2 * f64.length;
    this.#named = [
      ...f64.map((name, at) => [name, new Field(this.#chunks, "f64", this.#words, at)] as const),
      ...u32.map(
        (name, at) => [name, new Field(this.#chunks, "u32", 2 * this.#words, first + at)] as const,
      ),
    ];
    this.fields = Object.fromEntries(this.#named) as Record<F64 | U32, Field>;
  }

  /** Number of records. */
  get size(): number {
    return this.#end - this.#free.length;
  }

  /** All slots in use are below it. */
  get end(): number {
    return this.#end;
  }

  /**
   * An index over one to four `u32` fields, which no two records may share. Create it before the first
   * record. The fields of a record that is in the map must not be set to other values.
   */
  index(...names: readonly [U32, U32?, U32?, U32?]): PackedIndex {
    const index = new PackedIndex(names.flatMap((name) => (name ? [this.fields[name]] : [])));
    this.#indexes.push(index);
    return index;
  }

  /** Adds a record and returns its slot. */
  insert(record: Readonly<Record<F64 | U32, number>>): number {
    const slot = this.#takeSlot();
    for (const [name, field] of this.#named) field.set(slot, record[name]);
    for (const index of this.#indexes) index.add(slot);
    return slot;
  }

  #takeSlot(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    const slot = this.#end;
    this.#end += 1;
    if (slot >> CHUNK_BITS === this.#chunks.length) {
      const bytes = new ArrayBuffer(CHUNK_SLOTS * this.#words * 8);
      this.#chunks.push({ f64: new Float64Array(bytes), u32: new Uint32Array(bytes) });
    }
    return slot;
  }

  /** Removes the record of a slot; its fields read 0 until the slot is used again. */
  remove(slot: number): void {
    for (const index of this.#indexes) index.remove(slot);
    for (const [, field] of this.#named) field.set(slot, 0);
    this.#free.push(slot);
  }

  /** Removes all records, and gives their memory back. */
  clear(): void {
    for (const index of this.#indexes) index.clear();
    this.#chunks.length = 0;
    this.#free = [];
    this.#end = 0;
  }
}

const ENTRY_FIELDS = 2;
const FIRST_ENTRIES = 1 << 10;

/** Linear probing in one array: for each entry a hash, then the slot plus one; 0: the entry is free. */
export class PackedIndex {
  readonly #fields: readonly Field[];
  #entries = new Uint32Array(ENTRY_FIELDS * FIRST_ENTRIES);
  #mask = FIRST_ENTRIES - 1;
  #size = 0;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
  }

  /** The slot of the record whose indexed fields have these values, or {@link NO_SLOT}. */
  find(a: number, b = 0, c = 0, d = 0): number {
    const entries = this.#entries;
    const hash = hashOf(a);
    for (let entry = hash & this.#mask; ; entry = (entry + 1) & this.#mask) {
      const at = entry * ENTRY_FIELDS;
      const slot = (entries[at + 1] as number) - 1;
      if (slot === NO_SLOT) return NO_SLOT;
      if (entries[at] === hash && this.#matches(slot, a, b, c, d)) return slot;
    }
  }

  #matches(slot: number, a: number, b: number, c: number, d: number): boolean {
    const [first, second, third, fourth] = this.#fields;
    return (
      first?.get(slot) === a &&
      (!second || second.get(slot) === b) &&
      (!third || third.get(slot) === c) &&
      (!fourth || fourth.get(slot) === d)
    );
  }

  #hashOf(slot: number): number {
    return hashOf((this.#fields[0] as Field).get(slot));
  }

  add(slot: number): void {
    this.#size += 1;
    if (this.#size * 2 > this.#mask) this.#grow();
    this.#put(this.#hashOf(slot), slot);
  }

  #put(hash: number, slot: number): void {
    let entry = hash & this.#mask;
    while (this.#entries[entry * ENTRY_FIELDS + 1] !== 0) entry = (entry + 1) & this.#mask;
    this.#entries[entry * ENTRY_FIELDS] = hash;
    this.#entries[entry * ENTRY_FIELDS + 1] = slot + 1;
  }

  #grow(): void {
    const old = this.#entries;
    this.#entries = new Uint32Array(2 * old.length);
    this.#mask = this.#entries.length / ENTRY_FIELDS - 1;
    for (let at = 0; at < old.length; at += ENTRY_FIELDS) {
      const slot = (old[at + 1] as number) - 1;
      if (slot !== NO_SLOT) this.#put(old[at] as number, slot);
    }
  }

  /** Removes an entry and closes the gap: entries behind it that it had displaced move up. */
  remove(slot: number): void {
    const entries = this.#entries;
    let gap = this.#hashOf(slot) & this.#mask;
    while (entries[gap * ENTRY_FIELDS + 1] !== slot + 1) gap = (gap + 1) & this.#mask;
    this.#size -= 1;
    for (let entry = (gap + 1) & this.#mask; ; entry = (entry + 1) & this.#mask) {
      const at = entry * ENTRY_FIELDS;
      if (entries[at + 1] === 0) break;
      const home = (entries[at] as number) & this.#mask;
      // An entry whose home lies behind the gap is reached without it, and stays.
      if (((entry - home) & this.#mask) < ((entry - gap) & this.#mask)) continue;
      entries[gap * ENTRY_FIELDS] = entries[at] as number;
      entries[gap * ENTRY_FIELDS + 1] = entries[at + 1] as number;
      gap = entry;
    }
    entries[gap * ENTRY_FIELDS + 1] = 0;
  }

  clear(): void {
    this.#entries = new Uint32Array(ENTRY_FIELDS * FIRST_ENTRIES);
    this.#mask = FIRST_ENTRIES - 1;
    this.#size = 0;
  }
}

/** Spreads numbers that are close together over all 32 bits. Exported for tests. */
export function hashOf(value: number): number {
  const mixed = Math.imul(value, 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
