/**
 * The fast path of one batch: beats that hit the cache become one lease write for each session, which
 * is neither loaded nor reduced. Where another request of the batch is for the same session, its beats
 * join that request on the slow path, so that all are applied in the order of their arrival.
 * @module
 */
import { RecordError } from "../stores/record-error.ts";
import type { LeaseWrite, Store } from "../stores/store.ts";
import type { BeatCache } from "./beat-cache.ts";
import { type Follow, type Group, type Pending, type PendingBeat, toSlowPath } from "./pending.ts";

/** The beats of one session, and their one write: that of the highest number. */
interface SessionBeats {
  write: LeaseWrite;
  readonly account: number;
  readonly beats: { readonly beat: PendingBeat; readonly nextMs: number }[];
}

export class BeatBatch {
  readonly #cache: BeatCache;
  readonly #bySession = new Map<number, SessionBeats>();

  readonly #follow: Follow;

  constructor(cache: BeatCache, follow: Follow) {
    this.#cache = cache;
    this.#follow = follow;
  }

  /** Number of sessions whose leases are to be renewed. */
  get size(): number {
    return this.#bySession.size;
  }

  /** Adds a beat that hits; returns any other as a request for the slow path, if it has one. */
  add(beat: PendingBeat, now: number): Pending | null {
    const isCurrent = beat.configVersion === this.#cache.configVersion;
    const renewal = isCurrent ? this.#cache.renew(beat.key, beat.seq, now) : null;
    if (!renewal) return toSlowPath(beat, this.#follow);
    const { write, account, nextMs } = renewal;
    const known = this.#bySession.get(write.number);
    if (known) {
      known.beats.push({ beat, nextMs });
      if (write.seq > known.write.seq) known.write = write;
    } else {
      this.#bySession.set(write.number, { write, account, beats: [{ beat, nextMs }] });
    }
    return null;
  }

  /** Moves the beats of a session into the group of other requests for it. */
  join(group: Group, session: number | undefined): void {
    const found = session === undefined ? undefined : this.#bySession.get(session);
    if (session === undefined || !found) return;
    this.#bySession.delete(session);
    group.push(...this.#slowPathOf(found));
    group.sort((a, b) => a.arrivalOrder - b.arrivalOrder);
  }

  /**
   * Commits the writes of beats that were received at `receivedAt` (steady time), and resolves the beats.
   * Returns those of sessions that another collector has changed, for the slow path. Where the store fails,
   * the beats are rejected and the cache stays as it was.
   */
  async commit(store: Store, receivedAt: number): Promise<readonly Pending[]> {
    const sessions = [...this.#bySession.values()];
    try {
      const outcomes = (await store.renew?.(sessions.map(({ write }) => write))) ?? [];
      return sessions.flatMap((session, index) => {
        const outcome = outcomes[index] ?? "conflict";
        if (outcome !== "committed") {
          this.#cache.invalidate(session.write.number);
          if (outcome === "conflict") return this.#slowPathOf(session);
          const error = new RecordError(outcome.unreadable);
          for (const { beat } of session.beats) beat.reject(error);
          return [];
        }
        this.#cache.committed(session, receivedAt);
        for (const { beat, nextMs } of session.beats) beat.resolve({ status: "renewed", nextMs });
        return [];
      });
    } catch (error) {
      // The rest of the batch was committed before, so only these fail.
      for (const { beats } of sessions) for (const { beat } of beats) beat.reject(error);
      return [];
    }
  }

  #slowPathOf({ beats }: SessionBeats): readonly Pending[] {
    return beats.flatMap(({ beat }) => toSlowPath(beat, this.#follow) ?? []);
  }
}
