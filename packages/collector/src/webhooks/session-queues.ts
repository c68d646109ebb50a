/**
 * All session queues of a delivery worker, and how far they allow the endpoint's cursor to move.
 * @module
 */
import type { LogEntry } from "../stores/store.ts";
import { keyOf, type SessionQueue } from "./session-queue.ts";

/** Queues that block the cursor; beyond this the worker stops reading the log. */
const MAX_UNSTORED = 500;
const MAX_QUEUES = 20_000;

export class SessionQueues {
  readonly #byKey = new Map<string, SessionQueue>();
  readonly #unstored = new Set<SessionQueue>();

  /** The worker should read no more of the log for now. */
  get isFull(): boolean {
    return this.#unstored.size >= MAX_UNSTORED || this.#byKey.size >= MAX_QUEUES;
  }

  get hasUnstored(): boolean {
    return this.#unstored.size > 0;
  }

  has(queue: SessionQueue): boolean {
    return this.#byKey.get(keyOf(queue)) === queue;
  }

  /** The queue of an entry's session; `null` if absent. */
  find(entry: LogEntry): SessionQueue | null {
    return this.#byKey.get(keyOf(entry)) ?? null;
  }

  add(queue: SessionQueue): void {
    this.#byKey.set(keyOf(queue), queue);
    if (!queue.isStored) this.#unstored.add(queue);
  }

  /** Allows the cursor to pass the queue. */
  markStored(queue: SessionQueue): void {
    if (!queue.isStored) queue.markStored();
    this.#unstored.delete(queue);
  }

  remove(queue: SessionQueue): void {
    this.#byKey.delete(keyOf(queue));
    this.#unstored.delete(queue);
  }

  /** Queues that are not stored and were added at or before `at`. */
  unstoredSince(at: number): readonly SessionQueue[] {
    return [...this.#unstored].filter(({ addedAt }) => addedAt <= at);
  }

  /** The highest cursor up to which every entry that was read is settled or in a stored queue. */
  safeCursor(readCursor: number): number {
    let cursor = readCursor;
    for (const { blockingCursor } of this.#unstored) {
      if (blockingCursor !== null) cursor = Math.min(cursor, blockingCursor - 1);
    }
    return cursor;
  }
}
