const STORAGE_KEY = "stillhere.key";

/**
 * The secret key: from the URL (`#key=sk_…`), else from the session storage of this tab. It is
 * removed from the URL immediately, so that neither the history nor a shared screen shows it.
 */
export function loadKey(): string | null {
  const fromUrl = new URLSearchParams(location.hash.slice(1)).get("key");
  if (fromUrl !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    saveKey(fromUrl);
  }
  return fromUrl?.trim() || sessionStorage.getItem(STORAGE_KEY);
}

export function saveKey(key: string): void {
  sessionStorage.setItem(STORAGE_KEY, key.trim());
}

export function removeKey(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}
