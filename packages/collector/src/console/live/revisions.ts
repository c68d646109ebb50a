/**
 * The revision (`ETag`) of what was read, remembered with the value itself: a change is made to what its author
 * saw, or refused.
 */
const revisions = new WeakMap<object, string>();

export function remember<T>(value: T, response: Response): T {
  const revision = response.headers.get("etag");
  if (revision !== null && typeof value === "object" && value !== null) {
    revisions.set(value, revision);
  }
  return value;
}

/** The header of a change to `base`; none if its revision is not known, as with an older collector. */
export function ifUnchanged(base: object | undefined): Record<string, string> {
  const revision = base && revisions.get(base);
  return revision === undefined ? {} : { "if-match": revision };
}
