/**
 * What to do about an error, in words. A file of its own, which the script build loads only where
 * there is an error and no listener of the page's own: a page that works never pays for it.
 * @module
 */

const HINTS: Readonly<Record<string, string>> = {
  network:
    "No answer from the collector. Is this its address, does it answer by https, and does no extension block it?",
  csp: "This page's content security policy forbids the collector: add it to connect-src.",
  token:
    "No token. The function or data-token-url must give, within 10 s, nothing but the token; the address with a status of 2xx.",
  secret_key_in_page:
    "This is a secret key. It was not sent, but everyone who sees this page has it: rotate it, and put the publishable key (pk_…) here.",
  origin_not_allowed:
    "Add this page's origin to the setting `origins`. The origin of a sandboxed frame is null.",
};

/** Writes one line to the console: what happened, what to do, and where it was to go. */
export const explain = (code: string, cause: unknown, collector: string | undefined): void => {
  const { detail = "" } = { ...(cause as { detail?: string } | null | undefined) };
  console.warn(`stillhere: ${code}. ${HINTS[code] ?? detail}`, collector, cause);
};
