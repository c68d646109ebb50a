const tag = () => document.querySelector<HTMLScriptElement>("script[data-session]");

/** True where the page carries the script already, sent by the server or added below. */
export function presenceIsThere(): boolean {
  return tag() !== null;
}

/**
 * Adds presence to a page that was sent before there was this conversation. It is the very tag that
 * the server puts into every page after this one. A tag of an earlier conversation makes way: the
 * collector has told it to be silent when that conversation ended.
 */
export function addPresence(
  { collector, key }: { collector?: string; key?: string },
  session: string | null,
  token: string | null,
): void {
  if (!collector || !key || !session || !token) return;
  if (tag()?.getAttribute("data-session") === session) return;
  tag()?.remove();
  const script = document.createElement("script");
  script.async = true;
  script.src = `${collector}/sdk.js`;
  Object.assign(script.dataset, { key, session, token });
  document.head.append(script);
}
