/**
 * Ends the connection of a request whose body was not read to its end: otherwise the host reads the rest,
 * however much that is, to use the connection again. Hosts without connections of their own ignore it.
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { Env } from "./context.ts";

/** Hosts may read this much: it costs less than another connection. */
const MAX_UNREAD_BYTES = 64 * 1024;
const TOO_LARGE = 413;

export const closeUnread: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  const { raw } = c.req;
  const isLong =
    raw.headers.has("Transfer-Encoding") ||
    Number(raw.headers.get("Content-Length") ?? 0) > MAX_UNREAD_BYTES;
  if (c.res.status === TOO_LARGE || (isLong && !raw.bodyUsed)) c.header("Connection", "close");
};
