/**
 * HS256 JSON Web Tokens (RFC 7519), verified synchronously where the platform allows it. docs/decisions
 * explains why no library does it.
 * @module
 */
import { isSameHash } from "../engine/keys.ts";

/** HMAC-SHA-256 of a text with a secret, both in UTF-8, as base64url without padding. */
export type Hmac = (secret: string, text: string) => string | Promise<string>;

export type Claims = Readonly<Record<string, unknown>>;

/** The claims of a token; `null` if it is malformed or was not signed with the secret. */
export function verifyJwt(
  token: string,
  secret: string,
  hmac: Hmac,
): Claims | null | Promise<Claims | null> {
  const dot = token.indexOf(".");
  const end = token.lastIndexOf(".");
  if (dot < 0 || end === dot || token.indexOf(".", dot + 1) !== end) return null;
  if (!isHs256(token.slice(0, dot))) return null;
  const presented = token.slice(end + 1);
  const read = (signature: string) =>
    isSameHash(presented, signature) ? decodePart(token.slice(dot + 1, end)) : null;
  const signature = hmac(secret, token.slice(0, end));
  return typeof signature === "string" ? read(signature) : signature.then(read);
}

/** The encoded headers of nearly all tokens; only other ones have to be decoded. */
const USUAL_HEADERS = new Set(
  ['{"alg":"HS256","typ":"JWT"}', '{"typ":"JWT","alg":"HS256"}', '{"alg":"HS256"}'].map((text) =>
    btoa(text).replaceAll("=", ""),
  ),
);

function isHs256(header: string): boolean {
  if (USUAL_HEADERS.has(header)) return true;
  const claims = decodePart(header);
  if (claims?.["alg"] !== "HS256" || "crit" in claims) return false;
  const { typ } = claims;
  if (typ === undefined) return true;
  return typeof typ === "string" && /^(application\/)?jwt$/i.test(typ);
}

/** Decodes one part of a token; `null` if it is not a JSON object. */
function decodePart(part: string): Claims | null {
  try {
    const bytes = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    const value: unknown = JSON.parse(isAscii(bytes) ? bytes : utf8Of(bytes));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Claims) : null;
  } catch {
    return null;
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}

function utf8Of(bytes: string): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/** HMAC with Web Crypto: available on every platform, but asynchronous. */
export function createWebHmac(): Hmac {
  const encoder = new TextEncoder();
  const keys = new Map<string, ReturnType<typeof crypto.subtle.importKey>>();
  const keyOf = (secret: string) => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
    keys.set(secret, key);
    return key;
  };
  return async (secret, text) => {
    const key = await (keys.get(secret) ?? keyOf(secret));
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
    return btoa(String.fromCharCode(...signature))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  };
}
