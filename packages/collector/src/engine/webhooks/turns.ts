/**
 * Whose turn it is to be sent. New ones come at once, in the order in which they came; those that
 * have failed before come when they are due, and never take all places, so that a receiver that
 * hangs for some sessions still hears of the others.
 * @module
 */
import type { Line } from "./line.ts";

const PLACES = 32;
const RETRY_PLACES = 16;
/** How exactly the time of a retry is kept: all who wait are looked through for those that are due. */
const LOOK_EVERY_MS = 100;

export class Turns {
  /** Lines whose time has not come. */
  readonly #later = new Set<Line>();
  readonly #fresh = new Set<Line>();
  readonly #retries = new Set<Line>();
  /** Lines that have a place, and whether it is one for retries. */
  readonly #served = new Map<Line, boolean>();
  #retriesServed = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #dueAt = Number.POSITIVE_INFINITY;

  /** A line is to be served: at once, or when its next attempt is due. */
  schedule(line: Line): void {
    if (line.attempts === 0) {
      this.#fresh.add(line);
      return;
    }
    this.#later.add(line);
    this.#dueAt = Math.min(this.#dueAt, line.nextAttemptAt);
  }

  /** Gives a place to the line whose turn it is; null: none is due, or there is no place for it. */
  next(now: number): Line | null {
    if (this.#later.size > 0 && now >= this.#lookAt()) this.#look(now);
    const [line] = this.#hasPlaceForRetry() ? this.#retries : this.#hasPlace() ? this.#fresh : [];
    if (!line) return null;
    const isRetry = this.#retries.delete(line);
    this.#fresh.delete(line);
    if (isRetry) this.#retriesServed += 1;
    this.#served.set(line, isRetry);
    return line;
  }

  /** A line gives its place back. */
  end(line: Line): void {
    if (this.#served.get(line)) this.#retriesServed -= 1;
    this.#served.delete(line);
  }

  /** When a line could be given a place; null: not before something changes. */
  nextAt(now: number): number | null {
    if (this.#hasPlaceForRetry() || this.#hasPlace()) return now;
    return this.#later.size > 0 ? this.#lookAt() : null;
  }

  #hasPlaceForRetry(): boolean {
    const isFull = this.#served.size >= PLACES || this.#retriesServed >= RETRY_PLACES;
    return this.#retries.size > 0 && !isFull;
  }

  #hasPlace(): boolean {
    return this.#fresh.size > 0 && this.#served.size < PLACES;
  }

  #lookAt(): number {
    return Math.max(this.#dueAt, this.#lookedAt + LOOK_EVERY_MS);
  }

  #look(now: number): void {
    this.#lookedAt = now;
    this.#dueAt = Number.POSITIVE_INFINITY;
    for (const line of this.#later) {
      if (line.nextAttemptAt > now) {
        this.#dueAt = Math.min(this.#dueAt, line.nextAttemptAt);
        continue;
      }
      this.#later.delete(line);
      this.#retries.add(line);
    }
  }
}
