/**
 * Delivers to one endpoint while it holds the endpoint's claim. It reads the account's log from the
 * endpoint's cursor, sends several sessions concurrently and each session's transitions in order,
 * and settles the results. A session that fails waits for its retry without delaying the others.
 * @module
 */

import { settlesWithin } from "../async/timeout.ts";
import { nextTurn, SharedTurns, TurnBudget } from "../async/turns.ts";
import { Wakeup } from "../async/wakeup.ts";
import type { Clock } from "../engine/clock.ts";
import { type Meter, SILENT_METER } from "../engine/meter.ts";
import type { Claim, Endpoint } from "../stores/outbox.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import { backlog, isWanted } from "./backlog.ts";
import { Backoff } from "./backoff.ts";
import { DeliveryScheduler } from "./delivery-scheduler.ts";
import type { DeliveryTrim } from "./delivery-trim.ts";
import { limitSend } from "./limited-send.ts";
import { meterSend } from "./metered-send.ts";
import { PendingSettlement } from "./pending-settlement.ts";
import { boundRetryAfterMs, isGivenUp, isLatestOnly, retryDelayMs } from "./retry-schedule.ts";
import type { Attempt, Send } from "./send.ts";
import { SessionQueue } from "./session-queue.ts";
import { SessionQueues } from "./session-queues.ts";

/** How long a claim lasts; after a crash nothing is delivered until it expires. */
export const CLAIM_MS = 2_000;
const RENEW_EVERY_MS = 500;
/** After a crash, deliveries since the last settlement are repeated. */
const SETTLE_EVERY_MS = 100;
/** A queue that blocks the cursor for longer is stored, so that the cursor may pass it. */
const STORE_AFTER_MS = 1_000;
/** Commits by other processes send no notification here. */
const READ_EVERY_MS = 200;
const READ_LIMIT = 200;
/** Of an overdue session, this many transitions are superseded together. */
const MAX_SUPERSEDED = 500;
/** A worker releases its claim if it has nothing to do for longer. */
const MAX_IDLE_MS = 1_000;
/** How long a stopping worker waits for attempts in flight. */
const STOP_TIMEOUT_MS = 2_000;
/** The limit for any sender; the sender of webhooks has a shorter one. */
const ATTEMPT_TIMEOUT_MS = 20_000;

export interface DeliveryWorkerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly owner: string;
  readonly claim: Claim;
  /** When the store was asked for the claim; the answer may have come late. */
  readonly claimedAt: number;
  readonly send: Send;
  readonly trim: DeliveryTrim;
  /** Missing: attempts are not counted. */
  readonly meter?: Meter | undefined;
  /** Uniform from 0 to 1; jitters retries. */
  readonly random: () => number;
}

/** Why a worker ended, and when the next one must start; `null`: when the log has new entries. */
export interface RunResult {
  readonly reason: "idle" | "lost" | "gone" | "stopped";
  readonly nextAt: number | null;
}

export class DeliveryWorker {
  readonly #options: DeliveryWorkerOptions;
  readonly #endpoint: Endpoint;
  readonly #send: Send;
  readonly #wakeup = new Wakeup();
  readonly #abort = new AbortController();
  readonly #pendingSettlement = new PendingSettlement();
  readonly #scheduler = new DeliveryScheduler();
  readonly #backoff: Backoff;
  readonly #queues = new SessionQueues();
  /** Reads of what waits, by all attempts. */
  readonly #reads = new SharedTurns();
  readonly #inFlight = new Set<Promise<void>>();
  #readCursor: number;
  #settledCursor: number;
  /** When the claim or its last settlement was asked for. */
  #settledAt: number;
  /** Until when the store has confirmed the claim. */
  #claimedUntil: number;
  #readAt = Number.NEGATIVE_INFINITY;
  #hasUnread = true;
  #isStopping = false;
  #isGone = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: DeliveryWorkerOptions) {
    const { claim, claimedAt, clock, send, meter = SILENT_METER } = options;
    this.#options = options;
    this.#endpoint = claim.endpoint;
    this.#send = meterSend(limitSend(send, ATTEMPT_TIMEOUT_MS), meter, () => clock.now());
    this.#readCursor = claim.cursor;
    this.#settledCursor = claim.cursor;
    this.#settledAt = claimedAt;
    this.#claimedUntil = claimedAt + CLAIM_MS;
    this.#backoff = new Backoff(claim.pausedUntil);
  }

  /** The log may have entries that this worker has not read. */
  get hasUnread(): boolean {
    return this.#hasUnread;
  }

  notify(): void {
    this.#hasUnread = true;
    this.#wakeup.notify();
  }

  /** Starts no more attempts; those in flight may finish, the rest stays in the outbox. */
  stop(): void {
    this.#isStopping = true;
    this.#wakeup.notify();
  }

  /** Delivers until there is nothing to do, the claim is lost or the worker is stopped. */
  async run(): Promise<RunResult> {
    try {
      await this.#addWaiting();
      for (;;) {
        if (this.#failure) throw this.#failure.error;
        if (this.#isStopping) return await this.#finishInFlight();
        await this.#readLog();
        this.#startReady();
        if (this.#isGone) {
          await this.#settle(true);
          return { reason: "gone", nextAt: null };
        }
        const hasClaim = this.#now() < this.#nextSettleAt() || (await this.#settle());
        if (!hasClaim) return { reason: "lost", nextAt: null };
        const nextAt = this.#nextStartAt();
        if (this.#isIdle(nextAt)) {
          return { reason: (await this.#settle(true)) ? "idle" : "lost", nextAt };
        }
        await this.#wakeup.wait(this.#nextWakeAt() - this.#now());
      }
    } finally {
      this.#abort.abort();
    }
  }

  /** Thousands of sessions may wait, each with thousands of transitions to be sent again. */
  async #addWaiting(): Promise<void> {
    const budget = new TurnBudget();
    for (const waiting of this.#options.claim.waiting) {
      const queue = new SessionQueue(waiting, this.#now(), true);
      this.#queues.add(queue);
      this.#scheduler.schedule(queue);
      await budget.step();
    }
  }

  /** In steady time, as all instants of claims, queues and pauses are. */
  #now(): number {
    return this.#options.clock.steady();
  }

  /** Otherwise another worker may deliver. Of a suspension this machine may not know yet. */
  get #hasClaim(): boolean {
    return this.#now() < this.#claimedUntil && !this.#options.clock.isDisturbed;
  }

  /** An attempt may start. */
  get #maySend(): boolean {
    return this.#hasClaim && !this.#isGone && this.#now() >= this.#backoff.blockedUntil;
  }

  async #readLog(): Promise<void> {
    if (!this.#hasUnread && this.#now() - this.#readAt < READ_EVERY_MS) return;
    const budget = new TurnBudget();
    for (;;) {
      if (this.#queues.isFull) return;
      this.#hasUnread = false;
      this.#readAt = this.#now();
      const { account } = this.#endpoint;
      const page = await this.#options.store.log(account, this.#readCursor, READ_LIMIT);
      for (const entry of page) this.#enqueue(entry);
      this.#readCursor = page.at(-1)?.cursor ?? this.#readCursor;
      if (page.length < READ_LIMIT) return;
      this.#hasUnread = true;
      this.#startReady();
      // Otherwise the claim expires, and another collector begins again where this one began.
      if (this.#now() >= this.#nextSettleAt()) return this.#wakeup.notify();
      await budget.step();
    }
  }

  #enqueue(entry: LogEntry): void {
    if (!isWanted(this.#endpoint, entry)) return;
    const existing = this.#queues.find(entry);
    if (existing) {
      if (existing.push(entry)) this.#pendingSettlement.markChanged(existing);
      return;
    }
    const queue = SessionQueue.startingWith(entry, this.#now());
    this.#queues.add(queue);
    this.#scheduler.schedule(queue);
  }

  #startReady(): void {
    if (!this.#maySend || this.#isStopping) return;
    const now = this.#now();
    for (;;) {
      const queue = this.#scheduler.next(now);
      if (!queue) return;
      queue.start(now, this.#backoff.pausedMsSince(queue.nextAttemptAt, now));
      const work = this.#drainQueue(queue)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#inFlight.delete(work);
          this.#scheduler.release(queue);
          if (this.#queues.has(queue)) this.#scheduler.schedule(queue);
          this.#wakeup.notify();
        });
      this.#inFlight.add(work);
    }
  }

  /** Sends the entries of a queue one after the other until it is empty or an attempt fails. */
  async #drainQueue(queue: SessionQueue): Promise<void> {
    for (;;) {
      queue.hasNewEntries = false;
      const isOverdue = isLatestOnly(queue.waitingSince, this.#now());
      const entries = await this.#nextEntries(queue, isOverdue);
      const entry = entries.at(-1);
      // Very many may have nothing to send, and the next one starts as soon as this one ends.
      if (!entry) await this.#reads.next();
      if (this.#abort.signal.aborted || this.#isStopping) return;
      if (!entry) {
        if (queue.hasNewEntries) continue;
        this.#removeQueue(queue);
        return;
      }
      // The receiver may have answered another session, and the claim may have expired.
      if (!this.#maySend) return;
      const at = this.#options.clock.now();
      const attempt = await this.#send(this.#endpoint, entry, at, this.#abort.signal);
      if (this.#abort.signal.aborted) return;
      queue.attempts += 1;
      if (attempt.outcome !== "delivered") {
        this.#applyFailure(queue, entries, attempt);
        return;
      }
      this.#backoff.recordSuccess(this.#now());
      this.#settleEntries(queue, entries, attempt, "delivered");
    }
  }

  /** The entries that the next attempt settles; the last of them is sent. */
  async #nextEntries(queue: SessionQueue, isOverdue: boolean): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const entry of backlog(
      this.#options.store,
      this.#endpoint,
      queue,
      this.#readCursor,
      this.#reads,
    )) {
      entries.push(entry);
      if (!isOverdue) break;
      if (entries.length > MAX_SUPERSEDED)
        this.#supersede(queue, entries.splice(0, MAX_SUPERSEDED));
    }
    return entries;
  }

  #applyFailure(queue: SessionQueue, entries: readonly LogEntry[], attempt: Attempt): void {
    const now = this.#now();
    const retryAfterMs = boundRetryAfterMs(attempt.retryAfterMs);
    const delayMs = retryDelayMs(queue.attempts, this.#options.random());
    const pausedMs = Math.max(0, (retryAfterMs ?? 0) - delayMs);
    const nextAttemptAt = now + delayMs + pausedMs;
    queue.waitingSince += pausedMs;
    this.#backoff.recordFailure(now, retryAfterMs);
    if (attempt.outcome === "gone") this.#isGone = true;
    else if (isGivenUp(queue.waitingSince, nextAttemptAt)) {
      this.#settleEntries(queue, entries, attempt, "failed");
      return;
    }
    queue.nextAttemptAt = nextAttemptAt;
    this.#storeQueue(queue);
    for (const { transition } of entries.slice(-1)) {
      const at = this.#options.clock.now();
      this.#pendingSettlement.recordDelivery(queue, transition.seq, "pending", attempt, at);
    }
  }

  /** Settles the last of the entries, and those before it as superseded. */
  #settleEntries(
    queue: SessionQueue,
    entries: readonly LogEntry[],
    attempt: Attempt,
    status: "delivered" | "failed",
  ): void {
    this.#supersede(queue, entries.slice(0, -1));
    const sent = entries.slice(-1);
    const at = this.#options.clock.now();
    for (const { transition } of sent) {
      this.#pendingSettlement.recordDelivery(queue, transition.seq, status, attempt, at);
    }
    queue.advance(sent, this.#now());
    if (queue.isStored) this.#pendingSettlement.markChanged(queue);
  }

  /** Settles entries that are not sent, because a later one of an overdue session is. */
  #supersede(queue: SessionQueue, entries: readonly LogEntry[]): void {
    const at = this.#options.clock.now();
    for (const { transition } of entries) {
      this.#pendingSettlement.recordDelivery(queue, transition.seq, "superseded", null, at);
    }
    queue.pass(entries);
    if (queue.isStored) this.#pendingSettlement.markChanged(queue);
  }

  #storeQueue(queue: SessionQueue): void {
    this.#queues.markStored(queue);
    this.#pendingSettlement.markChanged(queue);
  }

  #removeQueue(queue: SessionQueue): void {
    this.#queues.remove(queue);
    if (queue.isStored) this.#pendingSettlement.markCaughtUp(queue);
  }

  #nextSettleAt(): number {
    if (this.#pendingSettlement.isLarge) return this.#settledAt;
    const hasChanges =
      !this.#pendingSettlement.isEmpty ||
      this.#queues.safeCursor(this.#readCursor) !== this.#settledCursor;
    return this.#settledAt + (hasChanges ? SETTLE_EVERY_MS : RENEW_EVERY_MS);
  }

  /** Settles, and releases the claim if `isLast`; returns false if the claim was lost. */
  async #settle(isLast = false): Promise<boolean> {
    const now = this.#now();
    for (const queue of this.#queues.unstoredSince(isLast ? now : now - STORE_AFTER_MS)) {
      this.#storeQueue(queue);
    }
    const cursor = this.#queues.safeCursor(this.#readCursor);
    const { store, owner } = this.#options;
    const progress = { cursor, pausedUntil: this.#backoff.pausedUntil(now) };
    const parts = this.#pendingSettlement.drain(this.#settledCursor, progress);
    this.#settledAt = now;
    this.#settledCursor = cursor;
    for (const [index, settlement] of parts.entries()) {
      if (index > 0) await nextTurn();
      const at = this.#now();
      const untilAt = isLast && index === parts.length - 1 ? null : at + CLAIM_MS;
      if (!(await store.outbox.settle(this.#endpoint, owner, settlement, untilAt))) return false;
      this.#claimedUntil = untilAt ?? at;
      await this.#options.trim.add(settlement.deliveries.length, store.outbox, this.#endpoint);
    }
    return true;
  }

  async #finishInFlight(): Promise<RunResult> {
    await settlesWithin(STOP_TIMEOUT_MS, Promise.all(this.#inFlight));
    this.#abort.abort();
    await this.#settle(true);
    return { reason: "stopped", nextAt: null };
  }

  /** When the next attempt may start; `null` if none is scheduled. */
  #nextStartAt(): number | null {
    const dueAt = this.#scheduler.nextAt(this.#now());
    return dueAt === null ? null : Math.max(dueAt, this.#backoff.blockedUntil);
  }

  #isIdle(nextStartAt: number | null): boolean {
    if (this.#hasUnread || this.#inFlight.size > 0 || this.#queues.hasUnstored) return false;
    return nextStartAt === null || nextStartAt - this.#now() > MAX_IDLE_MS;
  }

  #nextWakeAt(): number {
    const nextStartAt = this.#hasClaim ? this.#nextStartAt() : null;
    return Math.min(
      nextStartAt ?? Number.POSITIVE_INFINITY,
      this.#nextSettleAt(),
      this.#readAt + READ_EVERY_MS,
    );
  }
}
