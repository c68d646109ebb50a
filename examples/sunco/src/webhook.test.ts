import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Webhook } from "./webhook.ts";

const WINDOW_MS = 15 * 60_000;

let requests: { readonly at: number; readonly key: string | null; readonly ids: string[] }[];
let status: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  requests = [];
  vi.stubGlobal("fetch", async (_url: string, { headers, body }: RequestInit) => {
    const { events } = JSON.parse(String(body)) as { events: { id: string }[] };
    const key = new Headers(headers).get("x-api-key");
    requests.push({ at: Date.now(), key, ids: events.map(({ id }) => id) });
    return new Response(null, { status });
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function open(random: number): Webhook {
  vi.spyOn(Math, "random").mockReturnValue(random);
  const webhook = new Webhook({ timeoutMs: 20_000, windowMs: WINDOW_MS });
  const url = "https://presence.example.com/inbound";
  webhook.subscribe({ url, key: "a_key", triggers: ["conversation:read"] });
  return webhook;
}

const event = (id: string) => ({ id, type: "conversation:read", createdAt: "", payload: {} });

it("sends events of several conversations in one request, with its key", async () => {
  status = 200;
  const webhook = open(0.5);
  webhook.send(event("a"), event("b"), event("c"));
  await vi.advanceTimersByTimeAsync(WINDOW_MS);
  expect(requests.map(({ ids }) => ids.length)).toEqual([2, 1]);
  expect(requests.flatMap(({ ids }) => ids).sort()).toEqual(["a", "b", "c"]);
  expect(requests[0]?.key).toBe("a_key");
});

it("sends no event that it is not subscribed to", async () => {
  status = 200;
  open(0.5).send({ ...event("a"), type: "conversation:typing" });
  await vi.advanceTimersByTimeAsync(WINDOW_MS);
  expect(requests).toEqual([]);
});

it("sends an event twice, and a request whose answer got lost again", async () => {
  status = 200;
  const webhook = open(0.05);
  webhook.send(event("a"));
  await vi.advanceTimersByTimeAsync(WINDOW_MS);
  expect(requests.map(({ ids }) => ids)).toEqual([["a"], ["a"], ["a"], ["a"]]);
});

it.each([
  ["five times in 15 minutes where it fails", 503, 5],
  ["five times where there is too much", 429, 5],
  ["once where it is refused", 401, 1],
  ["once where nothing is there", 404, 1],
])("tries a request %s", async (_, answered, attempts) => {
  status = answered;
  const webhook = open(0.5);
  webhook.send(event("a"));
  await vi.advanceTimersByTimeAsync(2 * WINDOW_MS);
  expect(requests).toHaveLength(attempts);
  expect((requests.at(-1)?.at ?? 0) - (requests[0]?.at ?? 0)).toBeLessThanOrEqual(WINDOW_MS);
});
