/**
 * The token of an invitation that this tab was opened with. It is kept in the tab until the invitation is
 * accepted or refused, so that a reload and Back go on with it: the address has lost it by then.
 * Other tabs, other origins and the next start of the browser do not have it.
 * @module
 */
const NAME = "stillhere-invitation";

export function keepInvitation(token: string): void {
  // A browser that blocks storage throws: the invitation then lasts as long as the page.
  try {
    sessionStorage.setItem(NAME, token);
  } catch {}
}

/** `null` if there is none. */
export function keptInvitation(): string | null {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

export function forgetInvitation(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {}
}
