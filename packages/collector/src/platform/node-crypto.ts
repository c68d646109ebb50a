/**
 * Node's own hashes, which are synchronous. Bun and Deno have them too.
 * @module
 */
import { createHmac, hash } from "node:crypto";
import type { Hash } from "../http/beat-key.ts";
import type { Hmac } from "../http/jwt.ts";

export const hmacOfNode: Hmac = (secret, text) =>
  createHmac("sha256", secret).update(text).digest("base64url");

export const hashOfNode: Hash = (bytes) => hash("sha256", bytes, "binary");
