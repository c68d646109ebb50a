/**
 * Which URLs webhooks may have, as far as the URL itself tells.
 * @module
 */

/** Why an endpoint cannot have this URL, wherever the collector runs; null: it can. */
export function refuseUrl(text: string, isPrivateAllowed: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return "Give a URL that begins with https://.";
  }
  if (url.username || url.password) return "Leave user name and password out of the URL.";
  if (isPrivateAllowed || url.protocol === "https:") return null;
  return "Use https://: messages say who waits for whom.";
}
