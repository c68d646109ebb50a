/**
 * Recently used sessions, by numbers that this process assigns. Each has a digest of its record: a failover
 * can lose commits that were answered, and then an equal version does not prove an equal session.
 * @module
 */
import { hash } from "node:crypto";
import type { SessionKey } from "../store.ts";
import { TwoGenerationLru } from "../two-generation-lru.ts";

/** Hex digits: 64 bits of SHA-1, which Redis can compute too. */
const DIGEST_LENGTH = 16;
/** Some hundred bytes each. */
const MAX_CACHED = 400_000;

export interface CachedSession {
  readonly number: number;
  readonly key: SessionKey;
  readonly digest: string;
}

/** Digest of what a renewal does not change: everything after the record's first line. */
export function recordDigest(record: string): string {
  return hash("sha1", record.slice(record.indexOf("\n"))).slice(0, DIGEST_LENGTH);
}

export class SessionCache {
  readonly #byName = new TwoGenerationLru<CachedSession>(MAX_CACHED);
  readonly #byNumber = new TwoGenerationLru<CachedSession, number>(MAX_CACHED);
  #last = 0;

  /**
   * Caches a session that was loaded, and returns its number: a new one where its digest is another. Another
   * collector has changed it then, or created a new session of that id, so what refers to the old number
   * must not renew it.
   */
  load(key: SessionKey, digest: string): number {
    const name = nameOf(key);
    const before = this.#byName.get(name);
    if (before && before.digest !== digest) this.#byName.delete(name);
    return this.put(key, digest);
  }

  /** Caches a session that this process has written, and returns its number. */
  put(key: SessionKey, digest: string): number {
    const name = nameOf(key);
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

function nameOf({ account, id }: SessionKey): string {
  return `${account}\n${id}`;
}
