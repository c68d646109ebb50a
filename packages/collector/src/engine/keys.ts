/**
 * Creates, hashes and compares keys. Secret keys are stored as hashes only; they are high-entropy
 * random values, so a plain SHA-256 resists guessing.
 * @module
 */

/** An account's new keys, which are shown only once. */
export interface FreshKeys {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly tokenSecret: string;
}

export function createKeys(): FreshKeys {
  return {
    publishableKey: `pk_${randomText(16)}`,
    secretKey: createSecretKey(),
    tokenSecret: `ts_${randomText(32)}`,
  };
}

export function createSecretKey(): string {
  return `sk_${randomText(24)}`;
}

/** The start of a secret key, by which people tell it from others. */
export function hintOf(secretKey: string): string {
  return secretKey.slice(0, 7);
}

/** Random bytes as base64url. */
export function randomText(bytes: number): string {
  const text = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** SHA-256 in hex. */
export async function hashOf(secret: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether two hashes are equal; in constant time, to leak nothing about where they differ. */
export function isSameHash(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  }
  return difference === 0;
}
