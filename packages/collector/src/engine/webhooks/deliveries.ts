/**
 * Sees to it that each endpoint with something to tell has a courier. News of a commit here rouses
 * one at once; a look now and then finds what other processes committed, what a crash left, and
 * endpoints that were made or changed elsewhere.
 * @module
 */
import type { Endpoint, EndpointKey, EndpointStanding } from "../../stores/outbox.ts";
import type { Engine } from "../engine.ts";
import { randomText } from "../keys.ts";
import { Courier, LEASE_MS } from "./courier.ts";
import type { Send } from "./send.ts";

const LOOK_EVERY_MS = 1_000;

export interface DeliveriesOptions {
  readonly engine: Pick<Engine, "store" | "clock" | "feed">;
  readonly send: Send;
  /** Hears of a store that fails; the next look tries again. */
  readonly onError: (error: unknown) => void;
  /** From 0 to 1, evenly spread: jitters retries. */
  readonly chance?: () => number;
}

/** An endpoint, and whoever delivers to it. */
interface Post {
  endpoint: Endpoint;
  courier: Courier | null;
  /** A courier is on its way, works, or goes. */
  work: Promise<void> | null;
  /** There was news while there was no courier to take it. */
  isRung: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** Tells the claims of this process from those of others. */
  readonly #name = randomText(12);
  readonly #posts = new Map<string, Post>();
  /** Of all posts, also of those that are gone. */
  readonly #works = new Set<Promise<void>>();
  readonly #stopListening = new Map<string, () => void>();
  #couriers = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  start(): void {
    const look = () => this.refresh().catch(this.#options.onError);
    this.#timer = setInterval(look, LOOK_EVERY_MS);
    look();
  }

  /** Looks at once: an endpoint was made or changed, or has something to send again. */
  async refresh(): Promise<void> {
    // One that has begun may have read too early.
    await this.#looking?.catch(() => {});
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  /** Ends in order: attempts under way may end, what is left stays in the outbox. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#looking?.catch(() => {});
    for (const stop of this.#stopListening.values()) stop();
    for (const name of [...this.#posts.keys()]) this.#dismiss(name);
    await Promise.all(this.#works);
  }

  async #look(): Promise<void> {
    const { store } = this.#options.engine;
    const standings = await store.outbox.endpoints();
    if (this.#isStopped) return;
    const gone = new Set(this.#posts.keys());
    for (const { endpoint } of standings) {
      const name = nameOf(endpoint);
      gone.delete(name);
      const post = this.#posts.get(name);
      if (!post) this.#posts.set(name, newPost(endpoint));
      else if (JSON.stringify(post.endpoint) !== JSON.stringify(endpoint)) {
        post.endpoint = endpoint;
        // It would find out by itself, but only when it next settles.
        post.courier?.stop();
      }
    }
    for (const name of gone) this.#dismiss(name);
    this.#listen();
    for (const standing of standings) await this.#wakeIfDue(standing);
  }

  #dismiss(name: string): void {
    const post = this.#posts.get(name);
    this.#posts.delete(name);
    clearTimeout(post?.timer);
    post?.courier?.stop();
  }

  /** Hears of commits to the accounts that have somebody to tell. */
  #listen(): void {
    const accounts = new Set(
      [...this.#posts.values()]
        .filter(({ endpoint }) => !endpoint.disabled)
        .map(({ endpoint }) => endpoint.account),
    );
    for (const account of accounts) {
      if (this.#stopListening.has(account)) continue;
      const stop = this.#options.engine.feed.listen(account, () => this.#announce(account));
      this.#stopListening.set(account, stop);
    }
    for (const [account, stop] of this.#stopListening) {
      if (accounts.has(account)) continue;
      stop();
      this.#stopListening.delete(account);
    }
  }

  #announce(account: string): void {
    for (const post of this.#posts.values()) {
      if (post.endpoint.account === account) this.#rouse(post);
    }
  }

  async #wakeIfDue({ endpoint, ...standing }: EndpointStanding): Promise<void> {
    const post = this.#posts.get(nameOf(endpoint));
    if (!post || post.work || endpoint.disabled) return;
    const { store, clock } = this.#options.engine;
    const now = clock.now();
    const dueAt = Math.max(
      standing.nextAttemptAt ?? Number.POSITIVE_INFINITY,
      standing.pausedUntil ?? 0,
    );
    const isDue = dueAt <= now || (await store.lastCursor(endpoint.account)) > standing.cursor;
    if (isDue) this.#rouse(post);
  }

  #rouse(post: Post): void {
    if (this.#isStopped || post.endpoint.disabled) return;
    if (post.courier) post.courier.ring();
    else post.isRung = true;
    if (post.work) return;
    const work = this.#deliver(post)
      .catch(this.#options.onError)
      .finally(() => {
        this.#works.delete(work);
        post.courier = null;
        post.work = null;
        if (post.isRung) this.#rouse(post);
      });
    post.work = work;
    this.#works.add(work);
  }

  async #deliver(post: Post): Promise<void> {
    clearTimeout(post.timer);
    for (let isWanted = true; isWanted && !this.#isStopped && !post.endpoint.disabled; ) {
      post.isRung = false;
      const courier = await this.#appoint(post.endpoint);
      if (!courier) return;
      post.courier = courier;
      if (this.#isStopped) courier.stop();
      const { reason, nextAt } = await courier.run();
      post.courier = null;
      if (reason === "gone") return this.#disable(post);
      isWanted = reason !== "idle" || courier.isRung || post.isRung;
      if (nextAt !== null && !isWanted) this.#rouseAt(post, nextAt);
    }
  }

  /** A courier with the claim on an endpoint; null: another has it, or nothing is to be sent. */
  async #appoint(key: EndpointKey): Promise<Courier | null> {
    const { engine, send, chance = Math.random } = this.#options;
    const { store, clock } = engine;
    this.#couriers += 1;
    const owner = `${this.#name}.${this.#couriers}`;
    const now = clock.now();
    const claim = await store.outbox.claim(key, owner, now, now + LEASE_MS);
    if (!claim) return null;
    if (!claim.endpoint.disabled) return new Courier({ store, clock, owner, claim, send, chance });
    const { cursor, pausedUntil } = claim;
    const nothing = { cursor, pausedUntil, waiting: [], caughtUp: [], deliveries: [] };
    await store.outbox.settle(key, owner, nothing, null);
    return null;
  }

  async #disable(post: Post): Promise<void> {
    const { store, clock } = this.#options.engine;
    const disabled = { at: clock.now(), reason: "gone" } as const;
    const changed = await store.outbox.changeEndpoint(post.endpoint, { disabled });
    if (changed && changed !== "taken") post.endpoint = changed;
  }

  #rouseAt(post: Post, at: number): void {
    if (this.#isStopped) return;
    clearTimeout(post.timer);
    const delayMs = Math.max(0, at - this.#options.engine.clock.now());
    post.timer = setTimeout(() => this.#rouse(post), delayMs);
  }
}

function newPost(endpoint: Endpoint): Post {
  return { endpoint, courier: null, work: null, isRung: false, timer: undefined };
}

function nameOf({ account, id }: EndpointKey): string {
  return `${account}\n${id}`;
}
