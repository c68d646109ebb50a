import { forgetInvitation, keepInvitation, keptInvitation } from "./kept-invitation.ts";

/** What a link carries for the sign-in. */
export interface Link {
  /** The token of an invitation. */
  invite: string | null;
  /** The token of the demo's own link. */
  enter: string | null;
}

/** Whether the address carries what must not stay in it; else it names a page. */
export function isLink(hash: string): boolean {
  return /^#(key|invite|enter)=/.test(hash);
}

/**
 * Reads the link, and removes it from the address, so that no history and no shared screen shows it. The tab
 * keeps an invitation, and returns it until that is accepted or another link is opened. A secret key is removed
 * as well, and signs no one in.
 */
export function takeLink(): Link {
  const { hash, pathname, search } = location;
  const parts = new URLSearchParams(hash.slice(1));
  const link = { invite: parts.get("invite"), enter: parts.get("enter") };
  if (isLink(hash)) {
    history.replaceState(null, "", pathname + search);
    forgetInvitation();
    if (link.invite !== null) keepInvitation(link.invite);
  }
  return { ...link, invite: link.invite ?? keptInvitation() };
}
