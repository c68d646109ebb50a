/**
 * The allowlist of page origins.
 * @module
 */

/**
 * Whether an `Origin` header is listed, exactly or by a wildcard. A wildcard stands for exactly one
 * label: `https://*.shop.example` matches `https://www.shop.example`, but neither
 * `https://shop.example` nor `https://a.b.shop.example`.
 */
export function isListed(origin: string, listed: readonly string[]): boolean {
  if (listed.includes(origin)) return true;
  const wildcard = origin.replace(/^(https?:\/\/)[^./:]+\./, "$1*.");
  return wildcard !== origin && listed.includes(wildcard);
}
