/**
 * Whose pages may report.
 * @module
 */

/**
 * Whether an origin, as a browser sends it, is listed: exactly, or by a wildcard that stands for one
 * level of names (`https://*.shop.example` is `https://www.shop.example`, not `https://shop.example`
 * and not `https://a.b.shop.example`).
 */
export function isListed(origin: string, listed: readonly string[]): boolean {
  if (listed.includes(origin)) return true;
  const wildcard = origin.replace(/^(https?:\/\/)[^./:]+\./, "$1*.");
  return wildcard !== origin && listed.includes(wildcard);
}
