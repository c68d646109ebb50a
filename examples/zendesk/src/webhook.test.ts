import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Webhook } from "./webhook.ts";

let requests: { readonly body: string; readonly headers: Headers }[];
let status: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  requests = [];
  status = 200;
  vi.stubGlobal("fetch", async (_url: string, { headers, body }: RequestInit) => {
    requests.push({ body: String(body), headers: new Headers(headers) });
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
  const url = "https://presence.example.com/inbound";
  return new Webhook({ url, secret: "a_secret", timeoutMs: 10_000 });
}

it("signs the time and the body", async () => {
  open(0.5).send({ type: "a" });
  await vi.advanceTimersByTimeAsync(1_000);
  const [{ body = "", headers = new Headers() } = {}] = requests;
  const timestamp = headers.get("x-zendesk-webhook-signature-timestamp");
  expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(headers.get("x-zendesk-webhook-signature")).toBe(
    createHmac("sha256", "a_secret").update(`${timestamp}${body}`).digest("base64"),
  );
});

it("sends a body twice, and again after few answers only", async () => {
  const webhook = open(0.1);
  webhook.send({ type: "a" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(requests).toHaveLength(2);
  vi.mocked(Math.random).mockReturnValue(0.5);
  status = 404;
  webhook.send({ type: "b" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(requests).toHaveLength(3);
  status = 503;
  webhook.send({ type: "c" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(requests).toHaveLength(6);
});

it("sends nothing for five seconds once seven of ten requests fail", async () => {
  const webhook = open(0.5);
  const sendOne = async (answer: number) => {
    status = answer;
    webhook.send({ type: "a" });
    await vi.advanceTimersByTimeAsync(100);
  };
  for (let count = 0; count < 3; count += 1) await sendOne(200);
  for (let count = 0; count < 7; count += 1) await sendOne(500);
  expect(requests).toHaveLength(10);
  await sendOne(200);
  expect([requests.length, webhook.dropped]).toEqual([10, 1]);
  await vi.advanceTimersByTimeAsync(5_000);
  await sendOne(200);
  expect(requests).toHaveLength(11);
});
