/**
 * Sends a transition as a Standard Webhooks message (https://www.standardwebhooks.com): builds and
 * signs the request, and interprets the response.
 * @module
 */
import { Webhook } from "standardwebhooks";
import { viewTransition } from "../http/views.ts";
import type { Endpoint } from "../stores/outbox.ts";
import type { LogEntry } from "../stores/store.ts";
import { signingSecrets } from "./endpoints.ts";
import { type Post, PostError } from "./post.ts";
import { readRetryAfterMs } from "./retry-after.ts";
import type { Attempt, Send } from "./send.ts";

/** An attempt that takes longer fails with `timeout`. */
const RESPONSE_TIMEOUT_MS = 15_000;

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Builds a message signed with every secret valid at `at`, so that secrets rotate without a gap. */
export function createMessage(
  endpoint: Endpoint,
  entry: LogEntry,
  incarnation: string,
  at: number,
): Message {
  const transition = viewTransition(entry, incarnation);
  const timestamp = new Date(at);
  const body = JSON.stringify({
    type: "session.transition",
    timestamp: transition.at,
    data: transition,
  });
  const signatures = signingSecrets(endpoint, at).map(({ secret }) =>
    new Webhook(secret).sign(transition.id, timestamp, body),
  );
  return {
    headers: {
      "content-type": "application/json",
      "user-agent": "stillhere",
      "webhook-id": transition.id,
      "webhook-timestamp": String(Math.floor(at / 1000)),
      "webhook-signature": signatures.join(" "),
    },
    body,
  };
}

/**
 * A `Send` on top of `post`, for transitions of a store with that incarnation. A redirect counts as a
 * failure.
 */
export function createWebhookSender(post: Post, incarnation: () => Promise<string>): Send {
  return async (endpoint, entry, at, signal) => {
    const id = await incarnation();
    try {
      const { headers, body } = createMessage(endpoint, entry, id, at);
      const limits = { timeoutMs: RESPONSE_TIMEOUT_MS, signal };
      const { status, retryAfter } = await post(endpoint.url, headers, body, limits);
      return {
        outcome: outcomeOf(status),
        response: status,
        error: null,
        retryAfterMs: readRetryAfterMs(retryAfter, Date.now()),
      };
    } catch (error) {
      const code = error instanceof PostError ? error.code : "failed";
      return { outcome: "failed", response: null, error: code, retryAfterMs: null };
    }
  };
}

function outcomeOf(status: number): Attempt["outcome"] {
  if (status >= 200 && status < 300) return "delivered";
  return status === 410 ? "gone" : "failed";
}
