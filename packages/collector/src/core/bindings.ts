/**
 * Bindings: hashes of the secrets with which pages may speak for a session.
 * @module
 */

/** How many a session keeps: each page that writes binds one. */
const MAX_BINDINGS = 8;

/**
 * The list with further hashes as the latest; the same list if that changes nothing. A known one is moved to the end only
 * where one may have to go: a desk may repeat several with each message, which would change the session each time. So
 * of fewer the order is that in which they came first.
 */
export function addBindings(
  bindings: readonly string[],
  added: readonly string[],
): readonly string[] {
  const fresh = added.filter((hash) => !bindings.includes(hash));
  if (bindings.length + fresh.length < MAX_BINDINGS) {
    return fresh.length === 0 ? bindings : [...bindings, ...fresh];
  }
  if (added.length === 0 || (added.length === 1 && bindings.at(-1) === added[0])) return bindings;
  const others = bindings.filter((hash) => !added.includes(hash));
  return [...others, ...added].slice(-MAX_BINDINGS);
}
