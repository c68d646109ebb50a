/**
 * Where a request comes from. The address is counted by for rate limits and kept nowhere.
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";

/**
 * With a trusted proxy in front, the last entry of `X-Forwarded-For` is the proxy's own word; those
 * before it are the client's and worth nothing.
 */
export function addressReader(trustProxy: boolean): (c: Context) => string {
  return (c) => {
    const forwarded = trustProxy
      ? c.req.header("X-Forwarded-For")?.split(",").at(-1)?.trim()
      : null;
    const { incoming } = c.env as { incoming?: IncomingMessage };
    return forwarded || incoming?.socket.remoteAddress || "unknown";
  };
}
