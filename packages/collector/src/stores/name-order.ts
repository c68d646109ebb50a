/**
 * The order of names, the same in every store: that of their code points, so of their bytes in UTF-8, by which SQLite
 * sorts. JavaScript's own differs where a name has a character beyond U+FFFF.
 * @module
 */
const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rankOf(a.charCodeAt(index)) - rankOf(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Halves of characters beyond U+FFFF come after all others. */
function rankOf(unit: number): number {
  const isHalf = unit >= SURROGATES && unit < AFTER_SURROGATES;
  return isHalf ? unit + 0x10000 : unit;
}
