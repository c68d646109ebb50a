/**
 * Proofs of who sent a message, by Web Crypto, which every platform has. All comparisons take the same time
 * wherever two texts differ.
 * @module
 */
import { isSameHash as isSameText } from "../engine/keys.ts";

export { isSameText };

/** A request that was signed longer ago may be a copy of an earlier one. */
export const MAX_AGE_MS = 300_000;

const encoder = new TextEncoder();

/** HMAC of `prefix` and the raw body. */
export async function hmacOf(
  secret: string,
  prefix: string,
  raw: Uint8Array<ArrayBuffer>,
  hash: "SHA-1" | "SHA-256" | "SHA-512" = "SHA-256",
): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash };
  const bytes = encoder.encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  const head = encoder.encode(prefix);
  const signed = new Uint8Array(head.length + raw.length);
  signed.set(head);
  signed.set(raw, head.length);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Whether one of the secrets is this text. */
export async function isOneOf(secrets: readonly string[], text: string): Promise<boolean> {
  const digest = async (each: string) =>
    hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(each))));
  const given = await digest(text);
  let isFound = false;
  for (const secret of secrets) isFound = isSameText(await digest(secret), given) || isFound;
  return isFound;
}

/** The hash that a page stamped, from base64url into hex; `undefined` if it is no SHA-256. */
export function stampedHash(text: string | undefined): string | undefined {
  if (text === undefined || !/^[\w-]{43}=?$/.test(text)) return undefined;
  const base64 = text.replace("=", "").replaceAll("-", "+").replaceAll("_", "/");
  return hexOf(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
