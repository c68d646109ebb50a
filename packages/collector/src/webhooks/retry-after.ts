/**
 * Parses the header `Retry-After` (RFC 9110, 10.2.3).
 * @module
 */

/** 30 years: no pause is longer, and larger numbers lose precision. */
const MAX_SECONDS = 1_000_000_000;

/** Milliseconds to wait, from seconds or a date; `null` if absent or invalid. */
export function readRetryAfterMs(value: string | null, now: number): number | null {
  const text = value?.trim() ?? "";
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX_SECONDS) * 1_000;
  // HTTP dates only: `Date.parse` alone accepts many other formats.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
