/**
 * Where a reader stands in a list or in the log, as opaque text.
 * @module
 */
import type { Store } from "../stores/store.ts";
import { Problem } from "./problem.ts";
import { parseTransitionId, transitionId } from "./views.ts";

/** A place in a list by id. */
export function encodeCursor(id: string): string {
  return btoa(id).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws {Problem} `invalid_cursor` */
export function decodeCursor(cursor: string): string {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw noneOfOurs();
  }
}

/**
 * A place in an account's log: the cursor that a page of it ended with, or the id of a transition.
 * @throws {Problem} `invalid_cursor`
 */
export async function decodeLogCursor(
  store: Store,
  account: string,
  cursor: string,
): Promise<number> {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  const id = parseTransitionId(cursor);
  if (!id) throw noneOfOurs();
  const [entry] = await store.history({ account, id: id.session }, id.seq - 1, 1);
  if (!entry || transitionId(entry) !== cursor) throw noneOfOurs();
  return entry.cursor;
}

function noneOfOurs(): Problem {
  return new Problem("invalid_cursor", "Use a cursor as an answer gave it, or leave it out.");
}
