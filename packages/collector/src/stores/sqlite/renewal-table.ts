/**
 * The newest renewal of each session that has one, in memory but outside of the heap: there is one for
 * nearly every session that is alive, and each beat changes one.
 * @module
 */
import { CHUNK_RECORDS, Records } from "../records.ts";
import { hashOfNumber, NO_SLOT, SlotIndex } from "../slot-index.ts";
import type { Renewed } from "./renewal-codec.ts";

/** Words of a record: floats, then pairs of whole numbers. */
const SESSION = 0;
const LEASE_UNTIL = 1;
const DEADLINE_AT = 2;
const VERSION_AND_SEQ = 3;
const ERA_AND_STAMP = 4;
const WORDS = 5;

const NOBODY = 0;
const NEVER = Number.POSITIVE_INFINITY;

export interface Due {
  readonly session: number;
  readonly deadlineAt: number;
}

export class RenewalTable {
  readonly #records = new Records(WORDS);
  readonly #index = new SlotIndex();
  /** For each chunk an instant before which none of its deadlines is. */
  #earliest: number[] = [];

  get size(): number {
    return this.#records.size;
  }

  /** All slots are below it. */
  get end(): number {
    return this.#records.end;
  }

  of(session: number): Renewed | undefined {
    const slot = this.#find(session);
    return slot === NO_SLOT ? undefined : this.#read(slot);
  }

  /** Its version alone if it was set under that stamp; 0: it was not, or there is none. */
  versionOf(session: number, stamp: number): number {
    const slot = this.#find(session);
    if (slot === NO_SLOT) return 0;
    const { wholes } = this.#records.chunkOf(slot);
    const at = 2 * this.#records.wordOf(slot);
    const isKnown = wholes[at + 2 * ERA_AND_STAMP + 1] === stamp;
    return isKnown ? (wholes[at + 2 * VERSION_AND_SEQ] as number) : 0;
  }

  /**
   * Keeps a renewal unless a newer one is there. `era`: which part of the file has it; `stamp`: what
   * {@link versionOf} asks for.
   */
  set(session: number, renewed: Renewed, era: number, stamp: number): void {
    const { version, seq, leaseUntil, deadlineAt } = renewed;
    const slot = this.#findOrTake(session);
    const { floats, wholes } = this.#records.chunkOf(slot);
    const word = this.#records.wordOf(slot);
    const at = 2 * word;
    if ((wholes[at + 2 * VERSION_AND_SEQ] as number) > version) return;
    floats[word + LEASE_UNTIL] = leaseUntil;
    floats[word + DEADLINE_AT] = deadlineAt;
    wholes[at + 2 * VERSION_AND_SEQ] = version;
    wholes[at + 2 * VERSION_AND_SEQ + 1] = seq;
    wholes[at + 2 * ERA_AND_STAMP] = era;
    wholes[at + 2 * ERA_AND_STAMP + 1] = stamp;
    const chunk = Math.floor(slot / CHUNK_RECORDS);
    this.#earliest[chunk] = Math.min(this.#earliest[chunk] ?? NEVER, deadlineAt);
  }

  delete(session: number): void {
    const slot = this.#find(session);
    if (slot === NO_SLOT) return;
    this.#index.remove(hashOfNumber(session), slot);
    const { floats, wholes } = this.#records.chunkOf(slot);
    const word = this.#records.wordOf(slot);
    floats[word + SESSION] = NOBODY;
    floats[word + DEADLINE_AT] = NEVER;
    wholes[2 * (word + VERSION_AND_SEQ)] = 0;
    this.#records.free(slot);
  }

  /** All that are due by now, the most overdue first. */
  due(now: number): Due[] {
    const found: Due[] = [];
    for (const [chunk, earliest] of this.#earliest.entries()) {
      if (earliest <= now) this.#earliest[chunk] = this.#dueOfChunk(chunk, now, found);
    }
    return found.sort((a, b) => a.deadlineAt - b.deadlineAt);
  }

  #dueOfChunk(chunk: number, now: number, found: Due[]): number {
    let earliest = NEVER;
    const first = chunk * CHUNK_RECORDS;
    const { floats } = this.#records.chunkOf(first);
    for (let slot = first; slot < Math.min(this.end, first + CHUNK_RECORDS); slot += 1) {
      const word = this.#records.wordOf(slot);
      const deadlineAt = floats[word + DEADLINE_AT] as number;
      earliest = Math.min(earliest, deadlineAt);
      if (deadlineAt <= now) found.push({ session: floats[word + SESSION] as number, deadlineAt });
    }
    return earliest;
  }

  /** Of the slots from `first` to `end`, those that are kept in an era before that one. */
  before(era: number, first: number, end: number): Map<number, Renewed> {
    const found = new Map<number, Renewed>();
    for (let slot = first; slot < Math.min(end, this.end); slot += 1) {
      const { floats, wholes } = this.#records.chunkOf(slot);
      const word = this.#records.wordOf(slot);
      const session = floats[word + SESSION] as number;
      if (session === NOBODY || wholes[2 * (word + ERA_AND_STAMP)] === era) continue;
      found.set(session, this.#read(slot));
    }
    return found;
  }

  /** Another part of the file has them now, in the same words. */
  carried(sessions: Iterable<number>, era: number): void {
    for (const session of sessions) {
      const slot = this.#find(session);
      if (slot === NO_SLOT) continue;
      const { wholes } = this.#records.chunkOf(slot);
      wholes[2 * (this.#records.wordOf(slot) + ERA_AND_STAMP)] = era;
    }
  }

  #find(session: number): number {
    const records = this.#records;
    return this.#index.find(
      hashOfNumber(session),
      (slot) => records.chunkOf(slot).floats[records.wordOf(slot) + SESSION] === session,
    );
  }

  #findOrTake(session: number): number {
    const known = this.#find(session);
    if (known !== NO_SLOT) return known;
    const slot = this.#records.take();
    const { floats } = this.#records.chunkOf(slot);
    floats[this.#records.wordOf(slot) + SESSION] = session;
    this.#index.add(hashOfNumber(session), slot);
    return slot;
  }

  #read(slot: number): Renewed {
    const { floats, wholes } = this.#records.chunkOf(slot);
    const word = this.#records.wordOf(slot);
    return {
      version: wholes[2 * (word + VERSION_AND_SEQ)] as number,
      seq: wholes[2 * (word + VERSION_AND_SEQ) + 1] as number,
      leaseUntil: floats[word + LEASE_UNTIL] as number,
      deadlineAt: floats[word + DEADLINE_AT] as number,
    };
  }
}
