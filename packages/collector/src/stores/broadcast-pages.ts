/**
 * Reads broadcasts in pages: there is at least one of each account that has changed its settings.
 * @module
 */
import type { Broadcast } from "./store.ts";

/** The settings of an account are up to 64 KB, and a page is decoded in one turn. */
const PAGE = 50;

/** For drivers: the number that stands for no limit in SQL and in Redis. */
export const NO_LIMIT = -1;

/** The broadcasts after an epoch, in order. */
export async function* broadcastPages(
  read: (afterEpoch: number, limit: number) => Promise<readonly Broadcast[]>,
  afterEpoch: number,
): AsyncGenerator<readonly Broadcast[]> {
  for (let after = afterEpoch; ; ) {
    const page = await read(after, PAGE);
    yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.epoch;
  }
}
