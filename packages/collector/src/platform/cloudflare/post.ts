/**
 * Posts webhooks with `fetch`, which at the edge reaches public addresses only.
 * @module
 */
import { type Post, PostError } from "../../webhooks/post.ts";

export const postByFetch: Post = async (url, headers, body, { timeoutMs, signal }) => {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.any([timeout, signal]),
    });
    // The status counts, even if the rest of the response fails.
    response.body?.cancel().catch(() => {});
    return { status: response.status, retryAfter: response.headers.get("retry-after") };
  } catch {
    if (signal.aborted) throw new PostError("aborted");
    throw new PostError(timeout.aborted ? "timeout" : "unreachable");
  }
};
