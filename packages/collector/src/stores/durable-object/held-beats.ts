/**
 * Beats that a shard has taken and not written down: of three beats of a session two are kept in
 * memory. What is lost with the object is made good when it wakes: a lost beat is silence by a fault
 * of our own (rule 6), so the shard notes beforehand that it may hold some.
 * @module
 */
import type { Write } from "../store.ts";

/** A session is written at the latest with every third beat. */
export const MAX_HELD = 2;
/**
 * An object that nobody calls is let go after 70 s at the soonest; by then all is written.
 * https://developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle/
 */
export const WRITE_AFTER_MS = 62_000;

export interface HeldBeat {
  readonly write: Write;
  readonly version: number;
  /** How many beats are held of the session. */
  readonly count: number;
  readonly heldAt: number;
}

export class HeldBeats {
  readonly #beats = new Map<string, HeldBeat>();

  get size(): number {
    return this.#beats.size;
  }

  get(id: string): HeldBeat | undefined {
    return this.#beats.get(id);
  }

  /** Whether one more beat of the session may be held. */
  hasRoomFor(id: string): boolean {
    return (this.#beats.get(id)?.count ?? 0) < MAX_HELD;
  }

  hold(write: Write, version: number, now: number): void {
    const count = (this.#beats.get(write.key.id)?.count ?? 0) + 1;
    this.#beats.set(write.key.id, { write, version, count, heldAt: now });
  }

  forget(id: string): void {
    this.#beats.delete(id);
  }

  /** Those whose session has been silent since `before`. */
  heldBefore(before: number): readonly HeldBeat[] {
    return [...this.#beats.values()].filter(({ heldAt }) => heldAt <= before);
  }
}
