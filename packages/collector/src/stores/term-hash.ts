/**
 * A number in place of a term in an index. Two terms may have the same, so what is found by it must be
 * compared.
 * @module
 */

import type { Session } from "../core/session.ts";
import { termsOf } from "./list.ts";

/** 32 bits, signed: FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv), mixed. */
export function termHash(term: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < term.length; index += 1) {
    hash = Math.imul(hash ^ term.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** The hashes of a session's terms, each once. */
export function termHashesOf(session: Session): readonly number[] {
  return [...new Set(termsOf(session).map(termHash))];
}
