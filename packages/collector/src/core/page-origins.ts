/**
 * Origins of pages as the setting `origins` takes them. An `Origin` header has one form only, which
 * browsers write; an entry in any other form would never match.
 * @module
 */

/** An entry that can match, or why it cannot and what to write instead. */
export type OriginCheck = { readonly origin: string } | { readonly problem: string };

/** The form in which an entry with a wildcard is parsed: `*` is not allowed in a host name. */
const WILDCARD_STAND_IN = "wildcard-of-stillhere";
/** Schemes of pages in apps and extensions, which have a host name but no other rules of the web. */
const CUSTOM_ORIGIN = /^(?!file:|data:|blob:|about:)[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/;

/**
 * Writes an entry as browsers write origins, where its meaning is clear: without a slash at the end or
 * the default port, in lower case, and international names in punycode.
 */
export function checkOrigin(entry: string): OriginCheck {
  const text = entry.trim();
  if (text === "null") return { origin: text };
  if (/^(https?:\/\/)?\*$/i.test(text.replace(/\/$/, ""))) return refused(text, EVERY_PAGE);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "file") return refused(text, "pages from files send `null`: write `null`");
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return refused(text, bareHostAdvice(text));
  return scheme === "http" || scheme === "https" ? checkWebOrigin(text) : checkCustomOrigin(text);
}

const EVERY_PAGE =
  "there is no wildcard for every site: list each origin, as `https://shop.example`, or one level of subdomains, as `https://*.shop.example`";

function checkWebOrigin(text: string): OriginCheck {
  const hasWildcard = /^https?:\/\/\*\./i.test(text);
  const parseable = hasWildcard ? text.replace("*", WILDCARD_STAND_IN) : text;
  const url = parsed(parseable);
  if (!url || parseable.includes("*")) {
    return refused(text, "write it as `https://shop.example` or `https://*.shop.example`");
  }
  const origin = url.origin.replace(WILDCARD_STAND_IN, "*");
  const isOriginOnly = url.pathname === "/" && !/[?#@]/.test(text);
  return isOriginOnly ? { origin } : refused(text, `an origin has no path: write \`${origin}\``);
}

function checkCustomOrigin(text: string): OriginCheck {
  const origin = text.replace(/\/$/, "").toLowerCase();
  if (CUSTOM_ORIGIN.test(origin)) return { origin };
  const [start] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/.exec(origin) ?? [];
  const advice = start && CUSTOM_ORIGIN.test(start) ? start : "https://shop.example";
  return refused(text, `an origin has no path: write \`${advice}\``);
}

/** What to write for a host name that lacks its scheme. */
function bareHostAdvice(text: string): string {
  const isLocal = /^(localhost|127\.|\[::1\])/i.test(text);
  const hasWildcard = text.startsWith("*.");
  const host = hasWildcard ? text.replace("*", WILDCARD_STAND_IN) : text;
  const url = parsed(`${isLocal ? "http" : "https"}://${host.replace(/^\/\//, "")}`);
  const isHost = url !== null && !text.includes(" ") && !host.includes("*");
  const origin = isHost ? url.origin.replace(WILDCARD_STAND_IN, "*") : "https://shop.example";
  return `an address begins with https:// or http://: write \`${origin}\``;
}

function parsed(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function refused(text: string, advice: string): OriginCheck {
  return { problem: `has \`${text}\`, which matches no page; ${advice}.` };
}
