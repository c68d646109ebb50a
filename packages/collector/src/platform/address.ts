/**
 * Where a request comes from. The address is counted by for rate limits and kept nowhere.
 * @module
 */
import type { IncomingMessage } from "node:http";

/**
 * With a trusted proxy in front, the last entry of `X-Forwarded-For` is the proxy's own word; those
 * before it are the client's and worth nothing.
 */
export function addressReader(trustProxy: boolean): (incoming: IncomingMessage) => string {
  return ({ headers, socket }) => {
    const forwarded = trustProxy && headers["x-forwarded-for"];
    const last = forwarded ? String(forwarded).split(",").at(-1)?.trim() : undefined;
    return last || socket.remoteAddress || "unknown";
  };
}
