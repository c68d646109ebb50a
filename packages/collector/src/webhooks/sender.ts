/**
 * Sends Standard Webhooks messages (https://www.standardwebhooks.com), of transitions above all: builds
 * and signs the request, and interprets the response.
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

export interface Content {
  /** Of the message: receivers process each once. */
  readonly id: string;
  readonly type: string;
  /** When what it is about happened. */
  readonly timestamp: string;
  readonly data: unknown;
}

/** Builds a message signed with every secret valid at `at`, so that secrets rotate without a gap. */
export function signMessage(endpoint: Endpoint, { id, ...content }: Content, at: number): Message {
  const body = JSON.stringify(content);
  const signatures = signingSecrets(endpoint, at).map(({ secret }) =>
    new Webhook(secret).sign(id, new Date(at), body),
  );
  return {
    headers: {
      "content-type": "application/json",
      "user-agent": "stillhere",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at / 1000)),
      "webhook-signature": signatures.join(" "),
    },
    body,
  };
}

/** The message of a transition. */
export function createMessage(
  endpoint: Endpoint,
  entry: LogEntry,
  incarnation: string,
  at: number,
): Message {
  const data = viewTransition(entry, incarnation);
  const { id, at: timestamp } = data;
  return signMessage(endpoint, { id, type: "session.transition", timestamp, data }, at);
}

/** A `Send` on top of `post`, for transitions of a store with that incarnation. */
export function createWebhookSender(post: Post, incarnation: () => Promise<string>): Send {
  return async (endpoint, entry, at, signal) => {
    const id = await incarnation();
    return attempt(post, endpoint.url, () => createMessage(endpoint, entry, id, at), signal);
  };
}

/** Builds and sends a message. A redirect counts as a failure. */
export async function attempt(
  post: Post,
  url: string,
  create: () => Message,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const { headers, body } = create();
    const limits = { timeoutMs: RESPONSE_TIMEOUT_MS, signal };
    const { status, retryAfter } = await post(url, headers, body, limits);
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
}

function outcomeOf(status: number): Attempt["outcome"] {
  if (status >= 200 && status < 300) return "delivered";
  return status === 410 ? "gone" : "failed";
}
