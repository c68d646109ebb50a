/**
 * A page says the same with each beat but for its number. So what was checked of one is known again by
 * a hash of all the rest: version, keys, token, page and generation need not be looked at anew.
 * @module
 */
import type { Fingerprint } from "../engine/leases.ts";
import type { SignalBody } from "./decode-signal.ts";

/** SHA-256 of bytes, each byte of it as a letter of the same code; at once, or it would be no gain. */
export type Hash = (bytes: Uint8Array) => string;

/** A body that may be a beat's: nothing of it has been checked. */
export interface Beat {
  readonly fingerprint: Fingerprint;
  readonly seq: number;
}

const [QUOTE, COLON, ZERO, NINE] = ['"', ":", "0", "9"].map((letter) => letter.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
];
const NAME = [...'"seq"'].map((letter) => letter.charCodeAt(0));
/** As many as a number below 2³¹ has. */
const DIGITS_MOST = 10;

const scratch = new Uint8Array(4096);

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
  const isNumber = digits > 0 && digits <= DIGITS_MOST && (digits === 1 || body[start] !== ZERO);
  if (!isNumber) return null;
  return { fingerprint: fingerprintOf(hash(scratch.subarray(0, body.length))), seq };
}

/** Behind the last `"seq":`, for it stands near the end; -1: there is none. */
function startOfNumber(body: Uint8Array): number {
  for (let at = body.length - 1; at >= NAME.length; at -= 1) {
    if (body[at] !== COLON || body[at - 1] !== QUOTE) continue;
    if (NAME.every((code, index) => body[at - NAME.length + index] === code)) return at + 1;
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
  return Object.values(body).every((value) => typeof value !== "object") && JSON.stringify(body) === text;
}
