/**
 * The webhook of the stand-in. It behaves as Chatwoot's: signed, 5 seconds and no second attempt, in no certain
 * order, and at times twice.
 * @module
 */
import { createHmac, randomUUID } from "node:crypto";

/** Chatwoot has 5 s. */
const TIMEOUT_MS = Number(process.env["WEBHOOK_TIMEOUT_MS"] ?? 5_000);
const MAX_DELAY_MS = 200;
const TWICE = 0.2;

export class Webhook {
  readonly #url: string;
  readonly #secret: string;
  /** Status of each answer so far; 0: there was none. */
  readonly statuses: number[] = [];

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = secret;
  }

  /** Sends after a random pause, so that a later event may arrive first. */
  send(event: string, fields: object): void {
    const body = JSON.stringify({ event, ...fields, account: { id: 1, name: "Stand-in" } });
    const copies = Math.random() < TWICE ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      setTimeout(() => void this.#post(body), Math.random() * MAX_DELAY_MS);
    }
  }

  async #post(body: string): Promise<void> {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac("sha256", this.#secret).update(`${timestamp}.${body}`);
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        body,
        headers: {
          "Content-Type": "application/json",
          "X-Chatwoot-Signature": `sha256=${signature.digest("hex")}`,
          "X-Chatwoot-Timestamp": timestamp,
          "X-Chatwoot-Delivery": randomUUID(),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      this.statuses.push(response.status);
    } catch {
      this.statuses.push(0);
    }
  }
}
