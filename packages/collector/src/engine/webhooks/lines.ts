/**
 * The lines that a courier has in hand, and how far they let the endpoint's cursor go.
 * @module
 */
import type { LogEntry } from "../../stores/store.ts";
import { type Line, nameOf } from "./line.ts";

/** Lines that hold the cursor back; beyond that the log is left where it is. */
const FRESH_MOST = 500;
const LINES_MOST = 20_000;

export class Lines {
  readonly #byName = new Map<string, Line>();
  /** Those that are not stored. */
  readonly #fresh = new Set<Line>();

  /** No more should be taken for now. */
  get isFull(): boolean {
    return this.#fresh.size >= FRESH_MOST || this.#byName.size >= LINES_MOST;
  }

  get hasFresh(): boolean {
    return this.#fresh.size > 0;
  }

  has(line: Line): boolean {
    return this.#byName.get(nameOf(line)) === line;
  }

  /** The line that an entry belongs to; null: none has begun. */
  of(entry: LogEntry): Line | null {
    return this.#byName.get(nameOf(entry)) ?? null;
  }

  add(line: Line): void {
    this.#byName.set(nameOf(line), line);
    if (!line.isStored) this.#fresh.add(line);
  }

  /** The cursor may pass the line. */
  store(line: Line): void {
    if (!line.isStored) line.store();
    this.#fresh.delete(line);
  }

  remove(line: Line): void {
    this.#byName.delete(nameOf(line));
    this.#fresh.delete(line);
  }

  /** Those that are not stored and were taken up at or before an instant. */
  freshSince(at: number): readonly Line[] {
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
