/** True where the page carries the script already, sent by the server or added below. */
export function presenceIsThere(): boolean {
  return document.querySelector("script[data-session]") !== null;
}

/**
 * Adds presence to a page that was sent before there was a conversation. It is the very tag that
 * the server puts into every page after this one.
 */
export function addPresence(
  { collector, key }: DOMStringMap,
  session: string | null,
  token: string | null,
): void {
  if (!collector || !key || !session || !token || presenceIsThere()) return;
  const script = document.createElement("script");
  script.async = true;
  script.src = `${collector}/sdk.js`;
  Object.assign(script.dataset, { key, session, token });
  document.head.append(script);
}
