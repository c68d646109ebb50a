/**
 * A page says the same with each beat but for its number. So what was checked of one is known again by
 * a hash of all the rest: version, keys, token, page and generation need not be looked at anew.
 * @module
 */
import { SIGNAL_MAX_BYTES } from "@stillhere/sdk/wire";
import type { Fingerprint } from "../engine/leases.ts";
import { COUNTER_END, type SignalBody } from "./decode-signal.ts";

/** SHA-256 of bytes, each byte of it as a letter of the same code; at once, or it would be no gain. */
export type Hash = (bytes: Uint8Array) => string;

/** A body that may be a beat's: nothing of it has been checked. */
export interface Beat {
  readonly fingerprint: Fingerprint;
  readonly seq: number;
}

const ZERO = "0".charCodeAt(0);
const NINE = "9".charCodeAt(0);
const COLON = ":".charCodeAt(0);
const NAME = codesOf('"seq":');
/** What may stand before a field, and what behind it. */
const BEGINS = codesOf("{,");
const ENDS = codesOf(",}");
/** As many as the largest number that counts has. */
const DIGITS_MOST = 10;

function codesOf(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

const scratch = new Uint8Array(SIGNAL_MAX_BYTES);

/** Reads the number of a body and hashes the rest; null: it has none, or is too long. */
export function readBeat(body: Uint8Array, hash: Hash): Beat | null {
  if (body.length > scratch.length) return null;
  const start = startOfNumber(body);
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
  const isWritten = digits === 1 || (digits <= DIGITS_MOST && body[start] !== ZERO);
  if (digits === 0 || !isWritten || seq >= COUNTER_END) return null;
  if (!ENDS.includes(body[end] as number)) return null;
  return { fingerprint: fingerprintOf(hash(scratch.subarray(0, body.length))), seq };
}

/** Behind the last `"seq":` that is a field's name, for it stands near the end; -1: there is none. */
function startOfNumber(body: Uint8Array): number {
  for (let end = body.length; end > NAME.length; end -= 1) {
    if (body[end - 1] !== COLON) continue;
    const begin = end - NAME.length;
    if (!BEGINS.includes(body[begin - 1] as number)) continue;
    if (NAME.every((code, index) => body[begin + index] === code)) return end;
  }
  return -1;
}

function fingerprintOf(hash: string): Fingerprint {
  const word = (at: number) =>
    ((hash.charCodeAt(at) << 24) |
      (hash.charCodeAt(at + 1) << 16) |
      (hash.charCodeAt(at + 2) << 8) |
      hash.charCodeAt(at + 3)) >>>
    0;
  return [word(0), word(4), word(8), word(12)];
}

/**
 * Whether a body can be known again by the rest of it: it is written in the one way in which a program
 * writes JSON, and holds nothing but plain values. Then its last `"seq":` is its number, and another
 * body with the same rest says the same in every other field.
 */
export function isPlain(body: SignalBody, text: string): boolean {
  return (
    Object.values(body).every((value) => typeof value !== "object") && JSON.stringify(body) === text
  );
}
