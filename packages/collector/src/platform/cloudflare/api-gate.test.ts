/**
 * The Worker's gate in front of the server API, with the API itself behind it. On a clock that the test moves.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { Clock } from "../../engine/clock.ts";
import { TestApp } from "../../http/testing/app.ts";
import { NOW } from "../../stores/suite/case.ts";
import { ApiGate } from "./api-gate.ts";

/** Requests of a second, far more than an address may have refused in it. */
const FLOOD = 300;
const LIMIT = 50;
const STRANGER = "192.0.2.1";
const OTHER = "192.0.2.2";

let app: TestApp;
let now: number;
let gate: ApiGate;
/** Requests that the API was asked. */
let asked: number;

beforeEach(async () => {
  app = await TestApp.create();
  now = NOW;
  gate = new ApiGate(new Clock(() => now));
  asked = 0;
});

async function send(
  key: string | null,
  { address = STRANGER, path = "/v1/sessions", method = "GET", cookie = "" } = {},
): Promise<number> {
  const headers = {
    "Content-Type": "application/json",
    "Sec-Fetch-Site": "same-origin",
    ...(key !== null && { Authorization: `Bearer ${key}` }),
    ...(cookie !== "" && { Cookie: cookie }),
  };
  const request = new Request(`https://edge.test${path}`, {
    method,
    headers,
    ...(method === "POST" && { body: "{}" }),
  });
  const answer = await gate.fetch(request, address, async (passed) => {
    asked += 1;
    return app.app.fetch(passed);
  });
  return answer.status;
}

/** How often each status was answered to a flood. */
async function flood(each: (index: number) => Promise<number>): Promise<Record<number, number>> {
  const statuses = await Promise.all(Array.from({ length: FLOOD }, (_, index) => each(index)));
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const REFUSED = { 401: LIMIT, 429: FLOOD - LIMIT };

describe("of an address that sends wrong keys", () => {
  it("only 50 requests a second reach the coordinator", async () => {
    expect(await flood((index) => send(`sk_wrong_${index}`))).toEqual(REFUSED);
    expect(asked).toBe(LIMIT);
    now += 1_000;
    expect(await send("sk_wrong")).toBe(401);
  });

  it("a key that was accepted is never refused, and neither are other addresses", async () => {
    const { secretKey } = app.keys;
    expect(await send(secretKey)).toBe(200);
    await flood((index) => send(`sk_wrong_${index}`));
    expect(await flood(() => send(secretKey))).toEqual({ 200: FLOOD });
    expect(await send("sk_wrong", { address: OTHER })).toBe(401);
  });

  it("a key counts again once it was revoked", async () => {
    const { secretKey } = app.keys;
    expect(await send(secretKey)).toBe(200);
    await app.accounts.put("default", { overlapMs: 0 });
    expect(await send(secretKey)).toBe(401);
    expect(await flood(() => send(secretKey))).toEqual(REFUSED);
  });

  it("no key is accepted by what anyone may ask", async () => {
    for (const path of ["/v1/sign-in", "/v1/sign%2Din"]) {
      expect(await send("sk_wrong", { path, method: "DELETE" })).toBe(200);
      expect(await flood(() => send("sk_wrong"))).toEqual(REFUSED);
      now += 1_000;
    }
  });
});

it("of an address that sends wrong cookies, only 50 requests a second reach the coordinator", async () => {
  const answers = await flood((index) => send(null, { cookie: `__Host-stillhere=${index}` }));
  expect(answers).toEqual(REFUSED);
});

it("an address that sends no key is refused in the same second once 50 requests were", async () => {
  for (let count = 0; count < LIMIT; count += 1) expect(await send(null)).toBe(401);
  expect(await send(null)).toBe(429);
  expect(asked).toBe(LIMIT);
  expect(await send(null, { path: "/healthz" })).toBe(200);
});

it("counts the /64 of an IPv6 address", async () => {
  const answers = await flood((index) =>
    send("sk_wrong", { address: `2001:db8::${(index + 1).toString(16)}` }),
  );
  expect(answers).toEqual(REFUSED);
});
