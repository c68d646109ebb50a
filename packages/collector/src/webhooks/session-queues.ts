/**
 * The lines that a courier has in hand, and how far they let the endpoint's cursor go.
 * @module
 */
import type { LogEntry } from "../stores/store.ts";
import { nameOf, type SessionQueue } from "./session-queue.ts";

/** Lines that hold the cursor back; beyond that the log is left where it is. */
const MAX_FRESH = 500;
const MAX_QUEUES = 20_000;

export class SessionQueues {
  readonly #byName = new Map<string, SessionQueue>();
  /** Those that are not stored. */
  readonly #fresh = new Set<SessionQueue>();

  /** No more should be taken for now. */
  get isFull(): boolean {
    return this.#fresh.size >= MAX_FRESH || this.#byName.size >= MAX_QUEUES;
  }

  get hasFresh(): boolean {
    return this.#fresh.size > 0;
  }

  has(line: SessionQueue): boolean {
    return this.#byName.get(nameOf(line)) === line;
  }

  /** The line that an entry belongs to; null: none has begun. */
  of(entry: LogEntry): SessionQueue | null {
    return this.#byName.get(nameOf(entry)) ?? null;
  }

  add(line: SessionQueue): void {
    this.#byName.set(nameOf(line), line);
    if (!line.isStored) this.#fresh.add(line);
  }

  /** The cursor may pass the line. */
  store(line: SessionQueue): void {
    if (!line.isStored) line.store();
    this.#fresh.delete(line);
  }

  remove(line: SessionQueue): void {
    this.#byName.delete(nameOf(line));
    this.#fresh.delete(line);
  }

  /** Those that are not stored and were taken up at or before an instant. */
  freshSince(at: number): readonly SessionQueue[] {
    return [...this.#fresh].filter(({ takenAt }) => takenAt <= at);
  }

  /** Every entry up to here, as far as it was read, is settled or belongs to a line that is stored. */
  cursor(read: number): number {
    let cursor = read;
    for (const { holdsCursor } of this.#fresh) {
      if (holdsCursor !== null) cursor = Math.min(cursor, holdsCursor - 1);
    }
    return cursor;
  }
}
