/**
 * Text as every store keeps it.
 * @module
 */

/**
 * Half of a character, which JSON can contain and no store can (different ones would become the same), or
 * U+0000, which ends a text in some of the programs that read a store.
 */
const NOT_STORABLE = /[\p{Surrogate}\0]/u;

/** A valid session id. It appears in URLs, where `.` and `..` have another meaning, and in store keys. */
export const SESSION_ID = /^(?!\.{1,2}$)[\w.:@-]{1,128}$/;

/** Whether a text is the same once it was stored and read. */
export function isStorable(text: string): boolean {
  return !NOT_STORABLE.test(text);
}
