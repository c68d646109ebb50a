/**
 * The webhook of the stand-in. It behaves as that of Sunshine Conversations: nothing is signed, one request has
 * events of several conversations in no certain order, some come twice, and a request that fails is repeated.
 * @module
 */
import { type Behaviour, readBehaviour } from "./behaviour.ts";
import type { WebhookEvent } from "./events.ts";

export interface Subscription {
  readonly url: string;
  /** Sent with each request. */
  readonly key: string;
  /** Types of events; others are not sent. */
  readonly triggers: readonly string[];
}

export interface WebhookOptions {
  /** 20 s there. */
  readonly timeoutMs: number;
  /** In which a request is tried up to five times; 15 minutes there. */
  readonly windowMs: number;
  readonly behaviour?: Behaviour;
}

const ATTEMPTS = 5;
/** The target has understood, and does not want it. */
const FINAL: ReadonlySet<number> = new Set([400, 401, 403, 404, 406]);
const MAX_DELAY_MS = 150;
/** Of events that are sent in two requests, and of answers that get lost. */
const TWICE = 0.2;
const LOST = 0.1;

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #behaviour: Behaviour;
  #subscription: Subscription | null = null;
  readonly #waiting: WebhookEvent[] = [];
  #last: Promise<void> = Promise.resolve();
  /** Status of each answer so far; 0: there was none. */
  readonly statuses: number[] = [];
  /** Of the events so far, each once. */
  readonly events: WebhookEvent[] = [];

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#behaviour = options.behaviour ?? readBehaviour([]);
  }

  subscribe(subscription: Subscription): void {
    this.#subscription = subscription;
  }

  send(...events: readonly WebhookEvent[]): void {
    this.events.push(...events);
    const { triggers = [] } = this.#subscription ?? {};
    for (const event of events.filter(({ type }) => triggers.includes(type))) {
      const copies = this.#behaviour.doubles && Math.random() < TWICE ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) this.#enqueue(event);
    }
  }

  /** In disorder each event starts a request of its own, which takes one half of what waits then, in random order. */
  #enqueue(event: WebhookEvent): void {
    if (!this.#behaviour.disorder) {
      this.#last = this.#last.then(() => this.#deliver([event]));
      return;
    }
    const index = Math.floor(Math.random() * (this.#waiting.length + 1));
    this.#waiting.splice(index, 0, event);
    setTimeout(() => {
      const events = this.#waiting.splice(0, Math.ceil(this.#waiting.length / 2));
      if (events.length > 0) void this.#deliver(events);
    }, Math.random() * MAX_DELAY_MS);
  }

  async #deliver(events: readonly WebhookEvent[]): Promise<void> {
    const app = { id: "app" };
    const body = JSON.stringify({ app, webhook: { id: "webhook", version: "v2" }, events });
    for (let attempt = 1; ; attempt += 1) {
      const status = await this.#post(body);
      this.statuses.push(status);
      const isLost = this.#behaviour.losses && attempt === 1 && Math.random() < LOST;
      const isTaken = status >= 200 && status < 300 && !isLost;
      if (isTaken || FINAL.has(status) || attempt === ATTEMPTS) return;
      const share = 2 ** (attempt - 1) / (2 ** (ATTEMPTS - 1) - 1);
      await new Promise((resolve) => setTimeout(resolve, this.#options.windowMs * share));
    }
  }

  async #post(body: string): Promise<number> {
    const { timeoutMs } = this.#options;
    const { url = "", key = "" } = this.#subscription ?? {};
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json", "X-API-Key": key },
        signal: AbortSignal.timeout(timeoutMs),
      });
      return response.status;
    } catch {
      return 0;
    }
  }
}
