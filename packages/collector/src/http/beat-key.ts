/**
 * The cache key of a beat: a hash of its body in which each digit of its `seq` is 0. A page's beats differ in
 * that number alone, so what was checked of one (wire version, keys, token, page, generation) holds for
 * every body with the same key. A number with one more digit has another key, so the beats 10, 100 and so
 * on miss once.
 * @module
 */
import { SIGNAL_MAX_BYTES } from "@stillhere/sdk/wire";
import type { BeatKey } from "../engine/beat-cache.ts";
import { COUNTER_END, type SignalBody } from "./decode-signal.ts";

/** SHA-256 of bytes as a string of one character for each byte. Synchronous: a promise costs more than a hit saves. */
export type Hash = (bytes: Uint8Array) => string;

/** A body that may be a beat's: nothing of it has been checked. */
export interface KeyedBody {
  readonly key: BeatKey;
  readonly seq: number;
}

const ZERO = "0".charCodeAt(0);
const NINE = "9".charCodeAt(0);
const COLON = ":".charCodeAt(0);
const FIELD = codesOf('"seq":');
/** What may stand before a field, and what after its value. */
const BEFORE_FIELD = codesOf("{,");
const AFTER_VALUE = codesOf(",}");
/** Digits of the largest `seq`. */
const MAX_DIGITS = 10;

function codesOf(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

const scratch = new Uint8Array(SIGNAL_MAX_BYTES);

/** Reads the `seq` of a body and hashes the body with its digits as 0; null: no `seq`, or too long. */
export function readBeatKey(body: Uint8Array, hash: Hash): KeyedBody | null {
  if (body.length > scratch.length) return null;
  const start = startOfSeq(body);
  if (start < 0) return null;
  scratch.set(body);
  let seq = 0;
  let end = start;
  for (; end < body.length; end += 1) {
    const code = body[end] as number;
    if (code < ZERO || code > NINE) break;
    seq = seq * 10 + code - ZERO;
    scratch[end] = ZERO;
  }
  const digits = end - start;
  const isCanonicalNumber = digits === 1 || (digits <= MAX_DIGITS && body[start] !== ZERO);
  if (digits === 0 || !isCanonicalNumber || seq >= COUNTER_END) return null;
  if (!AFTER_VALUE.includes(body[end] as number)) return null;
  return { key: keyOf(hash(scratch.subarray(0, body.length))), seq };
}

/** Index after the last `"seq":` that is a field's name, or -1. Searched from the end, where the SDK puts it. */
function startOfSeq(body: Uint8Array): number {
  for (let end = body.length; end > FIELD.length; end -= 1) {
    if (body[end - 1] !== COLON) continue;
    const begin = end - FIELD.length;
    if (!BEFORE_FIELD.includes(body[begin - 1] as number)) continue;
    if (FIELD.every((code, index) => body[begin + index] === code)) return end;
  }
  return -1;
}

function keyOf(hash: string): BeatKey {
  const u32 = (at: number) =>
    ((hash.charCodeAt(at) << 24) |
      (hash.charCodeAt(at + 1) << 16) |
      (hash.charCodeAt(at + 2) << 8) |
      hash.charCodeAt(at + 3)) >>>
    0;
  return [u32(0), u32(4), u32(8), u32(12)];
}

/**
 * Whether a body may be cached by its key: it is written as `JSON.stringify` writes it and holds plain
 * values only. Then its last `"seq":` is its `seq`, and another body with the same key has the same
 * value in every other field.
 */
export function isCacheable(body: SignalBody, text: string): boolean {
  return (
    Object.values(body).every((value) => typeof value !== "object") && JSON.stringify(body) === text
  );
}
