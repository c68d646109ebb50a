/**
 * Delivers to one endpoint while it has the claim on it: reads the account's log from the endpoint's
 * cursor, sends several sessions at a time and each session's transitions in order, and settles what
 * became of them. What fails waits by itself and holds nobody else up.
 * @module
 */

import { settlesWithin } from "../async/timeout.ts";
import { Wakeup } from "../async/wakeup.ts";
import type { Clock } from "../engine/clock.ts";
import type { Claim, Endpoint } from "../stores/outbox.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import { backlog, isWanted } from "./backlog.ts";
import { Backoff } from "./backoff.ts";
import { DeliveryScheduler } from "./delivery-scheduler.ts";
import { PendingSettlement } from "./pending-settlement.ts";
import { boundRetryAfterMs, isGivenUp, isLatestOnly, retryDelayMs } from "./retry-schedule.ts";
import type { Attempt, Send } from "./send.ts";
import { SessionQueue } from "./session-queue.ts";
import { SessionQueues } from "./session-queues.ts";

/** How long a claim holds; after a crash nobody delivers for so long. */
export const LEASE_MS = 2_000;
const RENEW_EVERY_MS = 500;
/** What was delivered since the last settlement is delivered again after a crash. */
const SETTLE_EVERY_MS = 100;
/** A session that holds the cursor back for longer is stored, so that the cursor may pass it. */
const STORE_AFTER_MS = 1_000;
/** Others' commits do not ring here. */
const READ_EVERY_MS = 200;
const READ_LIMIT = 200;
/** A courier with nothing to do for so long lets go of its claim. */
const LINGER_MS = 1_000;
/** How long attempts under way may take to end when it is to stop. */
const STOP_TIMEOUT_MS = 2_000;
const TRIM_EVERY = 1_000;
const KEEP_DELIVERIES = 10_000;

export interface DeliveryWorkerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly owner: string;
  readonly claim: Claim;
  readonly send: Send;
  /** From 0 to 1, evenly spread: jitters retries. */
  readonly chance: () => number;
}

/** Why a courier ended, and when the next one is wanted; null: when there is news. */
export interface Ending {
  readonly reason: "idle" | "lost" | "gone" | "stopped";
  readonly nextAt: number | null;
}

export class DeliveryWorker {
  readonly #options: DeliveryWorkerOptions;
  readonly #endpoint: Endpoint;
  readonly #wakeup = new Wakeup();
  readonly #abort = new AbortController();
  readonly #pendingSettlement = new PendingSettlement();
  readonly #scheduler = new DeliveryScheduler();
  readonly #backoff: Backoff;
  readonly #queues = new SessionQueues();
  readonly #inFlight = new Set<Promise<void>>();
  #readCursor: number;
  #settledCursor: number;
  #settledAt: number;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Deliveries listed since the list was last cut. */
  #untrimmed = 0;
  #hasUnread = true;
  #isStopping = false;
  #isGone = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: DeliveryWorkerOptions) {
    const { claim, clock } = options;
    this.#options = options;
    this.#endpoint = claim.endpoint;
    this.#readCursor = claim.cursor;
    this.#settledCursor = claim.cursor;
    this.#settledAt = clock.now();
    this.#backoff = new Backoff(claim.pausedUntil);
    for (const waiting of claim.waiting) {
      const line = new SessionQueue(waiting, clock.now(), true);
      this.#queues.add(line);
      this.#scheduler.schedule(line);
    }
  }

  /** There may be news in the log that nobody has read yet. */
  get hasUnread(): boolean {
    return this.#hasUnread;
  }

  notify(): void {
    this.#hasUnread = true;
    this.#wakeup.notify();
  }

  /** Starts nothing more; what is under way may end, or stays in the outbox. */
  stop(): void {
    this.#isStopping = true;
    this.#wakeup.notify();
  }

  /** Delivers until there is nothing to do, or somebody else is to. */
  async run(): Promise<Ending> {
    try {
      for (;;) {
        if (this.#failure) throw this.#failure.error;
        if (this.#isStopping) return await this.#finishInFlight();
        await this.#readLog();
        this.#startReady();
        if (this.#isGone) {
          await this.#settle(true);
          return { reason: "gone", nextAt: null };
        }
        const isKept = this.#now() < this.#settleAt() || (await this.#settle());
        if (!isKept) return { reason: "lost", nextAt: null };
        const nextAt = this.#nextStartAt();
        if (this.#isIdle(nextAt)) {
          return { reason: (await this.#settle(true)) ? "idle" : "lost", nextAt };
        }
        await this.#wakeup.wait(this.#wakeAt() - this.#now());
      }
    } finally {
      this.#abort.abort();
    }
  }

  #now(): number {
    return this.#options.clock.now();
  }

  async #readLog(): Promise<void> {
    if (!this.#hasUnread && this.#now() - this.#readAt < READ_EVERY_MS) return;
    for (;;) {
      if (this.#queues.isFull) return;
      this.#hasUnread = false;
      this.#readAt = this.#now();
      const { account } = this.#endpoint;
      const page = await this.#options.store.log(account, this.#readCursor, READ_LIMIT);
      for (const entry of page) this.#apply(entry);
      this.#readCursor = page.at(-1)?.cursor ?? this.#readCursor;
      if (page.length < READ_LIMIT) return;
      this.#hasUnread = true;
      this.#startReady();
    }
  }

  #apply(entry: LogEntry): void {
    if (!isWanted(this.#endpoint, entry)) return;
    const known = this.#queues.of(entry);
    if (known) {
      if (known.take(entry)) this.#pendingSettlement.change(known);
      return;
    }
    const line = SessionQueue.begin(entry, this.#now());
    this.#queues.add(line);
    this.#scheduler.schedule(line);
  }

  #startReady(): void {
    const now = this.#now();
    if (now < this.#backoff.restEnd || this.#isStopping || this.#isGone) return;
    for (;;) {
      const line = this.#scheduler.next(now);
      if (!line) return;
      const work = this.#serve(line)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#inFlight.delete(work);
          this.#scheduler.end(line);
          if (this.#queues.has(line)) this.#scheduler.schedule(line);
          this.#wakeup.notify();
        });
      this.#inFlight.add(work);
    }
  }

  /** Sends what a line has to tell, one after the other, until it has told all or an attempt fails. */
  async #serve(line: SessionQueue): Promise<void> {
    for (;;) {
      line.hasWork = false;
      const isLate = isLatestOnly(line.waitingSince, this.#now());
      const entries = await this.#nextOf(line, isLate);
      if (this.#abort.signal.aborted || this.#isStopping) return;
      const entry = entries.at(-1);
      if (!entry) {
        if (line.hasWork) continue;
        this.#finish(line);
        return;
      }
      const at = this.#now();
      const attempt = await this.#options.send(this.#endpoint, entry, at, this.#abort.signal);
      if (this.#abort.signal.aborted) return;
      line.attempts += 1;
      if (attempt.outcome !== "delivered") {
        this.#fail(line, entries, attempt);
        return;
      }
      this.#backoff.delivered();
      this.#conclude(line, entries, attempt, "delivered");
      if (this.#now() < this.#backoff.restEnd) return;
    }
  }

  /** The entries to settle with the next attempt; the last of them is the one to send. */
  async #nextOf(line: SessionQueue, isLate: boolean): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const entry of backlog(
      this.#options.store,
      this.#endpoint,
      line,
      this.#readCursor,
    )) {
      entries.push(entry);
      if (!isLate) break;
    }
    return entries;
  }

  #fail(line: SessionQueue, entries: readonly LogEntry[], attempt: Attempt): void {
    const now = this.#now();
    const retryAfterMs = boundRetryAfterMs(attempt.retryAfterMs);
    const delayMs = retryDelayMs(line.attempts, this.#options.chance());
    const nextAttemptAt = now + Math.max(delayMs, retryAfterMs ?? 0);
    this.#backoff.failed(now, retryAfterMs);
    if (attempt.outcome === "gone") this.#isGone = true;
    else if (isGivenUp(line.waitingSince, nextAttemptAt)) {
      this.#conclude(line, entries, attempt, "failed");
      return;
    }
    line.nextAttemptAt = nextAttemptAt;
    this.#store(line);
    for (const { transition } of entries.slice(-1)) {
      this.#pendingSettlement.record(line, transition.seq, "pending", attempt, now);
    }
  }

  /** The last of the entries is settled, and with it those that it stands for. */
  #conclude(
    line: SessionQueue,
    entries: readonly LogEntry[],
    attempt: Attempt,
    status: "delivered" | "failed",
  ): void {
    const now = this.#now();
    for (const [index, { transition }] of entries.entries()) {
      const isSent = index === entries.length - 1;
      if (isSent) this.#pendingSettlement.record(line, transition.seq, status, attempt, now);
      else this.#pendingSettlement.record(line, transition.seq, "superseded", null, now);
    }
    line.advance(entries, now);
    if (line.isStored) this.#pendingSettlement.change(line);
  }

  #store(line: SessionQueue): void {
    this.#queues.store(line);
    this.#pendingSettlement.change(line);
  }

  #finish(line: SessionQueue): void {
    this.#queues.remove(line);
    if (line.isStored) this.#pendingSettlement.finish(line);
  }

  #settleAt(): number {
    const hasMore =
      !this.#pendingSettlement.isEmpty ||
      this.#queues.cursor(this.#readCursor) !== this.#settledCursor;
    return this.#settledAt + (hasMore ? SETTLE_EVERY_MS : RENEW_EVERY_MS);
  }

  /** Keeps what was done, at last also what was not; false: the claim is lost. */
  async #settle(isLast = false): Promise<boolean> {
    const now = this.#now();
    for (const line of this.#queues.freshSince(isLast ? now : now - STORE_AFTER_MS)) {
      this.#store(line);
    }
    const cursor = this.#queues.cursor(this.#readCursor);
    const { store, owner } = this.#options;
    const untilAt = isLast ? null : now + LEASE_MS;
    const settlement = this.#pendingSettlement.close(cursor, this.#backoff.pausedUntil(now));
    this.#settledAt = now;
    this.#settledCursor = cursor;
    const isKept = await store.outbox.settle(this.#endpoint, owner, settlement, untilAt);
    this.#untrimmed += settlement.deliveries.length;
    if (isKept && this.#untrimmed >= TRIM_EVERY) {
      this.#untrimmed = 0;
      await store.outbox.trimDeliveries(this.#endpoint, KEEP_DELIVERIES);
    }
    return isKept;
  }

  async #finishInFlight(): Promise<Ending> {
    await settlesWithin(STOP_TIMEOUT_MS, Promise.all(this.#inFlight));
    this.#abort.abort();
    await this.#settle(true);
    return { reason: "stopped", nextAt: null };
  }

  /** When the next attempt may be started; null: none is wanted. */
  #nextStartAt(): number | null {
    const dueAt = this.#scheduler.nextAt(this.#now());
    return dueAt === null ? null : Math.max(dueAt, this.#backoff.restEnd);
  }

  #isIdle(nextStartAt: number | null): boolean {
    if (this.#hasUnread || this.#inFlight.size > 0 || this.#queues.hasFresh) return false;
    return nextStartAt === null || nextStartAt - this.#now() > LINGER_MS;
  }

  #wakeAt(): number {
    return Math.min(
      this.#nextStartAt() ?? Number.POSITIVE_INFINITY,
      this.#settleAt(),
      this.#readAt + READ_EVERY_MS,
    );
  }
}
