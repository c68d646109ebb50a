/**
 * What a courier has done since it last settled.
 * @module
 */
import type { Delivery, DeliveryStatus, SessionName, Settlement } from "../stores/outbox.ts";
import type { Attempt } from "./send.ts";
import { nameOf, type SessionQueue } from "./session-queue.ts";

export class PendingSettlement {
  #deliveries = new Map<string, Delivery>();
  #changed = new Set<SessionQueue>();
  #caughtUp = new Map<string, SessionName>();

  get isEmpty(): boolean {
    return this.#deliveries.size + this.#changed.size + this.#caughtUp.size === 0;
  }

  /**
   * What became of a transition, by the line's last attempt or (null) without one. Of several words
   * on the same one the last counts.
   */
  record(
    line: SessionQueue,
    seq: number,
    status: DeliveryStatus,
    attempt: Attempt | null,
    now: number,
  ): void {
    this.#deliveries.set(`${nameOf(line)}\n${seq}`, {
      session: line.session,
      sessionCreatedAt: line.sessionCreatedAt,
      seq,
      status,
      attempts: attempt ? line.attempts : 0,
      updatedAt: now,
      response: attempt?.response ?? null,
      error: attempt?.error ?? null,
      nextAttemptAt: status === "pending" ? line.nextAttemptAt : null,
    });
  }

  /** A stored line stands otherwise than before. */
  change(line: SessionQueue): void {
    this.#changed.add(line);
  }

  /** A stored line has told all. */
  finish(line: SessionQueue): void {
    const { session, sessionCreatedAt } = line;
    this.#changed.delete(line);
    this.#caughtUp.set(nameOf(line), { session, sessionCreatedAt });
  }

  /** Everything so far, to be settled; the ledger begins anew. */
  close(cursor: number, pausedUntil: number | null): Settlement {
    const settlement = {
      cursor,
      pausedUntil,
      waiting: [...this.#changed].map((line) => line.row),
      caughtUp: [...this.#caughtUp.values()],
      deliveries: [...this.#deliveries.values()],
    };
    this.#deliveries = new Map();
    this.#changed = new Set();
    this.#caughtUp = new Map();
    return settlement;
  }
}
