/**
 * The short way of a beat: its lease is read, renewed and committed, and its session is neither loaded
 * nor reduced. Where another request of the same session is in the batch the beat joins it, so that
 * both are taken in the order in which they came.
 * @module
 */
import { renewLease } from "../core/lease.ts";
import type { LeaseWrite, Store } from "../stores/store.ts";
import type { Leases } from "./leases.ts";
import { type Group, type Pending, type PendingBeat, wholeOf } from "./pending.ts";

interface Renewing {
  readonly beat: PendingBeat;
  readonly write: LeaseWrite;
  readonly nextMs: number;
}

/** The beats of one batch. */
export class Renewals {
  readonly #leases: Leases;
  #renewing: Renewing[] = [];

  constructor(leases: Leases) {
    this.#leases = leases;
  }

  /** Takes a beat, or answers with its whole request where its lease does not serve. */
  take(beat: PendingBeat, epoch: number, now: number): Pending | null {
    const held = beat.claim.epoch === epoch ? this.#leases.read(beat.claim) : null;
    const renewal = held && renewLease(held.lease, beat.seq, now);
    if (!held || !renewal) return wholeOf(beat);
    this.#leases.renew(beat.claim, renewal);
    const { number, version, lease } = held;
    const write = { number, expectedVersion: version, ...renewal };
    this.#renewing.push({ beat, write, nextMs: lease.nextMs });
    return null;
  }

  /** Gives the beats of a session to the other requests for it. */
  join(group: Group, number: number | undefined): void {
    if (number === undefined || this.#renewing.length === 0) return;
    const joining = this.#renewing.filter(({ write }) => write.number === number);
    if (joining.length === 0) return;
    this.#leases.drop(number);
    this.#renewing = this.#renewing.filter(({ write }) => write.number !== number);
    group.push(...joining.flatMap(({ beat }) => wholeOf(beat) ?? []));
    group.sort((a, b) => a.place - b.place);
  }

  get size(): number {
    return this.#renewing.length;
  }

  /** The batch has failed before these were committed: what was renewed here is not in the store. */
  abandon(): void {
    for (const { write } of this.#renewing) this.#leases.drop(write.number);
  }

  /** Commits and answers; those whose session another collector has changed are to be taken whole. */
  async commit(store: Store): Promise<readonly Pending[]> {
    const renewing = this.#renewing;
    try {
      const outcomes = (await store.renew?.(renewing.map(({ write }) => write))) ?? [];
      return renewing.flatMap(({ beat, write, nextMs }, index) => {
        if (outcomes[index] === "conflict") {
          this.#leases.drop(write.number);
          return wholeOf(beat) ?? [];
        }
        beat.answer({ status: "renewed", nextMs });
        return [];
      });
    } catch (error) {
      this.abandon();
      // Others of the batch have been committed by now, or are to be tried again.
      for (const { beat } of renewing) beat.fail(error);
      return [];
    }
  }
}
