/**
 * Headers that let any page read the answers to its signals. They allow nothing else: signals carry no
 * cookies, and the collector itself refuses pages of origins that are not listed. A page that is
 * refused can so read why.
 * @module
 */

/** What every answer has, also a refusal. */
export const CROSS_ORIGIN_HEADERS: Readonly<Record<string, string>> = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Retry-After",
};

const MAX_HEADERS_LENGTH = 1_024;
/** Names of headers (RFC 9110, section 5.6.2), with commas in between. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

/**
 * The answer to a preflight. It allows the headers that are asked for, because other scripts of a page,
 * such as tracing, add theirs to every `fetch`. A preflight has no body and so no key to select the
 * account's origins by: only the signal itself is checked.
 */
export function preflightHeaders(requested: string | undefined): Record<string, string> {
  const names = requested?.trim() ?? "";
  const isValid = names.length <= MAX_HEADERS_LENGTH && HEADER_NAMES.test(names);
  return {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": isValid ? names : "Content-Type",
    "Access-Control-Max-Age": "86400",
    Vary: "Access-Control-Request-Headers",
  };
}
