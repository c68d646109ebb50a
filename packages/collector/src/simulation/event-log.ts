/**
 * What happened in a simulation, line by line: a hash of all of it, by which two runs are compared, and
 * the last lines, which show what led to a violation.
 * @module
 */
import { createHash } from "node:crypto";

const KEPT = 400;

export class EventLog {
  readonly #hash = createHash("sha256");
  readonly #last: string[] = [];
  #lines = 0;
  /** Receives each line. */
  onLine: ((line: string) => void) | null = null;

  write(at: number, what: string): void {
    const line = `${at} ${what}`;
    this.#hash.update(`${line}\n`);
    this.#last[this.#lines % KEPT] = line;
    this.#lines += 1;
    this.onLine?.(line);
  }

  get digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** The last lines, oldest first. */
  last(): readonly string[] {
    const start = Math.max(0, this.#lines - KEPT);
    return Array.from(
      { length: this.#lines - start },
      (_, index) => this.#last[(start + index) % KEPT] ?? "",
    );
  }
}
