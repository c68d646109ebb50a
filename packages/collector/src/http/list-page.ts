/**
 * Reads a page of a list in parts, and writes each item as soon as it is read. However large the items are, a
 * page is never in memory at once, and the event loop turns in between.
 * @module
 */
import type { Context } from "hono";
import { TurnBudget } from "../async/turns.ts";
import {
  type ListOrder,
  type ListPosition,
  positionOf,
  type ListPage as StoredPage,
} from "../stores/list.ts";

/** A page ends after as much, with at least one item. */
const MAX_PAGE_BYTES = 1 << 20;
/** How many items are read before their size is known. */
const FIRST_PART = 20;
/** How much is read at once from then on. */
const PART_BYTES = 1 << 17;
const MAX_PART = 500;

export interface ListSource<T> {
  /** At most this many items in the page. */
  readonly limit: number;
  /** The items after one, or from the first of the page on; fewer than `limit`: there are no more. */
  read(after: T | null, limit: number): Promise<readonly T[]>;
  /** An item as JSON. */
  view(item: T): unknown;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  /** The JSON of each item. */
  readonly texts: readonly string[];
  readonly hasMore: boolean;
}

export async function readListPage<T>({ limit, read, view }: ListSource<T>): Promise<ListPage<T>> {
  const budget = new TurnBudget();
  const items: T[] = [];
  const room = new PageRoom();
  for (let part = FIRST_PART; ; ) {
    // One more than the page has says whether it is the last one.
    const wanted = Math.min(part, limit - items.length + 1);
    const found = await read(items.at(-1) ?? null, wanted);
    for (const item of found) {
      if (items.length === limit || !room.add(await view(item))) {
        return { items, texts: room.texts, hasMore: true };
      }
      items.push(item);
    }
    if (found.length < wanted) return { items, texts: room.texts, hasMore: false };
    const fitting = Math.floor((PART_BYTES * items.length) / room.bytes);
    part = Math.min(Math.max(fitting, 1), MAX_PART);
    await budget.step();
  }
}

/** Behind which position the next page begins, where this one has room for `count` of its sessions. */
export function endOfPage(
  { sessions, next }: Pick<StoredPage, "sessions" | "next">,
  count: number,
  sort: ListOrder,
): ListPosition | null {
  const last = count < sessions.length ? sessions[count - 1]?.session : undefined;
  return last ? positionOf(last, sort) : next;
}

/** As many of the items as JSON as a page has room for, from the first on. */
export async function fittingTexts<T>(
  items: readonly T[],
  view: (item: T) => unknown,
): Promise<readonly string[]> {
  const budget = new TurnBudget();
  const room = new PageRoom();
  for (const item of items) {
    if (!room.add(view(item))) break;
    await budget.step();
  }
  return room.texts;
}

const encoder = new TextEncoder();

/** What is in a page so far. */
class PageRoom {
  readonly texts: string[] = [];
  bytes = 0;

  /** Adds a value as JSON; false: it is not the first, and the page has no room for it. */
  add(value: unknown): boolean {
    const text = JSON.stringify(value);
    const { length } = encoder.encode(text);
    if (this.bytes + length > MAX_PAGE_BYTES && this.texts.length > 0) return false;
    this.texts.push(text);
    this.bytes += length;
    return true;
  }
}

/** Returns lists of items that are JSON already, and further fields. */
export function answerLists(
  c: Context,
  lists: Readonly<Record<string, readonly string[]>>,
  rest: object,
): Response {
  const fields = Object.entries(lists).map(([name, texts]) => `"${name}":[${texts.join(",")}]`);
  const body = `{${fields.join(",")},${JSON.stringify(rest).slice(1)}`;
  return c.body(body, 200, { "Content-Type": "application/json" });
}
