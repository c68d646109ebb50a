/**
 * What was checked of each session's last beat, so that the next one with the same content renews its lease
 * without the session being loaded. Look-ups only compute, and entries change after the commit. A missing
 * entry costs a slow path and nothing else, so in doubt it is removed.
 * @module
 */
import { type Lease, renewLease } from "../core/lease.ts";
import { isUint32, NO_SLOT, PackedMap } from "../stores/packed-map.ts";
import type { LeaseWrite } from "../stores/store.ts";
import { AccountSignals } from "./account-signals.ts";

/** 128 bits of a hash of a beat's body with its number's digits as 0: four unsigned 32-bit numbers. */
export type BeatKey = readonly [number, number, number, number];

/** What the caller needs for its own checks of a beat that hits. */
export interface CachedBeat {
  readonly account: string;
  /** Where the session's signals are counted for its rate limit; an unsigned 32-bit number. */
  readonly rateSlot: number;
}

/** What the caller has checked of a beat, and how long that holds. */
export interface CheckedBeat extends CachedBeat {
  readonly key: BeatKey;
  /** Epoch milliseconds at which the first of its keys expires; `Infinity`: none does. */
  readonly validUntil: number;
  /** When its token expires, with the leeway; missing: none is needed. A page that it opened may go on. */
  readonly tokenGoodUntil?: number;
  /** {@link BeatCache.configVersion} before it was checked. */
  readonly configVersion: number;
}

/** A session as the store has it after the beat was committed, and its lease. */
export interface LeaseHolder {
  /** The store's number of the session; unsigned 32-bit. */
  readonly session: number;
  readonly version: number;
  readonly lease: Lease;
}

/** The result of a hit. Nothing in the cache has changed yet. */
export interface LeaseRenewal {
  readonly write: LeaseWrite;
  /** The index of the session's account in {@link AccountSignals}. */
  readonly account: number;
  /** The answer to the beat: milliseconds until the next one. */
  readonly nextMs: number;
}

/** About 110 bytes each, with their share of the two indexes. */
const MAX_ENTRIES = 3_000_000;

export class BeatCache {
  readonly #maxEntries: number;
  readonly #signals: AccountSignals;
  readonly #entries = new PackedMap({
    f64: ["leaseUntil", "othersAt", "validUntil"],
    u32: [
      ...(["key0", "key1", "key2", "key3"] as const),
      ...(["session", "version", "seq", "leaseMs", "nextMs"] as const),
      ...(["account", "rateSlot", "configVersion"] as const),
    ],
  });
  readonly #byKey = this.#entries.index("key0", "key1", "key2", "key3");
  readonly #bySession = this.#entries.index("session");
  #configVersion = 0;

  constructor(maxEntries = MAX_ENTRIES, signals = new AccountSignals()) {
    this.#maxEntries = maxEntries;
    this.#signals = signals;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Rises when accounts, keys, settings or an outage change what beats are checked by. */
  get configVersion(): number {
    return this.#configVersion;
  }

  /** All entries miss from now on. */
  configChanged(): void {
    this.#configVersion += 1;
  }

  /** The entry of a beat that was checked before and still holds, or null. */
  get(key: BeatKey, now: number): CachedBeat | null {
    const slot = this.#find(key, now);
    if (slot === NO_SLOT) return null;
    const { account, rateSlot } = this.#entries.fields;
    return {
      account: this.#signals.nameOf(account.get(slot)),
      rateSlot: rateSlot.get(slot),
    };
  }

  /**
   * The write for a beat with the number `seq` at `now`, or null on a miss or where the rules must decide.
   * Computes only: {@link committed} changes the entry once the store has the write.
   */
  renew(key: BeatKey, seq: number, now: number): LeaseRenewal | null {
    const slot = this.#find(key, now);
    if (slot === NO_SLOT) return null;
    const { fields } = this.#entries;
    const account = fields.account.get(slot);
    if (this.#signals.isWatched(account)) return null;
    const nextMs = fields.nextMs.get(slot);
    const lease = {
      seq: fields.seq.get(slot),
      leaseUntil: fields.leaseUntil.get(slot),
      leaseMs: fields.leaseMs.get(slot),
      othersAt: fields.othersAt.get(slot),
      nextMs,
    };
    const renewal = renewLease(lease, seq, now);
    if (!renewal) return null;
    const number = fields.session.get(slot);
    const write = { number, expectedVersion: fields.version.get(slot), ...renewal };
    return { write, account, nextMs };
  }

  /**
   * The store has the write of a beat that was received at `at`, in steady time. It is a signal of its account
   * in any case; the entry follows if it is still the one that the write was made from.
   */
  committed({ write, account }: Pick<LeaseRenewal, "write" | "account">, at: number): void {
    this.#signals.accept(account, at);
    const { number, expectedVersion, seq, leaseUntil } = write;
    const slot = this.#bySession.find(number);
    if (slot === NO_SLOT) return;
    const { fields } = this.#entries;
    if (fields.version.get(slot) !== expectedVersion) return;
    fields.version.set(slot, expectedVersion + 1);
    fields.seq.set(slot, seq);
    fields.leaseUntil.set(slot, leaseUntil);
  }

  /**
   * Makes the entry of a beat that was checked, applied and committed. The session's entry and one of the
   * same key are removed in any case. A beat that was checked under another configuration gets none, nor
   * do numbers that a field cannot hold.
   */
  put(checked: CheckedBeat, { session, version, lease }: LeaseHolder): void {
    this.invalidate(session);
    const { key, account, rateSlot, validUntil, configVersion } = checked;
    const { seq, leaseMs, nextMs } = lease;
    const sameKey = this.#byKey.find(...key);
    // The session that had it was erased by another process.
    if (sameKey !== NO_SLOT) this.#entries.remove(sameKey);
    const isCurrent = configVersion === this.#configVersion;
    const fits = [session, version, seq, leaseMs, nextMs, rateSlot, configVersion].every(isUint32);
    if (!isCurrent || !fits) return;
    // Entries of pages that went away are never removed one by one.
    if (this.size >= this.#maxEntries) this.#entries.clear();
    const [key0, key1, key2, key3] = key;
    const { leaseUntil, othersAt } = lease;
    const ofLease = { seq, leaseUntil, leaseMs, othersAt, nextMs };
    const ofCheck = {
      account: this.#signals.indexOf(account),
      rateSlot,
      validUntil,
      configVersion,
    };
    this.#entries.insert({ key0, key1, key2, key3, session, version, ...ofLease, ...ofCheck });
  }

  /** Removes the session's entry: something else has happened to it, or may have. */
  invalidate(session: number): void {
    const slot = this.#bySession.find(session);
    if (slot !== NO_SLOT) this.#entries.remove(slot);
  }

  #find([a, b, c, d]: BeatKey, now: number): number {
    const slot = this.#byKey.find(a, b, c, d);
    if (slot === NO_SLOT) return NO_SLOT;
    const { configVersion, validUntil } = this.#entries.fields;
    const isValid = configVersion.get(slot) === this.#configVersion && now < validUntil.get(slot);
    return isValid ? slot : NO_SLOT;
  }
}
