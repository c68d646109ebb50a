/**
 * The webhook of the stand-in. It behaves as Chatwoot's: signed, 5 seconds and no second attempt, in no certain
 * order, and more than once.
 * @module
 */
import { createHmac, randomUUID } from "node:crypto";
import { type Behaviour, readBehaviour } from "./behaviour.ts";

/** Chatwoot has 5 s. */
const TIMEOUT_MS = Number(process.env["WEBHOOK_TIMEOUT_MS"] ?? 5_000);
/** An odd number, so that also of two events that are sent twice the second one arrives first. */
const DELAYS_MS = [150, 75, 0] as const;

/** How a webhook was answered. */
export interface Answer {
  readonly event: string;
  /** 0: there was none. */
  readonly status: number;
}

export class Webhook {
  readonly #url: string;
  readonly #secret: string;
  readonly #behaviour: Behaviour;
  #last: Promise<void> = Promise.resolve();
  readonly answers: Answer[] = [];
  /** Each copy counts, also one without an answer so far. */
  sent = 0;
  lost = 0;

  constructor(url: string, secret: string, behaviour: Behaviour = readBehaviour([])) {
    this.#url = url;
    this.#secret = secret;
    this.#behaviour = behaviour;
  }

  send(event: string, fields: object): void {
    const { doubles, disorder, losses } = this.#behaviour;
    if (losses && event !== "message_created") {
      this.lost += 1;
      return;
    }
    const body = JSON.stringify({ event, ...fields, account: { id: 1, name: "Stand-in" } });
    for (let copy = 0; copy < (doubles ? 2 : 1); copy += 1) {
      const delayMs = DELAYS_MS[this.sent % DELAYS_MS.length];
      this.sent += 1;
      if (disorder) setTimeout(() => void this.#post(event, body), delayMs);
      else this.#last = this.#last.then(() => this.#post(event, body));
    }
  }

  async #post(event: string, body: string): Promise<void> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json", ...this.#signatureOf(body) },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      this.answers.push({ event, status: response.status });
    } catch {
      this.answers.push({ event, status: 0 });
    }
  }

  #signatureOf(body: string): Readonly<Record<string, string>> {
    if (this.#behaviour.older) return {};
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac("sha256", this.#secret).update(`${timestamp}.${body}`);
    return {
      "X-Chatwoot-Signature": `sha256=${signature.digest("hex")}`,
      "X-Chatwoot-Timestamp": timestamp,
      "X-Chatwoot-Delivery": randomUUID(),
    };
  }
}
