import { expect, it } from "vitest";
import { readRetryAfterMs } from "./retry-after.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z");

it.each([
  ["120", 120_000],
  [" 0 ", 0],
  ["Sun, 22 Nov 2026 10:00:30 GMT", 30_000],
  ["Sunday, 22-Nov-26 10:00:30 GMT", 30_000],
  ["Sun, 22 Nov 2026 09:00:00 GMT", 0],
  ["soon", null],
  ["-5", null],
  ["1.5", null],
  ["2026", 2_026_000],
  ["99999999999999999999", 1_000_000_000_000],
  ["", null],
  [null, null],
])("the Retry-After value %j is parsed as %j ms", (value, expected) => {
  expect(readRetryAfterMs(value, NOW)).toBe(expected);
});
