/**
 * A webhook of the stand-in. It behaves as Zendesk's: signed, in no certain order, at times twice, repeated after few
 * answers only, and silent for a while where most requests fail.
 * https://developer.zendesk.com/documentation/webhooks/creating-and-monitoring-webhooks/
 * @module
 */
import { createHmac } from "node:crypto";
import { type Behaviour, readBehaviour } from "./behaviour.ts";

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  /** 10 s there. */
  readonly timeoutMs: number;
  readonly behaviour?: Behaviour;
}

const MAX_DELAY_MS = 150;
const TWICE = 0.2;
const REPEATED: ReadonlySet<number> = new Set([409, 429, 503]);
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;
/** The circuit breaker counts the last so many requests, and opens at this share of errors. */
const COUNTED = 10;
const MAX_ERRORS = 0.7;
const OPEN_MS = 5_000;

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #behaviour: Behaviour;
  #last: Promise<void> = Promise.resolve();
  /** Status of each answer so far; 0: there was none. */
  readonly statuses: number[] = [];
  /** Bodies that were not sent, since the circuit breaker was open. */
  dropped = 0;
  #recent: readonly number[] = [];
  #openUntil = 0;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#behaviour = options.behaviour ?? readBehaviour([]);
  }

  /** In disorder each is sent after a random pause, so that a later body may arrive first. */
  send(...bodies: readonly object[]): void {
    const { doubles, disorder } = this.#behaviour;
    for (const body of bodies.map((each) => JSON.stringify(each))) {
      const copies = doubles && Math.random() < TWICE ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        if (disorder) setTimeout(() => void this.#deliver(body), Math.random() * MAX_DELAY_MS);
        else this.#last = this.#last.then(() => this.#deliver(body));
      }
    }
  }

  async #deliver(body: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (Date.now() < this.#openUntil) {
        this.dropped += 1;
        return;
      }
      const status = await this.#post(body);
      this.statuses.push(status);
      this.#count(status);
      if (!REPEATED.has(status)) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #count(status: number): void {
    this.#recent = [...this.#recent, status].slice(-COUNTED);
    const errors = this.#recent.filter((each) => each < 200 || each >= 300).length;
    if (this.#recent.length < COUNTED || errors / COUNTED < MAX_ERRORS) return;
    this.#openUntil = Date.now() + OPEN_MS;
    this.#recent = [];
  }

  async #post(body: string): Promise<number> {
    const { url, secret, timeoutMs } = this.#options;
    const timestamp = new Date().toISOString().replace(/\.\d+/, "");
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "Content-Type": "application/json",
          "X-Zendesk-Webhook-Signature": createHmac("sha256", secret)
            .update(timestamp + body)
            .digest("base64"),
          "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      return response.status;
    } catch {
      return 0;
    }
  }
}
