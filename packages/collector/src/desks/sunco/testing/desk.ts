/**
 * The part of Sunshine Conversations' API that the collector uses, in memory: it refuses what is over its limit,
 * which is lower than any that is documented.
 * @module
 */
import type { DeskRequest } from "../../exchange.ts";

const MINUTE_MS = 60_000;

export class FakeSunco {
  readonly metadata = new Map<string, Readonly<Record<string, unknown>>>();
  /** Accepted ones. */
  readonly writes: { readonly conversation: string; readonly at: number }[] = [];
  /** Writes a minute; more are answered 429. */
  limit = Number.POSITIVE_INFINITY;
  refused = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly request: DeskRequest = async (method, url, headers, body) => {
    const at = this.#now();
    const answer = (status: number, json: unknown = {}, retryAfterMs: number | null = null) => ({
      status,
      headers: {},
      body: json,
      retryAfterMs,
    });
    if (headers["authorization"] !== `Basic ${btoa("key:secret")}`) return answer(401);
    const [, conversation = ""] = /\/v2\/apps\/app\/conversations\/(\w+)$/.exec(url) ?? [];
    const metadata = this.metadata.get(conversation);
    if (!metadata) return answer(404);
    if (method === "PATCH") {
      const oldest = this.writes.at(-this.limit);
      if (oldest && at - oldest.at < MINUTE_MS) {
        this.refused += 1;
        return answer(429, {}, oldest.at + MINUTE_MS - at);
      }
      this.writes.push({ conversation, at });
      this.metadata.set(
        conversation,
        (JSON.parse(body ?? "") as { metadata: object }).metadata as never,
      );
    }
    return answer(200, {
      conversation: { id: conversation, metadata: this.metadata.get(conversation) },
    });
  };

  presenceOf(conversation: string): unknown {
    return this.metadata.get(conversation)?.["stillhere_presence"];
  }
}
