/**
 * Who is there, as far as messages have told. They come at least once: one may come twice, and after
 * a replay an old one may come after a newer. So each is taken once, and none that is older than what
 * is known already.
 * @module
 */
import type { Transition } from "./message.ts";

/** Ids that are remembered; a message comes again within a day, or by a replay. */
const REMEMBERED_MOST = 100_000;

export type Taken = "taken" | "repeated" | "outdated";

export class Sessions {
  readonly #latest = new Map<string, Transition>();
  readonly #seen = new Set<string>();

  take(transition: Transition): Taken {
    if (this.#seen.has(transition.id)) return "repeated";
    this.#remember(transition.id);
    const known = this.#latest.get(transition.session);
    if (known && !isNewer(transition, known)) return "outdated";
    this.#latest.set(transition.session, transition);
    return "taken";
  }

  /** The last that is known of each session. */
  latest(): readonly Transition[] {
    return [...this.#latest.values()];
  }

  #remember(id: string): void {
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED_MOST && oldest !== undefined) this.#seen.delete(oldest);
  }
}

function isNewer(a: Transition, b: Transition): boolean {
  if (a.sessionCreatedAt !== b.sessionCreatedAt) return a.sessionCreatedAt > b.sessionCreatedAt;
  return a.seq > b.seq;
}
