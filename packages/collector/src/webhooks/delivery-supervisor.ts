/**
 * Sees to it that each endpoint with something to tell has a courier. News of a commit here rouses
 * one at once; a look now and then finds what other processes committed, what a crash left, and
 * endpoints that were made or changed elsewhere.
 * @module
 */

import type { Engine } from "../engine/engine.ts";
import { randomText } from "../engine/keys.ts";
import type { Endpoint, EndpointKey, EndpointStanding } from "../stores/outbox.ts";
import { DeliveryWorker, LEASE_MS } from "./delivery-worker.ts";
import type { Send } from "./send.ts";

const POLL_EVERY_MS = 1_000;

export interface DeliverySupervisorOptions {
  readonly engine: Pick<Engine, "store" | "clock" | "logNotifier">;
  readonly send: Send;
  /** Hears of a store that fails; the next look tries again. */
  readonly onError: (error: unknown) => void;
  /** From 0 to 1, evenly spread: jitters retries. */
  readonly chance?: () => number;
}

/** An endpoint, and whoever delivers to it. */
interface EndpointRunner {
  endpoint: Endpoint;
  worker: DeliveryWorker | null;
  /** A courier is on its way, works, or goes. */
  running: Promise<void> | null;
  /** There was news while there was no courier to take it. */
  hasUnread: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class DeliverySupervisor {
  readonly #options: DeliverySupervisorOptions;
  /** Tells the claims of this process from those of others. */
  readonly #name = randomText(12);
  readonly #runners = new Map<string, EndpointRunner>();
  /** Of all posts, also of those that are gone. */
  readonly #running = new Set<Promise<void>>();
  readonly #stopListening = new Map<string, () => void>();
  #workerCount = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #polling: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: DeliverySupervisorOptions) {
    this.#options = options;
  }

  start(): void {
    const look = () => this.refresh().catch(this.#options.onError);
    this.#timer = setInterval(look, POLL_EVERY_MS);
    look();
  }

  /** Looks at once: an endpoint was made or changed, or has something to send again. */
  async refresh(): Promise<void> {
    // One that has begun may have read too early.
    await this.#polling?.catch(() => {});
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = null;
    });
    await this.#polling;
  }

  /** Ends in order: attempts under way may end, what is left stays in the outbox. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#polling?.catch(() => {});
    for (const stop of this.#stopListening.values()) stop();
    for (const name of [...this.#runners.keys()]) this.#stopRunner(name);
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    const { store } = this.#options.engine;
    const standings = await store.outbox.endpoints();
    if (this.#isStopped) return;
    const gone = new Set(this.#runners.keys());
    for (const { endpoint } of standings) {
      const name = nameOf(endpoint);
      gone.delete(name);
      const post = this.#runners.get(name);
      if (!post) this.#runners.set(name, createRunner(endpoint));
      else if (JSON.stringify(post.endpoint) !== JSON.stringify(endpoint)) {
        post.endpoint = endpoint;
        // It would find out by itself, but only when it next settles.
        post.worker?.stop();
      }
    }
    for (const name of gone) this.#stopRunner(name);
    this.#listen();
    for (const standing of standings) await this.#wakeIfDue(standing);
  }

  #stopRunner(name: string): void {
    const post = this.#runners.get(name);
    this.#runners.delete(name);
    clearTimeout(post?.timer);
    post?.worker?.stop();
  }

  /** Hears of commits to the accounts that have somebody to tell. */
  #listen(): void {
    const accounts = new Set(
      [...this.#runners.values()]
        .filter(({ endpoint }) => !endpoint.disabled)
        .map(({ endpoint }) => endpoint.account),
    );
    for (const account of accounts) {
      if (this.#stopListening.has(account)) continue;
      const stop = this.#options.engine.logNotifier.listen(account, () => this.#notify(account));
      this.#stopListening.set(account, stop);
    }
    for (const [account, stop] of this.#stopListening) {
      if (accounts.has(account)) continue;
      stop();
      this.#stopListening.delete(account);
    }
  }

  #notify(account: string): void {
    for (const post of this.#runners.values()) {
      if (post.endpoint.account === account) this.#wake(post);
    }
  }

  async #wakeIfDue({ endpoint, ...standing }: EndpointStanding): Promise<void> {
    const post = this.#runners.get(nameOf(endpoint));
    if (!post || post.running || endpoint.disabled) return;
    const { store, clock } = this.#options.engine;
    const now = clock.now();
    const dueAt = Math.max(
      standing.nextAttemptAt ?? Number.POSITIVE_INFINITY,
      standing.pausedUntil ?? 0,
    );
    const isDue = dueAt <= now || (await store.lastCursor(endpoint.account)) > standing.cursor;
    if (isDue) this.#wake(post);
  }

  #wake(post: EndpointRunner): void {
    if (this.#isStopped || post.endpoint.disabled) return;
    if (post.worker) post.worker.notify();
    else post.hasUnread = true;
    if (post.running) return;
    const work = this.#deliver(post)
      .catch(this.#options.onError)
      .finally(() => {
        this.#running.delete(work);
        post.worker = null;
        post.running = null;
        if (post.hasUnread) this.#wake(post);
      });
    post.running = work;
    this.#running.add(work);
  }

  async #deliver(post: EndpointRunner): Promise<void> {
    clearTimeout(post.timer);
    for (let isWanted = true; isWanted && !this.#isStopped && !post.endpoint.disabled; ) {
      post.hasUnread = false;
      const courier = await this.#createWorker(post.endpoint);
      if (!courier) return;
      post.worker = courier;
      if (this.#isStopped) courier.stop();
      const { reason, nextAt } = await courier.run();
      post.worker = null;
      if (reason === "gone") return this.#disable(post);
      isWanted = reason !== "idle" || courier.hasUnread || post.hasUnread;
      if (nextAt !== null && !isWanted) this.#wakeAt(post, nextAt);
    }
  }

  /** A courier with the claim on an endpoint; null: another has it, or nothing is to be sent. */
  async #createWorker(key: EndpointKey): Promise<DeliveryWorker | null> {
    const { engine, send, chance = Math.random } = this.#options;
    const { store, clock } = engine;
    this.#workerCount += 1;
    const owner = `${this.#name}.${this.#workerCount}`;
    const now = clock.now();
    const claim = await store.outbox.claim(key, owner, now, now + LEASE_MS);
    if (!claim) return null;
    if (!claim.endpoint.disabled)
      return new DeliveryWorker({ store, clock, owner, claim, send, chance });
    const { cursor, pausedUntil } = claim;
    const nothing = { cursor, pausedUntil, waiting: [], caughtUp: [], deliveries: [] };
    await store.outbox.settle(key, owner, nothing, null);
    return null;
  }

  async #disable(post: EndpointRunner): Promise<void> {
    const { store, clock } = this.#options.engine;
    const disabled = { at: clock.now(), reason: "gone" } as const;
    const changed = await store.outbox.changeEndpoint(post.endpoint, { disabled });
    if (changed && changed !== "taken") post.endpoint = changed;
  }

  #wakeAt(post: EndpointRunner, at: number): void {
    if (this.#isStopped) return;
    clearTimeout(post.timer);
    const delayMs = Math.max(0, at - this.#options.engine.clock.now());
    post.timer = setTimeout(() => this.#wake(post), delayMs);
  }
}

function createRunner(endpoint: Endpoint): EndpointRunner {
  return { endpoint, worker: null, running: null, hasUnread: false, timer: undefined };
}

function nameOf({ account, id }: EndpointKey): string {
  return `${account}\n${id}`;
}
