/**
 * Beats that a shard has accepted but not written yet: where many come, 19 of 20 beats of a session stay in
 * memory, because each row written costs money. They are lost with the object. A lost beat looks
 * like silence but is our own outage (rule 6), so the shard records beforehand that it may have
 * unwritten beats.
 * @module
 */
import type { Write } from "../store.ts";

/** At least every twentieth beat of a session is written. */
export const MAX_UNWRITTEN = 19;
/** The last beat of a session that sends no more is written after this, also while others are held. */
export const WRITE_AFTER_MS = 62_000;

/** The newest beat of a session; it contains the earlier unwritten ones. */
export interface UnwrittenBeat {
  readonly write: Write;
  readonly version: number;
  /** How many beats of the session are unwritten. */
  readonly count: number;
  readonly acceptedAt: number;
}

export class UnwrittenBeats {
  readonly #beats = new Map<string, UnwrittenBeat>();

  get size(): number {
    return this.#beats.size;
  }

  get(id: string): UnwrittenBeat | undefined {
    return this.#beats.get(id);
  }

  /** Whether one more beat of the session may stay unwritten. */
  hasCapacity(id: string): boolean {
    return (this.#beats.get(id)?.count ?? 0) < MAX_UNWRITTEN;
  }

  add(write: Write, version: number, now: number): void {
    const count = (this.#beats.get(write.key.id)?.count ?? 0) + 1;
    this.#beats.set(write.key.id, { write, version, count, acceptedAt: now });
  }

  delete(id: string): void {
    this.#beats.delete(id);
  }

  /** Beats of sessions that have been silent since `before`. */
  acceptedBefore(before: number): readonly UnwrittenBeat[] {
    return [...this.#beats.values()].filter(({ acceptedAt }) => acceptedAt <= before);
  }
}
