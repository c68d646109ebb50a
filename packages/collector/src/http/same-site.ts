/**
 * Whether a browser sends a request from a page of the collector's own. Without this any site could have
 * a browser that is signed in make changes.
 * @module
 */
import type { Context } from "hono";
import { Problem } from "./problem.ts";

/** @throws {Problem} unless the request is known to come from an own page. */
export function requireOwnPage(c: Context): void {
  if (isFromOwnPage(c) !== true) throw crossSite();
}

/** @throws {Problem} if the request comes from another site's page; a client that is no browser may send it. */
export function refuseOtherSites(c: Context): void {
  if (isFromOwnPage(c) === false) throw crossSite();
}

/** `null`: nothing tells, so that it is no browser. */
function isFromOwnPage(c: Context): boolean | null {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin";
  const origin = c.req.header("Origin");
  if (origin === undefined) return null;
  const host = c.req.header("Host") ?? new URL(c.req.url).host;
  return origin === `https://${host}` || origin === `http://${host}`;
}

function crossSite(): Problem {
  return new Problem(
    "cross_site_request",
    "Send it from a page of the collector, or use a secret key.",
  );
}
