/**
 * Sends webhooks and requests to desks with `fetch`, which at the edge reaches public addresses only.
 * @module
 */
import type { DeskRequest } from "../../desks/exchange.ts";
import { type Post, PostError, type PostLimits } from "../../webhooks/post.ts";
import { readRetryAfterMs } from "../../webhooks/retry-after.ts";

/** A desk's conversation comes with its last messages. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export const postByFetch: Post = (url, headers, body, limits) =>
  fetchWithin(limits, async (signal) => {
    const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
    const response = await fetch(url, init);
    // The status counts, even if the rest of the response fails.
    response.body?.cancel().catch(() => {});
    return { status: response.status, retryAfter: response.headers.get("retry-after") };
  });

export const requestByFetch: DeskRequest = (method, url, headers, body, limits) =>
  fetchWithin(limits, async (signal) => {
    const init = { method, headers, body, redirect: "manual", signal } as const;
    const response = await fetch(url, init);
    const retryAfterMs = readRetryAfterMs(response.headers.get("retry-after"), Date.now());
    const { status } = response;
    const sent = Object.fromEntries(response.headers);
    return { status, headers: sent, body: await jsonOf(response), retryAfterMs };
  });

async function fetchWithin<T>(
  { timeoutMs, signal }: PostLimits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([timeout, signal]));
  } catch {
    if (signal.aborted) throw new PostError("aborted");
    throw new PostError(timeout.aborted ? "timeout" : "unreachable");
  }
}

/** `null` if it is no JSON, or too large. */
async function jsonOf(response: Response): Promise<unknown> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MAX_ANSWER_BYTES) return null;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
