/**
 * Flat replies in groups.
 * @module
 */

/** A flat reply as pairs: fields and values, or members and scores. */
export function pairs(flat: readonly string[]): readonly [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[index * 2] ?? "",
    flat[index * 2 + 1] ?? "",
  ]);
}

/** A flat reply in groups of `size`. */
export function tuplesOf(flat: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: flat.length / size }, (_, index) =>
    flat.slice(index * size, (index + 1) * size),
  );
}
