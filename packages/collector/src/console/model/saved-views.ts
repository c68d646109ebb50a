/**
 * Filters by name: some that every desk needs, and those that were saved in this browser.
 * @module
 */
export interface SavedView {
  readonly name: string;
  /** The address of the filter, without `?`. */
  readonly address: string;
}

export const READY_VIEWS: readonly SavedView[] = [
  { name: "Left, yesterday", address: "state=inactive&reason=user_offline&period=yesterday" },
  { name: "Left, today", address: "state=inactive&reason=user_offline&period=today" },
  { name: "Waiting", address: "queue=queued&order=up" },
  { name: "Moved to email", address: "reason=transferred_to_email" },
  { name: "Everything", address: "" },
];

const KEY = "stillhere.views";
const MAX_VIEWS = 50;

/** @returns none where the browser keeps nothing for the page */
export function readViews(storage: () => Pick<Storage, "getItem">): SavedView[] {
  try {
    const stored: unknown = JSON.parse(storage().getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isView).slice(0, MAX_VIEWS) : [];
  } catch {
    return [];
  }
}

/** @returns whether the browser keeps them */
export function writeViews(
  storage: () => Pick<Storage, "setItem">,
  views: readonly SavedView[],
): boolean {
  try {
    storage().setItem(KEY, JSON.stringify(views.slice(-MAX_VIEWS)));
    return true;
  } catch {
    return false;
  }
}

function isView(value: unknown): value is SavedView {
  const { name, address } = (value ?? {}) as Partial<Record<keyof SavedView, unknown>>;
  return typeof name === "string" && typeof address === "string";
}
