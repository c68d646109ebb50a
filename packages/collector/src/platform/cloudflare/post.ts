/**
 * Posts webhooks with the edge's own `fetch`, which reaches public addresses only.
 * @module
 */
import { type Post, PostError } from "../../webhooks/post.ts";

export const postByFetch: Post = async (url, headers, body, { timeoutMs, signal }) => {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.any([timeout, signal]),
    });
    await answer.body?.cancel();
    return { status: answer.status, retryAfter: answer.headers.get("retry-after") };
  } catch {
    if (signal.aborted) throw new PostError("aborted");
    throw new PostError(timeout.aborted ? "timeout" : "unreachable");
  }
};
