/**
 * A Worker that posts as the edge deployment does, to the URL and within the time of the request that asks.
 */
import {
  postByFetch,
  requestByFetch,
} from "../../packages/collector/src/platform/cloudflare/post.ts";
import type { PostError } from "../../packages/collector/src/webhooks/post.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const url = searchParams.get("to") ?? "";
    const limits = {
      timeoutMs: Number(searchParams.get("timeoutMs")),
      signal: new AbortController().signal,
    };
    const answer =
      searchParams.get("as") === "desk"
        ? requestByFetch("POST", url, {}, "{}", limits)
        : postByFetch(url, {}, "{}", limits);
    return answer.then(
      ({ status }) => Response.json(status),
      ({ code }: PostError) => Response.json(code),
    );
  },
};
