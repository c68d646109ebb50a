/**
 * Signals and API requests that are refused, and that a refusal changes nothing.
 */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { signToken } from "./support/token.ts";
import { Fixture } from "./visitor.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await Fixture.setUp();
  // No page here goes on beating.
  await fixture.collector.request("PATCH", "/v1/settings", { presence: { leaseSeconds: 600 } });
  await fixture.collector.request("PUT", "/v1/sessions/conv_1", {
    user: "u_1",
    ticket: { id: "1" },
  });
  await fixture.collector.request("PUT", "/v1/sessions/conv_2", {
    user: "u_2",
    ticket: { id: "2" },
  });
});
afterAll(() => fixture.tearDown());

async function tokenFor(session: string, ttlSeconds = 60): Promise<string> {
  const body = { session, ttlSeconds };
  return (await fixture.collector.request<{ token: string }>("POST", "/v1/tokens", body)).token;
}

async function signal(change: object = {}): Promise<Record<string, unknown>> {
  return {
    v: 1,
    key: fixture.collector.keys.publishable,
    session: "conv_1",
    token: await tokenFor("conv_1"),
    page: "page_1",
    gen: 0,
    seq: 1,
    type: "open",
    visible: true,
    ...change,
  };
}

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${fixture.collector.url}/v1/signals`, { method: "POST", body, headers });
}

/** Checks that the request is refused with this code, and that conv_1 is unchanged. */
async function expectRefused(request: () => Promise<Response>, status: number, code: string) {
  const path = "/v1/sessions/conv_1";
  const before = await fixture.collector.request("GET", path);
  const response = await request();
  expect(response.status).toBe(status);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  const problem = (await response.json()) as { code: string; detail: string };
  expect(problem.code).toBe(code);
  expect(problem.detail).toMatch(/\w+ \w+/);
  expect(await fixture.collector.request("GET", path)).toEqual(before);
}

const unsigned = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

describe("a signal is refused", () => {
  it.each<[string, number, string, () => Promise<Response>]>([
    ["without a token", 401, "token_missing", async () => send({ token: undefined })],
    ["with a malformed token", 401, "token_invalid", async () => send({ token: "no" })],
    [
      "with another session's token",
      403,
      "token_other_session",
      async () => send({ token: await tokenFor("conv_2") }),
    ],
    [
      "with a token signed with another secret",
      401,
      "token_invalid",
      async () => {
        const [head, claims] = (await tokenFor("conv_1")).split(".");
        const forged = createHmac("sha256", "guess").update(`${head}.${claims}`);
        return send({ token: `${head}.${claims}.${forged.digest("base64url")}` });
      },
    ],
    [
      "with an unsigned token",
      401,
      "token_invalid",
      async () => {
        const claims = { aud: "default", sid: "conv_1", exp: 9_999_999_999 };
        return send({ token: `${unsigned({ alg: "none", typ: "JWT" })}.${unsigned(claims)}.` });
      },
    ],
    [
      "with an expired token",
      401,
      "token_expired",
      async () => {
        // Its leeway of a minute has passed too.
        const claims = { aud: "default", sid: "conv_1", exp: Date.now() / 1000 - 61 };
        return send({ token: signToken(fixture.collector.tokenSecret, claims) });
      },
    ],
    [
      "with a token whose `exp` is in milliseconds",
      401,
      "token_invalid",
      async () => {
        const claims = { aud: "default", sid: "conv_1", exp: Date.now() + 600_000 };
        return send({ token: signToken(fixture.collector.tokenSecret, claims) });
      },
    ],
    [
      "with a secret key",
      401,
      "secret_key_in_page",
      async () => send({ key: fixture.collector.keys.secret }),
    ],
    ["with an unknown key", 401, "key_invalid", async () => send({ key: "pk_nobody" })],
    [
      "from an origin that is not listed",
      403,
      "origin_not_allowed",
      async () => send({}, { Origin: "https://elsewhere.example" }),
    ],
    [
      "from an origin that starts with a listed one",
      403,
      "origin_not_allowed",
      async () => send({}, { Origin: `${fixture.shop.url}.elsewhere.example` }),
    ],
    [
      "that opens a page which hides its origin",
      403,
      "origin_not_allowed",
      async () => send({}, { Origin: "null" }),
    ],
    ["that is too large", 413, "too_large", async () => send({ padding: "x".repeat(4_096) })],
    ["that is not JSON", 400, "not_json", () => post("hello", { "Content-Type": "text/plain" })],
    ["that is not an object", 400, "invalid_signal", () => post("[]")],
    ["of another version", 400, "unsupported_version", async () => send({ v: 2 })],
    ["of an unknown type", 400, "invalid_signal", async () => send({ type: "wave" })],
    ["with an invalid page id", 400, "invalid_signal", async () => send({ page: "a b" })],
    ["with an invalid sequence number", 400, "invalid_signal", async () => send({ seq: -1 })],
    [
      "as a form",
      415,
      "unsupported_media_type",
      () => post("a=b", { "Content-Type": "application/x-www-form-urlencoded" }),
    ],
  ])("%s", async (_name, status, code, request) => {
    await expectRefused(request, status, code);
  });

  async function send(change: object, headers: Record<string, string> = {}): Promise<Response> {
    return post(JSON.stringify(await signal(change)), headers);
  }

  it("by a real browser on a page whose origin is not listed", async () => {
    const browser = await TestBrowser.start();
    try {
      const page = await browser.open();
      // The same shop, under a host name that the account does not list.
      await page.goto(fixture.shop.url.replace("127.0.0.1", "localhost"));
      const read = await page.evaluate(
        async (collector, body) => {
          const headers = {
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          };
          const response = await fetch(`${collector}/v1/signals`, {
            method: "POST",
            headers,
            body,
          });
          return { status: response.status, problem: await response.json() };
        },
        fixture.proxy.url,
        JSON.stringify(await signal()),
      );
      // The page can read why, although another script of it adds a header that needs a preflight.
      expect(read).toMatchObject({ status: 403, problem: { code: "origin_not_allowed" } });
      expect(await fixture.collector.request("GET", "/v1/sessions/conv_1")).toMatchObject({
        presence: "unknown",
        pages: [],
      });
    } finally {
      await browser.stop();
    }
  });
});

describe("a signal is accepted", () => {
  it("with a token of its session from a listed origin, with the next beat in the response", async () => {
    const response = await post(JSON.stringify(await signal()), { Origin: fixture.shop.url });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ nextMs: 400 });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Access-Control-Allow-Credentials")).toBeNull();
  });

  it("for a session that does not exist yet, without starting it", async () => {
    const token = await tokenFor("conv_new");
    const body = JSON.stringify(await signal({ session: "conv_new", token }));
    expect((await post(body)).status).toBe(200);
    expect(await fixture.collector.request("GET", "/v1/sessions/conv_new")).toMatchObject({
      state: "none",
      presence: "online",
      queue: "none",
    });
  });
});

describe("the server API", () => {
  it.each([
    ["without a key", {}, "key_missing"],
    ["with a wrong key", { Authorization: "Bearer sk_wrong" }, "key_invalid"],
  ])("refuses %s", async (_name, headers, code) => {
    const response = await fetch(`${fixture.collector.url}/v1/sessions`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code });
  });

  it("refuses a publishable key", async () => {
    const headers = { Authorization: `Bearer ${fixture.collector.keys.publishable}` };
    const response = await fetch(`${fixture.collector.url}/v1/sessions`, { headers });
    expect(response.status).toBe(401);
  });
});
