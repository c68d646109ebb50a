/**
 * Collects what a delivery worker has done since its last settlement.
 * @module
 */
import type { DeliveryStatus } from "../core/lists.ts";
import type { Delivery, EndpointProgress, SessionName, Settlement } from "../stores/outbox.ts";
import type { Attempt } from "./send.ts";
import { keyOf, type SessionQueue } from "./session-queue.ts";

/** Deliveries that are stored together; a session may be overdue with thousands. */
const MAX_DELIVERIES = 500;
/** Rows of queues, of which few more are stored in one transaction. */
const MAX_ROWS = 500;

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

  /** There are enough rows for a transaction, which stays short if they are stored now. */
  get isLarge(): boolean {
    return this.#changed.size + this.#caughtUp.size >= MAX_ROWS;
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

  /**
   * Returns everything collected so far, to be stored in this order, and starts empty again. Deliveries of
   * the earlier parts are listed already while the endpoint has got no further than `settledCursor`; if
   * the later parts are not stored, they are repeated.
   */
  drain(settledCursor: number, progress: EndpointProgress): readonly Settlement[] {
    const deliveries = [...this.#deliveries.values()];
    const earlier: Settlement[] = [];
    while (deliveries.length > MAX_DELIVERIES) {
      const part = deliveries.splice(0, MAX_DELIVERIES);
      const nothing = { waiting: [], caughtUp: [] };
      earlier.push({ ...progress, cursor: settledCursor, ...nothing, deliveries: part });
    }
    const last = {
      ...progress,
      waiting: [...this.#changed].map((queue) => queue.row),
      caughtUp: [...this.#caughtUp.values()],
      deliveries,
    };
    this.#deliveries = new Map();
    this.#changed = new Set();
    this.#caughtUp = new Map();
    return [...earlier, last];
  }
}
