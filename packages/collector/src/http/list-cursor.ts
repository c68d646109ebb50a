/**
 * Cursors of lists of sessions: opaque to callers. Each is bound to its query, because a position in one
 * order means nothing in another, and a changed filter would silently skip sessions.
 * @module
 */
import type { ListPosition } from "../stores/list.ts";
import { termHash } from "../stores/term-hash.ts";
import { decodeCursor, encodeCursor, invalidCursor } from "./cursor.ts";
import { Problem } from "./problem.ts";

/** A position, and the numbers that a list counts on. */
export interface ListCursor extends ListPosition {
  readonly counts: readonly number[];
}

/** Encodes the cursor of a page of the given query. */
export function encodeListCursor(query: object, { at, id, counts }: ListCursor): string {
  return encodeCursor([signatureOf(query), at, ...counts, id].join(" "));
}

/** @throws {Problem} `invalid_cursor` if it is none, or that of another query. */
export function decodeListCursor(query: object, cursor: string): ListCursor {
  const [, signature, numbers = "", id = ""] =
    /^([0-9a-z-]+)((?: \d{1,15})+) (\S+)$/.exec(decodeCursor(cursor)) ?? [];
  if (signature === undefined) throw invalidCursor();
  if (signature !== signatureOf(query)) {
    throw new Problem(
      "invalid_cursor",
      "This cursor is of another query: repeat the query that gave it, or begin without a cursor.",
    );
  }
  const [at = 0, ...counts] = numbers.trim().split(" ").map(Number);
  return { at, id, counts };
}

function signatureOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return termHash(JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)))).toString(36);
}
