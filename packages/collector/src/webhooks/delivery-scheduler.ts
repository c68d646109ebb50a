/**
 * Whose turn it is to be sent. New ones come at once, in the order in which they came; those that
 * have failed before come when they are due, and never take all places, so that a receiver that
 * hangs for some sessions still hears of the others.
 * @module
 */
import type { SessionQueue } from "./session-queue.ts";

const MAX_IN_FLIGHT = 32;
const MAX_RETRIES_IN_FLIGHT = 16;
/** How exactly the time of a retry is kept: all who wait are looked through for those that are due. */
const POLL_EVERY_MS = 100;

export class DeliveryScheduler {
  /** Lines whose time has not come. */
  readonly #later = new Set<SessionQueue>();
  readonly #fresh = new Set<SessionQueue>();
  readonly #retries = new Set<SessionQueue>();
  /** Lines that have a place, and whether it is one for retries. */
  readonly #served = new Map<SessionQueue, boolean>();
  #retriesServed = 0;
  #polledAt = Number.NEGATIVE_INFINITY;
  #dueAt = Number.POSITIVE_INFINITY;

  /** A line is to be served: at once, or when its next attempt is due. */
  schedule(line: SessionQueue): void {
    if (line.attempts === 0) {
      this.#fresh.add(line);
      return;
    }
    this.#later.add(line);
    this.#dueAt = Math.min(this.#dueAt, line.nextAttemptAt);
  }

  /** Gives a place to the line whose turn it is; null: none is due, or there is no place for it. */
  next(now: number): SessionQueue | null {
    if (this.#later.size > 0 && now >= this.#pollAt()) this.#poll(now);
    const [line] = this.#canRetry() ? this.#retries : this.#canStart() ? this.#fresh : [];
    if (!line) return null;
    const isRetry = this.#retries.delete(line);
    this.#fresh.delete(line);
    if (isRetry) this.#retriesServed += 1;
    this.#served.set(line, isRetry);
    return line;
  }

  /** A line gives its place back. */
  end(line: SessionQueue): void {
    if (this.#served.get(line)) this.#retriesServed -= 1;
    this.#served.delete(line);
  }

  /** When a line could be given a place; null: not before something changes. */
  nextAt(now: number): number | null {
    if (this.#canRetry() || this.#canStart()) return now;
    return this.#later.size > 0 ? this.#pollAt() : null;
  }

  #canRetry(): boolean {
    const isFull =
      this.#served.size >= MAX_IN_FLIGHT || this.#retriesServed >= MAX_RETRIES_IN_FLIGHT;
    return this.#retries.size > 0 && !isFull;
  }

  #canStart(): boolean {
    return this.#fresh.size > 0 && this.#served.size < MAX_IN_FLIGHT;
  }

  #pollAt(): number {
    return Math.max(this.#dueAt, this.#polledAt + POLL_EVERY_MS);
  }

  #poll(now: number): void {
    this.#polledAt = now;
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
