import { loadKey } from "./key.ts";

/** What a link carries for the sign-in, or what this tab has kept. */
export interface Link {
  /** The token of an invitation. */
  invite: string | null;
  /** The token of the demo's own link. */
  enter: string | null;
  /** A secret key, as it was typed; one in the address is ignored. */
  key: string | null;
}

/** Whether the address carries what must not stay in it; else it names a page. */
export function isLink(hash: string): boolean {
  return /^#(key|invite|enter)=/.test(hash);
}

/** Reads the link, and removes it from the address, so that no history and no shared screen shows it. */
export function takeLink(): Link {
  const { hash, pathname, search } = location;
  const parts = new URLSearchParams(hash.slice(1));
  const [invite, enter] = [parts.get("invite"), parts.get("enter")];
  if (isLink(hash)) history.replaceState(null, "", pathname + search);
  return { invite, enter, key: invite === null && enter === null ? loadKey() : null };
}
