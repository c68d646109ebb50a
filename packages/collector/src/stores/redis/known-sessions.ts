/**
 * Sessions that were looked at lately, by numbers that this process gives them. Of each a mark is kept:
 * a failover can lose commits that were answered, and then a version alone does not say that the session
 * is the one that it was.
 * @module
 */
import { hash } from "node:crypto";
import { Recent } from "../recent.ts";
import type { SessionKey } from "../store.ts";

/** 64 bits of SHA-1, which Redis has at hand too. */
const MARK_LENGTH = 16;
/** Some hundred bytes each. */
const KNOWN_MOST = 400_000;

export interface Known {
  readonly number: number;
  readonly key: SessionKey;
  readonly mark: string;
}

/** Of all that a renewal leaves as it is: whatever comes after the record's first line. */
export function markOf(record: string): string {
  return hash("sha1", record.slice(record.indexOf("\n"))).slice(0, MARK_LENGTH);
}

export class KnownSessions {
  readonly #byName = new Recent<Known>(KNOWN_MOST);
  readonly #byNumber = new Recent<Known, number>(KNOWN_MOST);
  #last = 0;

  /** The number of a session that was found or written like this. */
  note(key: SessionKey, mark: string): number {
    const name = `${key.account}\n${key.id}`;
    const before = this.#byName.get(name);
    if (!before) this.#last += 1;
    const known = { number: before?.number ?? this.#last, key, mark };
    this.#byName.set(name, known);
    this.#byNumber.set(known.number, known);
    return known.number;
  }

  get(number: number): Known | undefined {
    return this.#byNumber.get(number);
  }
}
