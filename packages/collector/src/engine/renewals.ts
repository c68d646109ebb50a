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

  /**
   * Takes a beat; answers with its whole request where a timer is due first or it was overtaken, and
   * tells it that its lease has lapsed where it is not of this `epoch`.
   */
  take(beat: PendingBeat, epoch: number, now: number): Pending | null {
    const held = this.#leases.read(beat.claim);
    if (held?.epoch !== epoch) {
      beat.answer(LAPSED);
      return null;
    }
    const { number, version, lease } = held;
    const renewal = renewLease(lease, beat.seq, now);
    if (!renewal) return wholeOf(beat);
    this.#leases.renew(beat.claim, renewal);
    const { seq, leaseUntil, deadlineAt } = renewal;
    const write = { number, expectedVersion: version, seq, leaseUntil, deadlineAt };
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
    group.push(...joining.map(({ beat }) => wholeOf(beat)));
    group.sort((a, b) => a.place - b.place);
  }

  get size(): number {
    return this.#renewing.length;
  }

  /** Commits and answers. */
  async commit(store: Store): Promise<void> {
    const renewing = this.#renewing;
    if (renewing.length === 0 || !store.renew) return;
    try {
      const outcomes = await store.renew(renewing.map(({ write }) => write));
      for (const [index, { beat, write, nextMs }] of renewing.entries()) {
        if (outcomes[index] === "conflict") {
          this.#leases.drop(write.number);
          beat.answer(LAPSED);
        } else {
          beat.answer({ status: "renewed", nextMs });
        }
      }
    } catch (error) {
      // What was renewed here may not have been there.
      for (const { beat, write } of renewing) {
        this.#leases.drop(write.number);
        beat.fail(error);
      }
    }
  }
}

const LAPSED = { status: "lapsed" } as const;
