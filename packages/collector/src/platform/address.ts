/**
 * The client address of a request. It is used for rate limits only and stored nowhere.
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";

const UNKNOWN = "unknown";

/**
 * Reads the client address. Behind a trusted proxy it is the last entry of `X-Forwarded-For`, which
 * the proxy wrote; the client can forge the entries before it.
 */
export function addressReader(trustProxy: boolean): (incoming: IncomingMessage) => string {
  return ({ headers, socket }) => {
    const forwarded = trustProxy ? lastOf(String(headers["x-forwarded-for"] ?? "")) : "";
    return forwarded || socket.remoteAddress || UNKNOWN;
  };
}

/** As {@link addressReader}, for a request that came through an application on any host. */
export function contextAddressReader(trustProxy: boolean): (c: Context) => string {
  return (c) => {
    const forwarded = trustProxy ? lastOf(c.req.header("x-forwarded-for") ?? "") : "";
    return forwarded || peerOf(c) || UNKNOWN;
  };
}

/** What servers give an application besides the request, as Hono's `env`. */
interface HostEnv {
  /** Node. */
  readonly incoming?: IncomingMessage;
  /** Bun: its server. */
  requestIP?(request: Request): { readonly address: string } | null;
  /** Deno. */
  readonly remoteAddr?: { readonly hostname?: string };
}

function peerOf({ env, req }: Context): string | undefined {
  const host = (env ?? {}) as HostEnv;
  return (
    host.incoming?.socket.remoteAddress ??
    host.remoteAddr?.hostname ??
    host.requestIP?.(req.raw)?.address
  );
}

function lastOf(forwarded: string): string {
  return forwarded.split(",").at(-1)?.trim() ?? "";
}
