/**
 * Parses the header `Retry-After` (RFC 9110, 10.2.3).
 * @module
 */

/** Milliseconds to wait, from seconds or a date; `null` if absent or invalid. */
export function readRetryAfterMs(value: string | null, now: number): number | null {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // HTTP dates only: `Date.parse` alone accepts many other formats.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
