/**
 * Bindings: hashes of the secrets with which pages may speak for a session.
 * @module
 */

/** How many a session keeps: each page that writes binds one. */
const MAX_BINDINGS = 8;

/** The list with further hashes as the latest; the same list if that changes nothing. */
export function addBindings(
  bindings: readonly string[],
  added: readonly string[],
): readonly string[] {
  if (added.length === 0 || (added.length === 1 && bindings.at(-1) === added[0])) return bindings;
  const others = bindings.filter((hash) => !added.includes(hash));
  return [...others, ...added].slice(-MAX_BINDINGS);
}
