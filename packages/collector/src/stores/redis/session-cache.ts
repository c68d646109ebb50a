/**
 * Sessions that were looked at lately, by numbers that this process gives them. Of each a digest is kept:
 * a failover can lose commits that were answered, and then a version alone does not say that the session
 * is the one that it was.
 * @module
 */
import { hash } from "node:crypto";
import type { SessionKey } from "../store.ts";
import { TwoGenerationLru } from "../two-generation-lru.ts";

/** 64 bits of SHA-1, which Redis has at hand too. */
const DIGEST_LENGTH = 16;
/** Some hundred bytes each. */
const MAX_CACHED = 400_000;

export interface CachedSession {
  readonly number: number;
  readonly key: SessionKey;
  readonly digest: string;
}

/** Of all that a renewal leaves as it is: whatever comes after the record's first line. */
export function recordDigest(record: string): string {
  return hash("sha1", record.slice(record.indexOf("\n"))).slice(0, DIGEST_LENGTH);
}

export class SessionCache {
  readonly #byName = new TwoGenerationLru<CachedSession>(MAX_CACHED);
  readonly #byNumber = new TwoGenerationLru<CachedSession, number>(MAX_CACHED);
  #last = 0;

  /** The number of a session that was found or written like this. */
  put(key: SessionKey, digest: string): number {
    const name = `${key.account}\n${key.id}`;
    const before = this.#byName.get(name);
    if (!before) this.#last += 1;
    const known = { number: before?.number ?? this.#last, key, digest };
    this.#byName.set(name, known);
    this.#byNumber.set(known.number, known);
    return known.number;
  }

  get(number: number): CachedSession | undefined {
    return this.#byNumber.get(number);
  }
}
