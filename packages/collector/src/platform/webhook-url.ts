/**
 * Checks the URL of a webhook without resolving its name.
 * @module
 */

/** Why a URL is refused for an endpoint on any platform; `null` if it is allowed. */
export function refuseUrl(text: string, isPrivateAllowed: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return "Give a URL that begins with https://.";
  }
  if (url.username || url.password) return "Leave user name and password out of the URL.";
  if (isPrivateAllowed || url.protocol === "https:") return null;
  return "Use https://: messages reveal who waits for whom. The collector's operator can allow http:// and private networks with --allow-private-webhooks.";
}
