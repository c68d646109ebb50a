/**
 * Hashes of passwords. The method and its cost are in the hash, so that they can change later.
 * @module
 */
import { isSameHash } from "./keys.ts";

export interface Passwords {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

/** The greatest number that Cloudflare's runtime allows. */
const ITERATIONS = 100_000;
const SALT_BYTES = 16;
const HASH_BITS = 256;

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** PBKDF2 by Web Crypto, which every platform has: `pbkdf2-sha256$ITERATIONS$SALT$HASH`. */
export const pbkdf2Passwords: Passwords = {
  async hash(password) {
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    const bits = await derive(password, salt, ITERATIONS);
    return `pbkdf2-sha256$${ITERATIONS}$${toBase64(salt)}$${toBase64(bits)}`;
  },

  async verify(password, hash) {
    const [method, iterations, salt, expected] = hash.split("$");
    if (method !== "pbkdf2-sha256" || !salt || !expected) return false;
    const bits = await derive(password, fromBase64(salt), Number(iterations));
    return isSameHash(toBase64(bits), expected);
  },
};

async function derive(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(password.normalize("NFKC"));
  const key = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
  const method = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(method, key, HASH_BITS));
}
