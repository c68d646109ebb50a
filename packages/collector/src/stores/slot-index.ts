/**
 * Finds the slots of records by a hash of what they are called: open addressing in one array, outside
 * of the heap, so that a million names give the garbage collector nothing to look at. The names stay
 * with whoever keeps the records.
 * @module
 */

/** For each entry its hash, then its slot and one; 0: it is free. */
const PER_ENTRY = 2;
const FIRST_ENTRIES = 1 << 10;
export const NO_SLOT = -1;

export class SlotIndex {
  #entries = new Uint32Array(PER_ENTRY * FIRST_ENTRIES);
  #mask = FIRST_ENTRIES - 1;
  #size = 0;

  /** The slot with that hash (an unsigned 32-bit number) that `isIt`; {@link NO_SLOT}: there is none. */
  find(hash: number, isIt: (slot: number) => boolean): number {
    const entries = this.#entries;
    for (let entry = hash & this.#mask; ; entry = (entry + 1) & this.#mask) {
      const place = entry * PER_ENTRY;
      const slot = (entries[place + 1] as number) - 1;
      if (slot === NO_SLOT) return NO_SLOT;
      if (entries[place] === hash && isIt(slot)) return slot;
    }
  }

  /** Adds a slot that is not there yet. */
  add(hash: number, slot: number): void {
    this.#size += 1;
    // At most half of the entries are taken, so that a search is short.
    if (this.#size * 2 > this.#mask) this.#grow();
    this.#put(hash, slot);
  }

  #put(hash: number, slot: number): void {
    let entry = hash & this.#mask;
    while (this.#entries[entry * PER_ENTRY + 1] !== 0) entry = (entry + 1) & this.#mask;
    this.#entries[entry * PER_ENTRY] = hash;
    this.#entries[entry * PER_ENTRY + 1] = slot + 1;
  }

  #grow(): void {
    const old = this.#entries;
    this.#entries = new Uint32Array(2 * old.length);
    this.#mask = this.#entries.length / PER_ENTRY - 1;
    for (let place = 0; place < old.length; place += PER_ENTRY) {
      const slot = (old[place + 1] as number) - 1;
      if (slot !== NO_SLOT) this.#put(old[place] as number, slot);
    }
  }

  /** Removes a slot that is there, and closes the gap: those behind it move up. */
  remove(hash: number, slot: number): void {
    const entries = this.#entries;
    let gap = hash & this.#mask;
    while (entries[gap * PER_ENTRY + 1] !== slot + 1) gap = (gap + 1) & this.#mask;
    this.#size -= 1;
    for (let entry = (gap + 1) & this.#mask; ; entry = (entry + 1) & this.#mask) {
      const place = entry * PER_ENTRY;
      if (entries[place + 1] === 0) break;
      const home = (entries[place] as number) & this.#mask;
      // One that stands between its home and the gap, or at home, stays.
      if (((entry - home) & this.#mask) < ((entry - gap) & this.#mask)) continue;
      entries[gap * PER_ENTRY] = entries[place] as number;
      entries[gap * PER_ENTRY + 1] = entries[place + 1] as number;
      gap = entry;
    }
    entries[gap * PER_ENTRY + 1] = 0;
  }

  clear(): void {
    this.#entries = new Uint32Array(PER_ENTRY * FIRST_ENTRIES);
    this.#mask = FIRST_ENTRIES - 1;
    this.#size = 0;
  }
}

/** A hash of a whole number, however large. */
export function hashOfNumber(number: number): number {
  const low = number >>> 0;
  const high = (number / 0x1_0000_0000) >>> 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
