/**
 * Ensures that each endpoint with undelivered transitions has a delivery worker. A commit in this
 * process notifies it immediately; a periodic poll finds commits by other processes, work left by a
 * crash, and endpoints that were created or changed elsewhere.
 * @module
 */

import { TurnBudget } from "../async/turns.ts";
import type { Engine } from "../engine/engine.ts";
import { randomText } from "../engine/keys.ts";
import type { Meter } from "../engine/meter.ts";
import type { Endpoint, EndpointKey, EndpointStatus } from "../stores/outbox.ts";
import { DeliveryTrim } from "./delivery-trim.ts";
import { CLAIM_MS, DeliveryWorker } from "./delivery-worker.ts";
import type { Send } from "./send.ts";

const POLL_EVERY_MS = 1_000;

export interface DeliverySupervisorOptions {
  readonly engine: Pick<Engine, "store" | "clock" | "logNotifier">;
  readonly send: Send;
  /** Missing: attempts are not counted. */
  readonly meter?: Meter;
  /** Called with errors of the store; the next poll tries again. */
  readonly onError: (error: unknown) => void;
  /** Uniform from 0 to 1; jitters retries. */
  readonly random?: () => number;
}

/** An endpoint and its delivery worker, if it has one. */
interface EndpointRunner {
  endpoint: Endpoint;
  readonly trim: DeliveryTrim;
  worker: DeliveryWorker | null;
  /** Settles when the current worker has ended; `null` if there is none. */
  running: Promise<void> | null;
  /** A notification arrived while there was no worker. */
  hasUnread: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class DeliverySupervisor {
  readonly #options: DeliverySupervisorOptions;
  /** Distinguishes the claims of this process from those of others. */
  readonly #ownerPrefix = randomText(12);
  readonly #runners = new Map<string, EndpointRunner>();
  /** Of all runners, including removed ones. */
  readonly #running = new Set<Promise<void>>();
  readonly #unsubscribe = new Map<string, () => void>();
  #workerCount = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #polling: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: DeliverySupervisorOptions) {
    this.#options = options;
  }

  start(): void {
    const poll = () => this.refresh().catch(this.#options.onError);
    this.#timer = setInterval(poll, POLL_EVERY_MS);
    poll();
  }

  /** Polls immediately, because an endpoint was created or changed or has resends. */
  async refresh(): Promise<void> {
    // A poll in progress may have read before the change.
    await this.#polling?.catch(() => {});
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = null;
    });
    await this.#polling;
  }

  /** Stops gracefully: attempts in flight may finish, the rest stays in the outbox. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#polling?.catch(() => {});
    for (const stop of this.#unsubscribe.values()) stop();
    for (const key of [...this.#runners.keys()]) this.#stopRunner(key);
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    const { store } = this.#options.engine;
    const statuses = await store.outbox.endpoints();
    if (this.#isStopped) return;
    const budget = new TurnBudget();
    const removed = new Set(this.#runners.keys());
    for (const { endpoint } of statuses) {
      await budget.step();
      const key = keyOf(endpoint);
      removed.delete(key);
      const runner = this.#runners.get(key);
      if (!runner) this.#runners.set(key, createRunner(endpoint));
      else if (JSON.stringify(runner.endpoint) !== JSON.stringify(endpoint)) {
        runner.endpoint = endpoint;
        // Without this it would notice only at its next settlement.
        runner.worker?.stop();
      }
    }
    for (const key of removed) this.#stopRunner(key);
    this.#updateSubscriptions();
    for (const status of statuses) {
      await this.#wakeIfDue(status);
      await budget.step();
    }
  }

  #stopRunner(key: string): void {
    const runner = this.#runners.get(key);
    this.#runners.delete(key);
    clearTimeout(runner?.timer);
    runner?.worker?.stop();
  }

  /** Listens to commits of exactly the accounts that have enabled endpoints. */
  #updateSubscriptions(): void {
    const accounts = new Set(
      [...this.#runners.values()]
        .filter(({ endpoint }) => !endpoint.disabled)
        .map(({ endpoint }) => endpoint.account),
    );
    for (const account of accounts) {
      if (this.#unsubscribe.has(account)) continue;
      const stop = this.#options.engine.logNotifier.listen(account, () => this.#notify(account));
      this.#unsubscribe.set(account, stop);
    }
    for (const [account, stop] of this.#unsubscribe) {
      if (accounts.has(account)) continue;
      stop();
      this.#unsubscribe.delete(account);
    }
  }

  #notify(account: string): void {
    for (const runner of this.#runners.values()) {
      if (runner.endpoint.account === account) this.#wake(runner);
    }
  }

  async #wakeIfDue({ endpoint, ...status }: EndpointStatus): Promise<void> {
    const runner = this.#runners.get(keyOf(endpoint));
    if (!runner || runner.running || endpoint.disabled) return;
    const { store, clock } = this.#options.engine;
    const now = clock.steady();
    const dueAt = Math.max(
      status.nextAttemptAt ?? Number.POSITIVE_INFINITY,
      status.pausedUntil ?? 0,
    );
    const isDue = dueAt <= now || (await store.lastCursor(endpoint.account)) > status.cursor;
    if (isDue) this.#wake(runner);
  }

  #wake(runner: EndpointRunner): void {
    if (this.#isStopped || runner.endpoint.disabled) return;
    if (runner.worker) runner.worker.notify();
    else runner.hasUnread = true;
    if (runner.running) return;
    const work = this.#deliver(runner)
      .catch(this.#options.onError)
      .finally(() => {
        this.#running.delete(work);
        runner.worker = null;
        runner.running = null;
        if (runner.hasUnread) this.#wake(runner);
      });
    runner.running = work;
    this.#running.add(work);
  }

  async #deliver(runner: EndpointRunner): Promise<void> {
    clearTimeout(runner.timer);
    for (
      let shouldContinue = true;
      shouldContinue && !this.#isStopped && !runner.endpoint.disabled;
    ) {
      runner.hasUnread = false;
      const worker = await this.#createWorker(runner);
      if (!worker) return;
      runner.worker = worker;
      if (this.#isStopped) worker.stop();
      const { reason, nextAt } = await worker.run();
      runner.worker = null;
      if (reason === "gone") return this.#disable(runner);
      shouldContinue = reason !== "idle" || worker.hasUnread || runner.hasUnread;
      if (nextAt !== null && !shouldContinue) this.#wakeAt(runner, nextAt);
    }
  }

  /** Claims an endpoint and returns its worker; `null` if it is disabled or another claim holds. */
  async #createWorker({ endpoint: key, trim }: EndpointRunner): Promise<DeliveryWorker | null> {
    const { engine, send, meter, random = Math.random } = this.#options;
    const { store, clock } = engine;
    this.#workerCount += 1;
    const owner = `${this.#ownerPrefix}.${this.#workerCount}`;
    const now = clock.steady();
    const claim = await store.outbox.claim(key, owner, now, now + CLAIM_MS);
    if (!claim) return null;
    if (!claim.endpoint.disabled) {
      const claimed = { owner, claim, claimedAt: now };
      return new DeliveryWorker({ store, clock, ...claimed, send, trim, meter, random });
    }
    const { cursor, pausedUntil } = claim;
    const empty = { cursor, pausedUntil, waiting: [], caughtUp: [], deliveries: [] };
    await store.outbox.settle(key, owner, empty, null);
    return null;
  }

  async #disable(runner: EndpointRunner): Promise<void> {
    const { store, clock } = this.#options.engine;
    const disabled = { at: clock.now(), reason: "gone" } as const;
    const changed = await store.outbox.changeEndpoint(runner.endpoint, { disabled });
    if (changed && changed !== "taken") runner.endpoint = changed;
  }

  #wakeAt(runner: EndpointRunner, at: number): void {
    if (this.#isStopped) return;
    clearTimeout(runner.timer);
    const delayMs = Math.max(0, at - this.#options.engine.clock.steady());
    runner.timer = setTimeout(() => this.#wake(runner), delayMs);
  }
}

function createRunner(endpoint: Endpoint): EndpointRunner {
  return {
    endpoint,
    trim: new DeliveryTrim(),
    worker: null,
    running: null,
    hasUnread: false,
    timer: undefined,
  };
}

function keyOf({ account, id }: EndpointKey): string {
  return `${account}\n${id}`;
}
