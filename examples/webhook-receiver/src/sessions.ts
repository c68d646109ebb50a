/**
 * The latest transition of each session. Messages are delivered at least once, and after a replay
 * an old one can arrive after a newer one, so duplicates and outdated ones are ignored.
 * @module
 */
import type { Transition } from "./message.ts";

/** The number of ids kept to detect duplicates: retries come within a day, or by a replay. */
const MAX_REMEMBERED_IDS = 100_000;

export type Outcome = "applied" | "duplicate" | "outdated";

export class Sessions {
  readonly #latest = new Map<string, Transition>();
  readonly #seen = new Set<string>();

  apply(transition: Transition): Outcome {
    if (this.#seen.has(transition.id)) return "duplicate";
    this.#remember(transition.id);
    const known = this.#latest.get(transition.session);
    if (known && !isNewer(transition, known)) return "outdated";
    this.#latest.set(transition.session, transition);
    return "applied";
  }

  /** The latest transition of each session. */
  latest(): readonly Transition[] {
    return [...this.#latest.values()];
  }

  #remember(id: string): void {
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > MAX_REMEMBERED_IDS && oldest !== undefined) this.#seen.delete(oldest);
  }
}

/** Sequence numbers are compared within an incarnation: a restored collector uses some of them again. */
function isNewer(a: Transition, b: Transition): boolean {
  if (incarnationOf(a) !== incarnationOf(b)) return true;
  if (a.sessionCreatedAt !== b.sessionCreatedAt) return a.sessionCreatedAt > b.sessionCreatedAt;
  return a.seq > b.seq;
}

function incarnationOf({ id }: Transition): string | undefined {
  return id.split(":")[0];
}
