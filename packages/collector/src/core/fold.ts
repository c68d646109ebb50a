/**
 * Text as people compare it, for searches: without accents and capitals.
 * @module
 */

/** Decomposes the text (NFKD), removes its marks and makes it lower case; `ς` becomes `σ`. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll("ς", "σ");
}
