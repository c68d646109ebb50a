/**
 * The client address of a request. It is used for rate limits only and stored nowhere.
 * @module
 */
import type { IncomingMessage } from "node:http";

/**
 * Reads the client address. Behind a trusted proxy it is the last entry of `X-Forwarded-For`, which
 * the proxy wrote; the client can forge the entries before it.
 */
export function addressReader(trustProxy: boolean): (incoming: IncomingMessage) => string {
  return ({ headers, socket }) => {
    const forwarded = trustProxy && headers["x-forwarded-for"];
    const last = forwarded ? String(forwarded).split(",").at(-1)?.trim() : undefined;
    return last || socket.remoteAddress || "unknown";
  };
}
