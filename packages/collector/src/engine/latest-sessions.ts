/**
 * The sessions to which something happened last. A log is in the order of commits, which differs from store to store
 * for sessions of which several are due at the same sweep, so the order here is that of what happened.
 * @module
 */
import { compareNames } from "../stores/name-order.ts";

export class LatestSessions {
  readonly #limit: number;
  /** When something last happened to each. */
  #lastAt = new Map<string, number>();

  /** @param limit how many there are at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(session: string, at: number): void {
    this.#lastAt.set(session, Math.max(at, this.#lastAt.get(session) ?? at));
    if (this.#lastAt.size >= 2 * this.#limit) this.#lastAt = new Map(this.#latest());
  }

  /** Their ids, the latest first; those of one instant by id. */
  get ids(): readonly string[] {
    return this.#latest().map(([id]) => id);
  }

  #latest(): (readonly [string, number])[] {
    return [...this.#lastAt]
      .sort(([a, aAt], [b, bAt]) => bAt - aAt || compareNames(a, b))
      .slice(0, this.#limit);
  }
}
