/**
 * The client address of a request. It is used for rate limits only and stored nowhere.
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";

const UNKNOWN = "unknown";

/** Whether the peer with this address is a proxy whose headers are believed. */
type ProxyTrust = (peer: string | undefined) => boolean;

/**
 * Reads the client address. Behind a trusted proxy it is the last entry of `X-Forwarded-For`, which
 * the proxy wrote; the client can forge the entries before it.
 */
export function addressReader(isProxy: ProxyTrust): (incoming: IncomingMessage) => string {
  return ({ headers, socket }) => {
    const forwarded = isProxy(socket.remoteAddress)
      ? lastOf(String(headers["x-forwarded-for"] ?? ""))
      : "";
    return forwarded || socket.remoteAddress || UNKNOWN;
  };
}

/** As {@link addressReader}, for a request that came through an application on any host. */
export function contextAddressReader(isProxy: ProxyTrust): (c: Context) => string {
  return (c) => {
    const peer = peerOf(c);
    const forwarded = isProxy(peer) ? lastOf(c.req.header("x-forwarded-for") ?? "") : "";
    return forwarded || peer || UNKNOWN;
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

/** The address of the connection; `undefined`: the host does not tell. */
export function peerOf({ env, req }: Context): string | undefined {
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
