/**
 * A scan of an account's sessions in the order of their ids, for stores that list them so.
 * @module
 */
import type { Stored } from "./store.ts";

/** Where the scan continues after a part with at most `limit` sessions; `null` if it was the last. */
export function nextOf(sessions: readonly Stored[], limit: number): string | null {
  return sessions.length < limit ? null : (sessions.at(-1)?.session.id ?? null);
}
