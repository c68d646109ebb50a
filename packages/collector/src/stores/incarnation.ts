/**
 * The incarnation of a store: letters that are made when the store is created, and again when it is
 * restored from a backup. Ids of transitions begin with it, because a restored store uses the same
 * sequence numbers again for other transitions.
 * @module
 */

const LENGTH = 8;
const LETTERS = 26;

/** Makes a random incarnation of 8 lower-case letters. */
export function createIncarnation(): string {
  const values = crypto.getRandomValues(new Uint32Array(LENGTH));
  return Array.from(values, (value) => String.fromCharCode(97 + (value % LETTERS))).join("");
}

/** Matches an incarnation, as the beginning of a pattern. */
export const INCARNATION = `[a-z]{${LENGTH}}`;
