/**
 * What stores remember of erased sessions, so that a page that is still open does not create its session
 * again: a hash of the id, and when it was erased.
 * @module
 */
import { RecordError } from "./record-error.ts";
import type { Found, Lookup, SessionKey } from "./store.ts";

/** One day more than a token can live that the collector has minted. */
export const ERASURE_KEPT_MS = 8 * 86_400_000;

/** 132 bits as base64url. */
const HASH_LENGTH = 22;

/** Identifies a session that was erased. */
export async function erasureHashOf({ account, id }: SessionKey): Promise<string> {
  const text = new TextEncoder().encode(`${account}\n${id}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const letters = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  return letters.slice(0, HASH_LENGTH);
}

/**
 * Adds {@link Found.erasedAt} to the results of the lookups that ask for it.
 * @param read when the session was erased, or null; its hash is {@link erasureHashOf}
 */
export async function withErasures(
  lookups: readonly Lookup[],
  found: readonly Found[],
  read: (hash: string, key: SessionKey) => number | null | Promise<number | null>,
): Promise<readonly Found[]> {
  const isAsked = (lookup: Lookup, index: number) =>
    lookup.withErasure === true && found[index]?.stored === null;
  if (!lookups.some(isAsked)) return found;
  return Promise.all(
    found.map(async (each, index) => {
      const lookup = lookups[index];
      if (!lookup || !isAsked(lookup, index)) return each;
      try {
        const erasedAt = await read(await erasureHashOf(lookup.key), lookup.key);
        return erasedAt === null ? each : { ...each, erasedAt };
      } catch (error) {
        if (error instanceof RecordError) return { ...each, unreadable: error.message };
        throw error;
      }
    }),
  );
}
