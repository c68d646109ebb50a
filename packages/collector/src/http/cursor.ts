/**
 * Opaque cursors: positions in a list or in the log.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import { INCARNATION } from "../stores/incarnation.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import { Problem } from "./problem.ts";
import { parseTransitionId, transitionId } from "./views.ts";

const READ_LIMIT = 500;
/** How much earlier than a session's creation the log is read: the times in it are of several clocks. */
const CLOCKS_MS = 60_000;

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

const LOG_CURSOR = new RegExp(`^(${INCARNATION})-(\\d{1,15})$`);

/** The cursor of a page of an account's log; 0 is its beginning. */
export function encodeLogCursor(incarnation: string, cursor: number): string {
  return `${incarnation}-${cursor}`;
}

/**
 * Decodes a position in an account's log: the cursor of a page, or the id of a transition. If a
 * failover rolled that transition back, the session's previous one is used; if nothing of the session is
 * left, because it was erased or its history is too old, the time of its creation. Nothing is missed, and some
 * entries come again.
 * @throws {Problem} `invalid_cursor`; `store_restored` if the position is in another incarnation
 */
export async function decodeLogCursor(
  store: Store,
  account: string,
  cursor: string,
): Promise<number> {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  const [, incarnation, position] = LOG_CURSOR.exec(cursor) ?? [];
  if (incarnation !== undefined) {
    await requireIncarnation(store, incarnation);
    return Number(position);
  }
  const wanted = parseTransitionId(cursor);
  if (!wanted) throw invalidCursor();
  const entry = await findAtOrBefore(store, account, cursor);
  if (!entry) return store.logStart(account, wanted.sessionCreatedAt - CLOCKS_MS);
  return entry.resumeCursor ?? entry.cursor;
}

/**
 * The same for a reader that goes on by itself: from the end of the log at the latest, since what comes next would
 * otherwise be before its position.
 * @throws {Problem} as {@link decodeLogCursor}
 */
export async function decodeStartCursor(
  store: Store,
  account: string,
  cursor: string,
): Promise<number> {
  const after = await decodeLogCursor(store, account, cursor);
  return Math.min(after, await store.lastCursor(account));
}

/** @throws {Problem} as {@link decodeLogCursor}, also if the very transition is not in the log. */
export async function requireTransition(store: Store, account: string, id: string): Promise<void> {
  const entry = await findAtOrBefore(store, account, id);
  if (!entry || transitionId(entry, await store.incarnation()) !== id) throw invalidCursor();
}

/** The transition, or else the session's last one before it; `null` if there is neither. */
async function findAtOrBefore(store: Store, account: string, id: string): Promise<LogEntry | null> {
  const wanted = parseTransitionId(id);
  if (!wanted) return null;
  await requireIncarnation(store, wanted.incarnation);
  const key = { account, id: wanted.session };
  const [entry] = await store.history(key, wanted.seq - 1, 1);
  if (entry && transitionId(entry, wanted.incarnation) === id) return entry;
  let last: LogEntry | null = null;
  const budget = new TurnBudget();
  for (let page = await store.history(key, 0, READ_LIMIT); page.length > 0; ) {
    for (const each of page) {
      const isBefore = each.transition.seq < wanted.seq;
      if (isBefore && each.sessionCreatedAt === wanted.sessionCreatedAt) last = each;
    }
    const end = page.at(-1)?.transition.seq ?? wanted.seq;
    await budget.step();
    page = end < wanted.seq ? await store.history(key, end, READ_LIMIT) : [];
  }
  return last;
}

async function requireIncarnation(store: Store, incarnation: string): Promise<void> {
  if (incarnation === (await store.incarnation())) return;
  throw new Problem(
    "store_restored",
    "The store was restored from a backup since: read from the beginning, with `after=0`.",
  );
}

export function invalidCursor(): Problem {
  return new Problem("invalid_cursor", "Use a cursor as an answer gave it, or leave it out.");
}
