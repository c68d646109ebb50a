/**
 * The transitions of one session that one endpoint has not received yet, while a delivery worker
 * handles them. A queue starts in memory, where it keeps the endpoint's cursor from passing it.
 * Once it is stored, the cursor may pass it, and its entries are read from the session's history.
 * @module
 */
import type { SessionName, WaitingSession } from "../stores/outbox.ts";
import type { LogEntry } from "../stores/store.ts";

export class SessionQueue implements SessionName {
  readonly session: string;
  readonly sessionCreatedAt: number;
  /** When this worker created or loaded the queue. */
  readonly addedAt: number;
  attempts: number;
  waitingSince: number;
  nextAttemptAt: number;
  isStored: boolean;
  /** The log reader has pushed an entry since this was last reset. */
  hasNewEntries = false;
  readonly #resends: Set<number>;
  /** The resends, ascending; `null`: to be sorted, as thousands may be pushed one by one. */
  #sortedResends: readonly number[] | null = null;
  #nextSeq: number;
  #entries: LogEntry[] = [];

  constructor(waiting: WaitingSession, addedAt: number, isStored: boolean) {
    this.session = waiting.session;
    this.sessionCreatedAt = waiting.sessionCreatedAt;
    this.addedAt = addedAt;
    this.attempts = waiting.attempts;
    this.waitingSince = waiting.waitingSince;
    this.nextAttemptAt = waiting.nextAttemptAt;
    this.isStored = isStored;
    this.#resends = new Set(waiting.resends);
    this.#nextSeq = waiting.nextSeq;
  }

  /** A queue whose first entry was just read from the log. */
  static startingWith(entry: LogEntry, now: number): SessionQueue {
    const { session, sessionCreatedAt, transition } = entry;
    const progress = { resends: [], nextSeq: transition.seq, attempts: 0 };
    const times = { waitingSince: now, nextAttemptAt: now };
    const name = { session, sessionCreatedAt };
    const queue = new SessionQueue({ ...name, ...progress, ...times }, now, false);
    queue.push(entry);
    return queue;
  }

  /** An attempt starts, which a pause that the receiver asked for has delayed by `pausedMs`. */
  start(now: number, pausedMs: number): void {
    this.waitingSince += pausedMs;
    this.nextAttemptAt = now;
  }

  /** Adds an entry read from the log; returns whether the stored row must be updated. */
  push(entry: LogEntry): boolean {
    const { seq } = entry.transition;
    this.hasNewEntries = true;
    if (!this.isStored) {
      this.#entries.push(entry);
      return false;
    }
    // Only below `nextSeq`, after the endpoint's cursor was moved back, is the entry a resend.
    if (seq >= this.#nextSeq || this.#resends.has(seq)) return false;
    this.#resends.add(seq);
    this.#sortedResends = null;
    return true;
  }

  get resends(): readonly number[] {
    this.#sortedResends ??= [...this.#resends].sort((a, b) => a - b);
    return this.#sortedResends;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Entries in memory; empty once the queue is stored. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The endpoint's cursor must stay below this; `null` if the queue does not block it. */
  get blockingCursor(): number | null {
    return this.#entries[0]?.cursor ?? null;
  }

  /** From now on entries are read from the session's history. */
  markStored(): void {
    this.isStored = true;
    this.#entries = [];
  }

  /** Removes settled entries and moves `nextSeq` past them. */
  pass(settled: readonly LogEntry[]): void {
    const seqs = new Set(settled.map(({ transition }) => transition.seq));
    for (const seq of seqs) this.dropResend(seq);
    // The first ones, since they are settled in order.
    const kept = this.#entries.findIndex(({ transition }) => !seqs.has(transition.seq));
    this.#entries = kept < 0 ? [] : this.#entries.slice(kept);
    for (const seq of seqs) this.#nextSeq = Math.max(this.#nextSeq, seq + 1);
  }

  /** The same; the retry schedule starts again. */
  advance(settled: readonly LogEntry[], now: number): void {
    this.pass(settled);
    this.attempts = 0;
    this.waitingSince = now;
    this.nextAttemptAt = now;
  }

  /** Drops a resend whose transition no longer exists. */
  dropResend(seq: number): void {
    if (this.#resends.delete(seq)) this.#sortedResends = null;
  }

  get row(): WaitingSession {
    return {
      session: this.session,
      sessionCreatedAt: this.sessionCreatedAt,
      resends: this.resends,
      nextSeq: this.#nextSeq,
      attempts: this.attempts,
      waitingSince: this.waitingSince,
      nextAttemptAt: this.nextAttemptAt,
    };
  }
}

export function keyOf({ session, sessionCreatedAt }: SessionName): string {
  return `${session}\n${sessionCreatedAt}`;
}
