/**
 * The collector's address as the client sees it, before any proxy.
 * @module
 */
import type { Context } from "hono";

export interface PublicUrl {
  /** Scheme and host. */
  readonly origin: string;
  /** The path of the mount, without a slash at the end; empty: the root. */
  readonly path: string;
}

/** The path of every route that needs it begins with this, below the mount. */
const ROUTES = "/v1/";

/** @param isProxied whether the headers of the proxy that sends the request are believed */
export function publicUrlOf(
  c: Context,
  isProxied: (c: Context) => boolean = () => false,
): PublicUrl {
  const url = new URL(c.req.url);
  const isBelieved = isProxied(c);
  const forwarded = (name: string) =>
    isBelieved ? c.req.header(`X-Forwarded-${name}`)?.split(",").at(-1)?.trim() : undefined;
  const host = forwarded("Host") ?? c.req.header("Host") ?? url.host;
  const scheme = forwarded("Proto") ?? schemeByBrowser(c, host) ?? url.protocol.slice(0, -1);
  const mount = url.pathname.slice(0, Math.max(0, url.pathname.lastIndexOf(ROUTES)));
  return { origin: `${scheme}://${host}`, path: (forwarded("Prefix") ?? "") + mount };
}

/** A proxy may end TLS and not say so; the browser does. */
function schemeByBrowser(c: Context, host: string): string | undefined {
  const [scheme, of] = (c.req.header("Origin") ?? "").split("://");
  return of === host ? scheme : undefined;
}
