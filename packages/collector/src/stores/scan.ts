/**
 * A scan of an account's sessions in the order of their ids, for stores that list them so.
 * @module
 */
import type { ListPage, ListQuery } from "./list.ts";
import type { ScanPart } from "./store.ts";

/** The part of at most `limit` sessions behind the id `after` (null: from the first one on). */
export async function scanById(
  list: (query: ListQuery) => Promise<ListPage>,
  after: string | null,
  limit: number,
): Promise<ScanPart> {
  const from = after === null ? {} : { after: { at: 0, id: after } };
  const { sessions, next } = await list({ ...from, limit });
  return { sessions, next: next?.id ?? null };
}
