import { loadKey } from "./key.ts";

/** What a link carries for the sign-in, or what this tab has kept. */
export interface Link {
  /** The token of an invitation. */
  invite: string | null;
  /** The token of the demo's own link. */
  enter: string | null;
  /** A secret key. */
  key: string | null;
}

/** Whether the address carries something for the sign-in; else it names a page. */
export function isLink(hash: string): boolean {
  return /^#(key|invite|enter)=/.test(hash);
}

/** Reads the link, and removes it from the address, so that no history and no shared screen shows it. */
export function takeLink(): Link {
  const parts = new URLSearchParams(location.hash.slice(1));
  const [invite, enter] = [parts.get("invite"), parts.get("enter")];
  if (invite === null && enter === null) return { invite, enter, key: loadKey() };
  history.replaceState(null, "", location.pathname + location.search);
  return { invite, enter, key: null };
}
