/**
 * Which URLs webhooks may have at the edge, whose `fetch` reaches no private network.
 * @module
 */

/** Why an endpoint cannot have this URL; null: it can. */
export function refuseUrl(text: string, isPrivateAllowed: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return "Give a URL that begins with https://.";
  }
  if (url.username || url.password) return "Leave user name and password out of the URL.";
  if (isPrivateAllowed) return null;
  if (url.protocol !== "https:") return "Use https://: messages say who waits for whom.";
  // Nothing that is meant for the public goes by its address.
  const isAddress = /^\[|^[\d.]+$/.test(url.hostname);
  return isAddress ? "Give a name instead of an address." : null;
}
