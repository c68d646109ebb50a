const tag = () => document.querySelector<HTMLScriptElement>("script[data-session]");

/** Whether the page contains the script, sent by the server or added below. */
export function hasPresence(): boolean {
  return tag() !== null;
}

/**
 * Adds presence to a page that was sent before the conversation began, with the same tag that the
 * server adds to all later pages. It replaces the tag of an earlier conversation, whose script has
 * stopped because that session ended.
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
