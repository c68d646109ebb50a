/**
 * The leases that pages may renew without their session being looked at, in memory but outside of the
 * heap: for nearly every session that is alive there is one. Losing one costs a look at its session
 * and nothing else, so whatever is in doubt is dropped.
 * @module
 */
import type { Lease, Renewal } from "../core/lease.ts";
import { isWhole, Records } from "../stores/records.ts";
import { hashOfNumber, NO_SLOT, SlotIndex } from "../stores/slot-index.ts";

/** 128 bits of a hash, as four whole numbers below 2³²: two that are alike are of the same thing. */
export type Fingerprint = readonly [number, number, number, number];

/** What was checked of a beat, and how long that holds. */
export interface Checked {
  readonly account: string;
  /** Until when it holds if nothing else changes; epoch milliseconds. */
  readonly validUntil: number;
  /** It holds only while this number is the same. */
  readonly terms: number;
  /** The last broadcast that was known when it was checked: it holds until the next. */
  readonly epoch: number;
  /** Of use to whoever checked it; a whole number below 2³². */
  readonly place: number;
}

/** What a beat brings along so that the next one like it is known again. */
export interface Grant extends Checked {
  /** Of all that the beat says but for its number. */
  readonly fingerprint: Fingerprint;
}

/** A beat is known again. It counts only as long as {@link Leases.read} finds it. */
export interface Claim extends Checked {
  readonly slot: number;
  readonly stamp: number;
}

/** The session whose lease it is, as the store calls it, and its version. */
export interface Holder {
  readonly number: number;
  readonly version: number;
}

/** Words of a record: floats, then pairs of whole numbers. */
const LEASE_UNTIL = 0;
const OTHERS_AT = 1;
const VALID_UNTIL = 2;
const LEASE_MS_AND_NEXT_MS = 3;
const NUMBER_AND_ACCOUNT = 4;
const VERSION_AND_SEQ = 5;
const EPOCH_AND_STAMP = 6;
const TERMS_AND_PLACE = 7;
const FINGERPRINT = 8;
const WORDS = 10;

/** About 120 bytes each, their places in the indexes with them. */
const LEASES_MOST = 3_000_000;

export class Leases {
  readonly #most: number;
  readonly #records = new Records(WORDS);
  readonly #byFingerprint = new SlotIndex();
  readonly #byNumber = new SlotIndex();
  readonly #accounts: string[] = [];
  readonly #accountPlaces = new Map<string, number>();
  #stamp = 0;

  constructor(most = LEASES_MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#records.size;
  }

  /**
   * The lease that was granted to a beat with that fingerprint, if what was checked then still holds:
   * under the same terms, and with nothing broadcast since (`epoch`).
   */
  find(
    fingerprint: Fingerprint,
    { terms, epoch, now }: { terms: number; epoch: number; now: number },
  ): Claim | null {
    const slot = this.#findFingerprint(fingerprint);
    if (slot === NO_SLOT) return null;
    const { floats, wholes } = this.#records.chunkOf(slot);
    const word = this.#records.wordOf(slot);
    const validUntil = floats[word + VALID_UNTIL] as number;
    const isValid =
      wholes[2 * (word + TERMS_AND_PLACE)] === terms &&
      wholes[2 * (word + EPOCH_AND_STAMP)] === epoch &&
      now < validUntil;
    if (!isValid) return null;
    return {
      slot,
      validUntil,
      terms,
      epoch,
      stamp: wholes[2 * (word + EPOCH_AND_STAMP) + 1] as number,
      account: this.#accounts[wholes[2 * (word + NUMBER_AND_ACCOUNT) + 1] as number] as string,
      place: wholes[2 * (word + TERMS_AND_PLACE) + 1] as number,
    };
  }

  /** Null: another lease stands there by now, or none. */
  read({ slot, stamp }: Claim): (Holder & { readonly lease: Lease }) | null {
    const { floats, wholes } = this.#records.chunkOf(slot);
    const word = this.#records.wordOf(slot);
    if (wholes[2 * (word + EPOCH_AND_STAMP) + 1] !== stamp) return null;
    return {
      number: wholes[2 * (word + NUMBER_AND_ACCOUNT)] as number,
      version: wholes[2 * (word + VERSION_AND_SEQ)] as number,
      lease: {
        seq: wholes[2 * (word + VERSION_AND_SEQ) + 1] as number,
        leaseUntil: floats[word + LEASE_UNTIL] as number,
        leaseMs: wholes[2 * (word + LEASE_MS_AND_NEXT_MS)] as number,
        othersAt: floats[word + OTHERS_AT] as number,
        nextMs: wholes[2 * (word + LEASE_MS_AND_NEXT_MS) + 1] as number,
      },
    };
  }

  /** The lease has been renewed, and its session's version has risen by one. */
  renew({ slot }: Claim, { seq, leaseUntil }: Renewal): void {
    const { floats, wholes } = this.#records.chunkOf(slot);
    const word = this.#records.wordOf(slot);
    floats[word + LEASE_UNTIL] = leaseUntil;
    wholes[2 * (word + VERSION_AND_SEQ)] = (wholes[2 * (word + VERSION_AND_SEQ)] as number) + 1;
    wholes[2 * (word + VERSION_AND_SEQ) + 1] = seq;
  }

  /** Grants a session's one lease, in place of the one it had, or of one that such a beat had before. */
  grant(grant: Grant, { number, version }: Holder, lease: Lease): void {
    this.drop(number);
    const { fingerprint, account, validUntil, terms, epoch, place } = grant;
    this.#dropFingerprint(fingerprint);
    const { seq, leaseMs, nextMs } = lease;
    const hasRoom = [number, version, epoch, seq, leaseMs, nextMs].every(isWhole);
    if (!hasRoom) return;
    // Those whose pages have gone elsewhere are never dropped: in the end all are, and granted anew.
    if (this.size >= this.#most) this.clear();
    const slot = this.#records.take();
    this.#byNumber.add(hashOfNumber(number), slot);
    this.#byFingerprint.add(fingerprint[0], slot);
    const { floats, wholes } = this.#records.chunkOf(slot);
    const word = this.#records.wordOf(slot);
    floats[word + LEASE_UNTIL] = lease.leaseUntil;
    floats[word + OTHERS_AT] = lease.othersAt;
    floats[word + VALID_UNTIL] = validUntil;
    wholes[2 * (word + LEASE_MS_AND_NEXT_MS)] = leaseMs;
    wholes[2 * (word + LEASE_MS_AND_NEXT_MS) + 1] = nextMs;
    wholes[2 * (word + NUMBER_AND_ACCOUNT)] = number;
    wholes[2 * (word + NUMBER_AND_ACCOUNT) + 1] = this.#placeOf(account);
    wholes[2 * (word + VERSION_AND_SEQ)] = version;
    wholes[2 * (word + VERSION_AND_SEQ) + 1] = seq;
    wholes[2 * (word + EPOCH_AND_STAMP)] = epoch;
    wholes[2 * (word + TERMS_AND_PLACE)] = terms;
    wholes[2 * (word + TERMS_AND_PLACE) + 1] = place;
    wholes.set(fingerprint, 2 * (word + FINGERPRINT));
    this.#restamp(slot);
  }

  /** Something else has happened to the session, or may have. */
  drop(number: number): void {
    const slot = this.#findNumber(number);
    if (slot !== NO_SLOT) this.#dropSlot(slot, number);
  }

  /** The session that it was of is no more, and nobody has said so here. */
  #dropFingerprint(fingerprint: Fingerprint): void {
    const slot = this.#findFingerprint(fingerprint);
    if (slot === NO_SLOT) return;
    const { wholes } = this.#records.chunkOf(slot);
    const at = 2 * (this.#records.wordOf(slot) + NUMBER_AND_ACCOUNT);
    this.#dropSlot(slot, wholes[at] as number);
  }

  #dropSlot(slot: number, number: number): void {
    this.#byNumber.remove(hashOfNumber(number), slot);
    const { wholes } = this.#records.chunkOf(slot);
    const hash = wholes[2 * (this.#records.wordOf(slot) + FINGERPRINT)] as number;
    this.#byFingerprint.remove(hash, slot);
    this.#restamp(slot);
    this.#records.free(slot);
  }

  clear(): void {
    this.#byFingerprint.clear();
    this.#byNumber.clear();
    // Records stay where they are, so that claims on them find another stamp.
    for (let slot = 0; slot < this.#records.end; slot += 1) this.#restamp(slot);
    this.#records.freeAll();
  }

  #restamp(slot: number): void {
    this.#stamp = (this.#stamp + 1) >>> 0;
    const { wholes } = this.#records.chunkOf(slot);
    wholes[2 * (this.#records.wordOf(slot) + EPOCH_AND_STAMP) + 1] = this.#stamp;
  }

  #placeOf(account: string): number {
    const known = this.#accountPlaces.get(account);
    if (known !== undefined) return known;
    this.#accounts.push(account);
    this.#accountPlaces.set(account, this.#accounts.length - 1);
    return this.#accounts.length - 1;
  }

  #findNumber(number: number): number {
    const records = this.#records;
    return this.#byNumber.find(hashOfNumber(number), (slot) => {
      const { wholes } = records.chunkOf(slot);
      return wholes[2 * (records.wordOf(slot) + NUMBER_AND_ACCOUNT)] === number;
    });
  }

  #findFingerprint([a, b, c, d]: Fingerprint): number {
    const records = this.#records;
    return this.#byFingerprint.find(a, (slot) => {
      const { wholes } = records.chunkOf(slot);
      const at = 2 * (records.wordOf(slot) + FINGERPRINT);
      return wholes[at + 1] === b && wholes[at + 2] === c && wholes[at + 3] === d;
    });
  }
}
