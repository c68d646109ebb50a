/**
 * Session tokens as a desk's own server signs them.
 * @module
 */
import { hmacOfNode } from "../platform/node-crypto.ts";

export function createToken(
  account: string,
  session: string,
  expiresAt: number,
  secret: string,
): string {
  const header = encode({ alg: "HS256", typ: "JWT" });
  const claims = encode({ aud: account, sid: session, exp: Math.floor(expiresAt / 1_000) });
  const text = `${header}.${claims}`;
  return `${text}.${hmacOfNode(secret, text)}`;
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
