/**
 * Decides which session queue is sent next. First attempts start immediately, in arrival order.
 * Retries start when they are due, and never use all slots: so a receiver that hangs for some
 * sessions still receives the others.
 * @module
 */
import type { SessionQueue } from "./session-queue.ts";

const MAX_IN_FLIGHT = 32;
const MAX_RETRIES_IN_FLIGHT = 16;
/** The precision of retry times: each poll scans all delayed queues. */
const POLL_EVERY_MS = 100;

export class DeliveryScheduler {
  /** Queues whose retry is not due yet. */
  readonly #delayed = new Set<SessionQueue>();
  readonly #firstAttempts = new Set<SessionQueue>();
  readonly #retries = new Set<SessionQueue>();
  /** Queues that occupy a slot, and whether for a retry. */
  readonly #inFlight = new Map<SessionQueue, boolean>();
  #retriesInFlight = 0;
  #polledAt = Number.NEGATIVE_INFINITY;
  #dueAt = Number.POSITIVE_INFINITY;

  /** Schedules a queue: immediately, or for its `nextAttemptAt` after a failure. */
  schedule(queue: SessionQueue): void {
    if (queue.attempts === 0) {
      this.#firstAttempts.add(queue);
      return;
    }
    this.#delayed.add(queue);
    this.#dueAt = Math.min(this.#dueAt, queue.nextAttemptAt);
  }

  /** Takes a slot for the next queue; `null` if none is due or no slot is free. */
  next(now: number): SessionQueue | null {
    if (this.#delayed.size > 0 && now >= this.#pollAt()) this.#poll(now);
    const [queue] = this.#canRetry()
      ? this.#retries
      : this.#canSendFirst()
        ? this.#firstAttempts
        : [];
    if (!queue) return null;
    const isRetry = this.#retries.delete(queue);
    this.#firstAttempts.delete(queue);
    if (isRetry) this.#retriesInFlight += 1;
    this.#inFlight.set(queue, isRetry);
    return queue;
  }

  /** Releases the slot of a queue. */
  release(queue: SessionQueue): void {
    if (this.#inFlight.get(queue)) this.#retriesInFlight -= 1;
    this.#inFlight.delete(queue);
  }

  /** When `next` may return a queue; `null` if not before another call changes the schedule. */
  nextAt(now: number): number | null {
    if (this.#canRetry() || this.#canSendFirst()) return now;
    return this.#delayed.size > 0 ? this.#pollAt() : null;
  }

  #canRetry(): boolean {
    const isFull =
      this.#inFlight.size >= MAX_IN_FLIGHT || this.#retriesInFlight >= MAX_RETRIES_IN_FLIGHT;
    return this.#retries.size > 0 && !isFull;
  }

  #canSendFirst(): boolean {
    return this.#firstAttempts.size > 0 && this.#inFlight.size < MAX_IN_FLIGHT;
  }

  #pollAt(): number {
    return Math.max(this.#dueAt, this.#polledAt + POLL_EVERY_MS);
  }

  #poll(now: number): void {
    this.#polledAt = now;
    this.#dueAt = Number.POSITIVE_INFINITY;
    const due: SessionQueue[] = [];
    for (const queue of this.#delayed) {
      if (queue.nextAttemptAt <= now) due.push(queue);
      else this.#dueAt = Math.min(this.#dueAt, queue.nextAttemptAt);
    }
    // Otherwise a receiver that pauses after every attempt would get the same sessions each time.
    for (const queue of due.sort((a, b) => a.nextAttemptAt - b.nextAttemptAt)) {
      this.#delayed.delete(queue);
      this.#retries.add(queue);
    }
  }
}
