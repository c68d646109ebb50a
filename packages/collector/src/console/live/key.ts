const STORED = "stillhere.key";

/**
 * The secret key: from the address (`#key=sk_…`), else from before a reload. In the address it is
 * removed at once, so that it stays neither in the history nor on a shared screen; it is kept for
 * this tab only.
 */
export function takeKey(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    keepKey(given);
  }
  return given?.trim() || sessionStorage.getItem(STORED);
}

export function keepKey(key: string): void {
  sessionStorage.setItem(STORED, key.trim());
}

export function forgetKey(): void {
  sessionStorage.removeItem(STORED);
}
