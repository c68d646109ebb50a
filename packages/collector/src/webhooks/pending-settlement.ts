/**
 * Collects what a delivery worker has done since its last settlement.
 * @module
 */
import type { DeliveryStatus } from "../core/lists.ts";
import type { Delivery, SessionName, Settlement } from "../stores/outbox.ts";
import type { Attempt } from "./send.ts";
import { keyOf, type SessionQueue } from "./session-queue.ts";

export class PendingSettlement {
  #deliveries = new Map<string, Delivery>();
  #changed = new Set<SessionQueue>();
  #caughtUp = new Map<string, SessionName>();

  get isEmpty(): boolean {
    return this.#deliveries.size + this.#changed.size + this.#caughtUp.size === 0;
  }

  /** Sets the status of a transition at the time `at`; `attempt` is `null` if it was not sent. */
  recordDelivery(
    queue: SessionQueue,
    seq: number,
    status: DeliveryStatus,
    attempt: Attempt | null,
    at: number,
  ): void {
    this.#deliveries.set(`${keyOf(queue)}\n${seq}`, {
      session: queue.session,
      sessionCreatedAt: queue.sessionCreatedAt,
      seq,
      status,
      attempts: attempt ? queue.attempts : 0,
      updatedAt: at,
      response: attempt?.response ?? null,
      error: attempt?.error ?? null,
      nextAttemptAt: status === "pending" ? queue.nextAttemptAt : null,
    });
  }

  /** The row of a stored queue must be written. */
  markChanged(queue: SessionQueue): void {
    this.#changed.add(queue);
  }

  /** The row of a stored queue must be removed: everything was delivered. */
  markCaughtUp(queue: SessionQueue): void {
    const { session, sessionCreatedAt } = queue;
    this.#changed.delete(queue);
    this.#caughtUp.set(keyOf(queue), { session, sessionCreatedAt });
  }

  /** Returns everything collected so far and starts empty again. */
  drain(cursor: number, pausedUntil: number | null): Settlement {
    const settlement = {
      cursor,
      pausedUntil,
      waiting: [...this.#changed].map((queue) => queue.row),
      caughtUp: [...this.#caughtUp.values()],
      deliveries: [...this.#deliveries.values()],
    };
    this.#deliveries = new Map();
    this.#changed = new Set();
    this.#caughtUp = new Map();
    return settlement;
  }
}
