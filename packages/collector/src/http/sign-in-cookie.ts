/**
 * The cookie of a sign-in. Scripts cannot read it, and browsers send it to the collector's own path, from
 * its own pages only.
 * @module
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { PublicUrl } from "./public-url.ts";

const NAME = "stillhere";

/**
 * Where cookies are set with the prefix, none without it counts: any other host of the domain could have put
 * it into the browser.
 */
export function readCookie(c: Context, url: PublicUrl): string | undefined {
  const bound = getCookie(c, NAME, "host");
  return bound ?? (attributesOf(url).prefix ? undefined : getCookie(c, NAME));
}

export function writeCookie(c: Context, url: PublicUrl, token: string, maxAgeMs: number): void {
  setCookie(c, NAME, token, { ...attributesOf(url), maxAge: Math.floor(maxAgeMs / 1_000) });
}

export function clearCookie(c: Context, url: PublicUrl): void {
  deleteCookie(c, NAME, attributesOf(url));
}

function attributesOf({ origin, path }: PublicUrl) {
  const isSecure = origin.startsWith("https:");
  const isAtRoot = path === "";
  return {
    httpOnly: true,
    sameSite: "Strict",
    secure: isSecure,
    path: isAtRoot ? "/" : path,
    ...(isSecure && isAtRoot && { prefix: "host" as const }),
  } as const;
}
