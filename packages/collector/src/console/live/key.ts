const STORAGE_KEY = "stillhere.key";

/** The secret key that this tab has kept. */
export function loadKey(): string | null {
  return sessionStorage.getItem(STORAGE_KEY);
}

export function saveKey(key: string): void {
  sessionStorage.setItem(STORAGE_KEY, key.trim());
}

export function removeKey(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}
