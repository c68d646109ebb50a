/** A flat reply as pairs: fields and values, or members and scores. */
export function pairs(flat: readonly string[]): readonly [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[index * 2] ?? "",
    flat[index * 2 + 1] ?? "",
  ]);
}
