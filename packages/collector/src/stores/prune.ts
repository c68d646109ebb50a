/**
 * Which entries of a log are pruned, for stores that read its beginning first.
 * @module
 */

/**
 * The cursor of the last entry before the first that is not old; `null` if there is none. Entries are
 * not sorted by time: an old one after that is pruned once those before it are.
 */
export function lastOldCursor(
  entries: readonly { readonly cursor: number; readonly at: number }[],
  before: number,
): number | null {
  const end = entries.findIndex(({ at }) => at >= before);
  return (end < 0 ? entries : entries.slice(0, end)).at(-1)?.cursor ?? null;
}
