/**
 * Records of numbers in typed arrays, found by open-addressing indexes over their fields. A million
 * records cost a fixed number of bytes each, and the garbage collector has nothing to trace. They are
 * kept in chunks, so that growing never copies one.
 *
 * An index is at most half full: a look-up takes 1.5 probes on average where the record is there, and
 * 2.5 where it is not, however many records there are. Where it grows, each insertion moves some entries,
 * so that none takes long.
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
/** Entries of the former table that one insertion moves. The table is empty long before the next growth. */
const MOVED_ENTRIES = 8;
/** In place of a slot plus one: the record was removed, and look-ups go on behind it. */
const REMOVED = UINT32_END - 1;

export class PackedIndex {
  readonly #fields: readonly Field[];
  #table = new HashTable(FIRST_ENTRIES);
  /** The table before the last growth, until all of its entries have been moved. */
  #former: HashTable | null = null;
  #moved = 0;
  #size = 0;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
  }

  /** The slot of the record whose indexed fields have these values, or {@link NO_SLOT}. */
  find(a: number, b = 0, c = 0, d = 0): number {
    const hash = hashOf(a);
    const slot = this.#findIn(this.#table, hash, a, b, c, d);
    if (slot !== NO_SLOT || this.#former === null) return slot;
    return this.#findIn(this.#former, hash, a, b, c, d);
  }

  #findIn(table: HashTable, hash: number, a: number, b: number, c: number, d: number): number {
    const { entries, mask } = table;
    for (let entry = hash & mask; ; entry = (entry + 1) & mask) {
      const at = entry * ENTRY_FIELDS;
      const value = entries[at + 1] as number;
      if (value === 0) return NO_SLOT;
      if (entries[at] !== hash || value === REMOVED) continue;
      if (this.#matches(value - 1, a, b, c, d)) return value - 1;
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
    if (this.#size * 2 > this.#table.mask) this.#grow();
    if (this.#former !== null) this.#moveSome(this.#former);
    this.#table.put(this.#hashOf(slot), slot);
  }

  #grow(): void {
    this.#former = this.#table;
    this.#moved = 0;
    this.#table = new HashTable(2 * (this.#former.mask + 1));
  }

  /** Those that were moved stay in the former table too: others are found behind them. */
  #moveSome({ entries, mask }: HashTable): void {
    const end = this.#moved + MOVED_ENTRIES;
    for (; this.#moved < end; this.#moved += 1) {
      const at = this.#moved * ENTRY_FIELDS;
      const value = entries[at + 1] as number;
      if (value !== 0 && value !== REMOVED) this.#table.put(entries[at] as number, value - 1);
    }
    if (end > mask) this.#former = null;
  }

  remove(slot: number): void {
    const hash = this.#hashOf(slot);
    this.#size -= 1;
    this.#table.remove(hash, slot);
    this.#former?.disable(hash, slot);
  }

  clear(): void {
    this.#table = new HashTable(FIRST_ENTRIES);
    this.#former = null;
    this.#size = 0;
  }
}

/** Linear probing in one array: for each entry a hash, then the slot plus one; 0: the entry is free. */
class HashTable {
  readonly entries: Uint32Array;
  readonly mask: number;

  constructor(count: number) {
    this.entries = new Uint32Array(ENTRY_FIELDS * count);
    this.mask = count - 1;
  }

  put(hash: number, slot: number): void {
    let entry = hash & this.mask;
    while (this.entries[entry * ENTRY_FIELDS + 1] !== 0) entry = (entry + 1) & this.mask;
    this.entries[entry * ENTRY_FIELDS] = hash;
    this.entries[entry * ENTRY_FIELDS + 1] = slot + 1;
  }

  #entryOf(hash: number, slot: number): number | null {
    for (let entry = hash & this.mask; ; entry = (entry + 1) & this.mask) {
      const value = this.entries[entry * ENTRY_FIELDS + 1];
      if (value === slot + 1) return entry;
      if (value === 0) return null;
    }
  }

  /** Removes an entry, if it is there, and nothing else: the others stay where they are. */
  disable(hash: number, slot: number): void {
    const entry = this.#entryOf(hash, slot);
    if (entry !== null) this.entries[entry * ENTRY_FIELDS + 1] = REMOVED;
  }

  /** Removes an entry, if it is there, and closes the gap: those that it had displaced move up. */
  remove(hash: number, slot: number): void {
    const { entries, mask } = this;
    let gap = this.#entryOf(hash, slot);
    if (gap === null) return;
    for (let entry = (gap + 1) & mask; ; entry = (entry + 1) & mask) {
      const at = entry * ENTRY_FIELDS;
      if (entries[at + 1] === 0) break;
      const home = (entries[at] as number) & mask;
      // An entry whose home lies behind the gap is reached without it, and stays.
      if (((entry - home) & mask) < ((entry - gap) & mask)) continue;
      entries[gap * ENTRY_FIELDS] = entries[at] as number;
      entries[gap * ENTRY_FIELDS + 1] = entries[at + 1] as number;
      gap = entry;
    }
    entries[gap * ENTRY_FIELDS + 1] = 0;
  }
}

/** Spreads numbers that are close together over all 32 bits. Exported for tests. */
export function hashOf(value: number): number {
  const mixed = Math.imul(value, 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
