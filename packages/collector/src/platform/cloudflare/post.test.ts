import { expect, it, onTestFinished, vi } from "vitest";
import { postByFetch } from "./post.ts";

it("returns the status of a response whose body cannot be cancelled", async () => {
  const cancel = () => Promise.reject(new Error("the connection was lost"));
  const body = new ReadableStream({ cancel });
  vi.stubGlobal("fetch", async () => new Response(body, { headers: { "Retry-After": "3" } }));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const limits = { timeoutMs: 1_000, signal: new AbortController().signal };
  const answer = await postByFetch("https://desk.example/", {}, "{}", limits);
  expect(answer).toEqual({ status: 200, retryAfter: "3" });
});
