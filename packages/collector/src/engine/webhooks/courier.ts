/**
 * Delivers to one endpoint while it has the claim on it: reads the account's log from the endpoint's
 * cursor, sends several sessions at a time and each session's transitions in order, and settles what
 * became of them. What fails waits by itself and holds nobody else up.
 * @module
 */
import type { Claim, Endpoint } from "../../stores/outbox.ts";
import type { LogEntry, Store } from "../../stores/store.ts";
import type { Clock } from "../clock.ts";
import { backlog, isWanted } from "./backlog.ts";
import { Bell } from "./bell.ts";
import { Ledger } from "./ledger.ts";
import { Line } from "./line.ts";
import { Lines } from "./lines.ts";
import { Pace } from "./pace.ts";
import { boundRetryAfterMs, isGivenUp, isLatestOnly, retryDelayMs } from "./retry-schedule.ts";
import type { Attempt, Send } from "./send.ts";
import { Turns } from "./turns.ts";

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
const STOP_WITHIN_MS = 2_000;
const TRIM_EVERY = 1_000;
const KEEP_DELIVERIES = 10_000;

export interface CourierOptions {
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

export class Courier {
  readonly #options: CourierOptions;
  readonly #endpoint: Endpoint;
  readonly #bell = new Bell();
  readonly #abort = new AbortController();
  readonly #ledger = new Ledger();
  readonly #turns = new Turns();
  readonly #pace: Pace;
  readonly #lines = new Lines();
  readonly #underWay = new Set<Promise<void>>();
  #read: number;
  #settled: number;
  #settledAt: number;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Deliveries listed since the list was last cut. */
  #untrimmed = 0;
  #isRung = true;
  #isStopping = false;
  #isGone = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: CourierOptions) {
    const { claim, clock } = options;
    this.#options = options;
    this.#endpoint = claim.endpoint;
    this.#read = claim.cursor;
    this.#settled = claim.cursor;
    this.#settledAt = clock.now();
    this.#pace = new Pace(claim.pausedUntil);
    for (const waiting of claim.waiting) {
      const line = new Line(waiting, clock.now(), true);
      this.#lines.add(line);
      this.#turns.schedule(line);
    }
  }

  /** There may be news in the log that nobody has read yet. */
  get isRung(): boolean {
    return this.#isRung;
  }

  ring(): void {
    this.#isRung = true;
    this.#bell.ring();
  }

  /** Starts nothing more; what is under way may end, or stays in the outbox. */
  stop(): void {
    this.#isStopping = true;
    this.#bell.ring();
  }

  /** Delivers until there is nothing to do, or somebody else is to. */
  async run(): Promise<Ending> {
    try {
      for (;;) {
        if (this.#failure) throw this.#failure.error;
        if (this.#isStopping) return await this.#finishUnderWay();
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
        await this.#bell.wait(this.#wakeAt() - this.#now());
      }
    } finally {
      this.#abort.abort();
    }
  }

  #now(): number {
    return this.#options.clock.now();
  }

  async #readLog(): Promise<void> {
    if (!this.#isRung && this.#now() - this.#readAt < READ_EVERY_MS) return;
    for (;;) {
      if (this.#lines.isFull) return;
      this.#isRung = false;
      this.#readAt = this.#now();
      const { account } = this.#endpoint;
      const page = await this.#options.store.log(account, this.#read, READ_LIMIT);
      for (const entry of page) this.#take(entry);
      this.#read = page.at(-1)?.cursor ?? this.#read;
      if (page.length < READ_LIMIT) return;
      this.#isRung = true;
      this.#startReady();
    }
  }

  #take(entry: LogEntry): void {
    if (!isWanted(this.#endpoint, entry)) return;
    const known = this.#lines.of(entry);
    if (known) {
      if (known.take(entry)) this.#ledger.change(known);
      return;
    }
    const line = Line.begin(entry, this.#now());
    this.#lines.add(line);
    this.#turns.schedule(line);
  }

  #startReady(): void {
    const now = this.#now();
    if (now < this.#pace.restEnd || this.#isStopping || this.#isGone) return;
    for (;;) {
      const line = this.#turns.next(now);
      if (!line) return;
      const work = this.#serve(line)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#underWay.delete(work);
          this.#turns.end(line);
          if (this.#lines.has(line)) this.#turns.schedule(line);
          this.#bell.ring();
        });
      this.#underWay.add(work);
    }
  }

  /** Sends what a line has to tell, one after the other, until it has told all or an attempt fails. */
  async #serve(line: Line): Promise<void> {
    for (;;) {
      line.hasNews = false;
      const isLate = isLatestOnly(line.waitingSince, this.#now());
      const entries = await this.#nextOf(line, isLate);
      if (this.#abort.signal.aborted || this.#isStopping) return;
      const entry = entries.at(-1);
      if (!entry) {
        if (line.hasNews) continue;
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
      this.#pace.delivered();
      this.#conclude(line, entries, attempt, "delivered");
      if (this.#now() < this.#pace.restEnd) return;
    }
  }

  /** The entries to settle with the next attempt; the last of them is the one to send. */
  async #nextOf(line: Line, isLate: boolean): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const entry of backlog(this.#options.store, this.#endpoint, line, this.#read)) {
      entries.push(entry);
      if (!isLate) break;
    }
    return entries;
  }

  #fail(line: Line, entries: readonly LogEntry[], attempt: Attempt): void {
    const now = this.#now();
    const retryAfterMs = boundRetryAfterMs(attempt.retryAfterMs);
    const delayMs = retryDelayMs(line.attempts, this.#options.chance());
    const nextAttemptAt = now + Math.max(delayMs, retryAfterMs ?? 0);
    this.#pace.failed(now, retryAfterMs);
    if (attempt.outcome === "gone") this.#isGone = true;
    else if (isGivenUp(line.waitingSince, nextAttemptAt)) {
      this.#conclude(line, entries, attempt, "failed");
      return;
    }
    line.nextAttemptAt = nextAttemptAt;
    this.#store(line);
    for (const { transition } of entries.slice(-1)) {
      this.#ledger.record(line, transition.seq, "pending", attempt, now);
    }
  }

  /** The last of the entries is settled, and with it those that it stands for. */
  #conclude(
    line: Line,
    entries: readonly LogEntry[],
    attempt: Attempt,
    status: "delivered" | "failed",
  ): void {
    const now = this.#now();
    for (const [index, { transition }] of entries.entries()) {
      const isSent = index === entries.length - 1;
      if (isSent) this.#ledger.record(line, transition.seq, status, attempt, now);
      else this.#ledger.record(line, transition.seq, "superseded", null, now);
    }
    line.advance(entries, now);
    if (line.isStored) this.#ledger.change(line);
  }

  #store(line: Line): void {
    this.#lines.store(line);
    this.#ledger.change(line);
  }

  #finish(line: Line): void {
    this.#lines.remove(line);
    if (line.isStored) this.#ledger.finish(line);
  }

  #settleAt(): number {
    const hasMore = !this.#ledger.isEmpty || this.#lines.cursor(this.#read) !== this.#settled;
    return this.#settledAt + (hasMore ? SETTLE_EVERY_MS : RENEW_EVERY_MS);
  }

  /** Keeps what was done, at last also what was not; false: the claim is lost. */
  async #settle(isLast = false): Promise<boolean> {
    const now = this.#now();
    for (const line of this.#lines.freshSince(isLast ? now : now - STORE_AFTER_MS)) {
      this.#store(line);
    }
    const cursor = this.#lines.cursor(this.#read);
    const { store, owner } = this.#options;
    const untilAt = isLast ? null : now + LEASE_MS;
    const settlement = this.#ledger.close(cursor, this.#pace.pausedUntil(now));
    this.#settledAt = now;
    this.#settled = cursor;
    const isKept = await store.outbox.settle(this.#endpoint, owner, settlement, untilAt);
    this.#untrimmed += settlement.deliveries.length;
    if (isKept && this.#untrimmed >= TRIM_EVERY) {
      this.#untrimmed = 0;
      await store.outbox.trimDeliveries(this.#endpoint, KEEP_DELIVERIES);
    }
    return isKept;
  }

  async #finishUnderWay(): Promise<Ending> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, STOP_WITHIN_MS);
    });
    await Promise.race([Promise.all(this.#underWay), late]);
    clearTimeout(timer);
    this.#abort.abort();
    await this.#settle(true);
    return { reason: "stopped", nextAt: null };
  }

  /** When the next attempt may be started; null: none is wanted. */
  #nextStartAt(): number | null {
    const dueAt = this.#turns.nextAt(this.#now());
    return dueAt === null ? null : Math.max(dueAt, this.#pace.restEnd);
  }

  #isIdle(nextStartAt: number | null): boolean {
    if (this.#isRung || this.#underWay.size > 0 || this.#lines.hasFresh) return false;
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
