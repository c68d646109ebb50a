/**
 * Opaque cursors: positions in a list or in the log.
 * @module
 */
import type { LogEntry, Store } from "../stores/store.ts";
import { Problem } from "./problem.ts";
import { parseTransitionId, transitionId } from "./views.ts";

const READ_LIMIT = 500;

/** The cursor of a list that is ordered by id. */
export function encodeCursor(id: string): string {
  return btoa(id).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws {Problem} `invalid_cursor` */
export function decodeCursor(cursor: string): string {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw invalidCursor();
  }
}

/**
 * Decodes a position in an account's log: the cursor of a page, or the id of a transition. If a
 * failover rolled that transition back, the session's previous one is used: delivery is at least once.
 * @throws {Problem} `invalid_cursor`
 */
export async function decodeLogCursor(
  store: Store,
  account: string,
  cursor: string,
): Promise<number> {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  const entry = await findAtOrBefore(store, account, cursor);
  if (!entry) throw invalidCursor();
  return entry.resumeCursor ?? entry.cursor;
}

/** @throws {Problem} `invalid_cursor` if the transition is not in the log. */
export async function requireTransition(store: Store, account: string, id: string): Promise<void> {
  const entry = await findAtOrBefore(store, account, id);
  if (!entry || transitionId(entry) !== id) throw invalidCursor();
}

/** The transition, or else the session's last one before it; `null` if there is neither. */
async function findAtOrBefore(store: Store, account: string, id: string): Promise<LogEntry | null> {
  const wanted = parseTransitionId(id);
  if (!wanted) return null;
  const key = { account, id: wanted.session };
  const [entry] = await store.history(key, wanted.seq - 1, 1);
  if (entry && transitionId(entry) === id) return entry;
  let last: LogEntry | null = null;
  for (let page = await store.history(key, 0, READ_LIMIT); page.length > 0; ) {
    for (const each of page) {
      const isBefore = each.transition.seq < wanted.seq;
      if (isBefore && each.sessionCreatedAt === wanted.sessionCreatedAt) last = each;
    }
    const end = page.at(-1)?.transition.seq ?? wanted.seq;
    page = end < wanted.seq ? await store.history(key, end, READ_LIMIT) : [];
  }
  return last;
}

function invalidCursor(): Problem {
  return new Problem("invalid_cursor", "Use a cursor as an answer gave it, or leave it out.");
}
