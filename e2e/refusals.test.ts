/**
 * Who may not speak for a session, and that nothing comes of it when they try.
 */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { pause } from "./support/wait.ts";
import { Fixture } from "./visitor.ts";

let scene: Fixture;

beforeAll(async () => {
  scene = await Fixture.setUp();
  await scene.collector.ask("PUT", "/v1/sessions/conv_1", { user: "u_1", ticket: { id: "1" } });
  await scene.collector.ask("PUT", "/v1/sessions/conv_2", { user: "u_2", ticket: { id: "2" } });
});
afterAll(() => scene.tearDown());

async function tokenFor(session: string, ttlSeconds = 60): Promise<string> {
  const body = { session, ttlSeconds };
  return (await scene.collector.ask<{ token: string }>("POST", "/v1/tokens", body)).token;
}

async function signal(change: object = {}): Promise<Record<string, unknown>> {
  return {
    v: 1,
    key: scene.collector.keys.publishable,
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
  return fetch(`${scene.collector.url}/v1/signals`, { method: "POST", body, headers });
}

/** Refused with this code, and conv_1 is as it was. */
async function isRefused(request: () => Promise<Response>, status: number, code: string) {
  const path = "/v1/sessions/conv_1";
  const before = await scene.collector.ask("GET", path);
  const response = await request();
  expect(response.status).toBe(status);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  const problem = (await response.json()) as { code: string; detail: string };
  expect(problem.code).toBe(code);
  expect(problem.detail).toMatch(/\w+ \w+/);
  expect(await scene.collector.ask("GET", path)).toEqual(before);
}

const unsigned = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

describe("a signal is refused", () => {
  it.each<[string, number, string, () => Promise<Response>]>([
    ["without a token", 401, "token_missing", async () => send({ token: undefined })],
    ["with a token that is none", 401, "token_invalid", async () => send({ token: "no" })],
    [
      "with another session's token",
      403,
      "token_other_session",
      async () => send({ token: await tokenFor("conv_2") }),
    ],
    [
      "with a token that somebody else signed",
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
        const token = await tokenFor("conv_1", 1);
        await pause(2_000);
        return send({ token });
      },
    ],
    ["with an unknown key", 401, "key_invalid", async () => send({ key: "pk_nobody" })],
    [
      "from an origin that is not listed",
      403,
      "origin_not_allowed",
      async () => send({}, { Origin: "https://elsewhere.example" }),
    ],
    [
      "from an origin that only looks like one",
      403,
      "origin_not_allowed",
      async () => send({}, { Origin: `${scene.shop.url}.elsewhere.example` }),
    ],
    ["that is too large", 413, "too_large", async () => send({ padding: "x".repeat(4_096) })],
    ["that is not JSON", 400, "not_json", () => post("hello", { "Content-Type": "text/plain" })],
    ["that is no object", 400, "invalid_signal", () => post("[]")],
    ["of another version", 400, "unsupported_version", async () => send({ v: 2 })],
    ["of an unknown type", 400, "invalid_signal", async () => send({ type: "wave" })],
    ["with a page that is no name", 400, "invalid_signal", async () => send({ page: "a b" })],
    ["with a number that is none", 400, "invalid_signal", async () => send({ seq: -1 })],
    [
      "as a form",
      415,
      "unsupported_media_type",
      () => post("a=b", { "Content-Type": "application/x-www-form-urlencoded" }),
    ],
  ])("%s", async (_name, status, code, request) => {
    await isRefused(request, status, code);
  });

  async function send(change: object, headers: Record<string, string> = {}): Promise<Response> {
    return post(JSON.stringify(await signal(change)), headers);
  }

  it("by a real browser on a page whose origin is not listed", async () => {
    const browser = await TestBrowser.start();
    try {
      const page = await browser.open();
      // The same shop, under a name that the account does not list.
      await page.goto(scene.shop.url.replace("127.0.0.1", "localhost"));
      const answer = page.waitForResponse((response) => response.url().endsWith("/v1/signals"));
      await page.evaluate(
        (collector, body) => {
          // Without CORS the browser sends it all the same and only hides the answer.
          void fetch(`${collector}/v1/signals`, { method: "POST", mode: "no-cors", body });
        },
        scene.line.url,
        JSON.stringify(await signal()),
      );
      expect((await answer).status()).toBe(403);
      expect((await answer).headers()["access-control-allow-origin"]).toBeUndefined();
      expect(await scene.collector.ask("GET", "/v1/sessions/conv_1")).toMatchObject({
        presence: "unknown",
        pages: [],
      });
    } finally {
      await browser.stop();
    }
  });
});

describe("a signal is taken", () => {
  it("with a token of its session, from a listed origin, answered with when to come again", async () => {
    const response = await post(JSON.stringify(await signal()), { Origin: scene.shop.url });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ nextMs: 400 });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(scene.shop.url);
    expect(response.headers.get("Access-Control-Allow-Credentials")).toBeNull();
  });

  it("for a session that is not there yet, which does not begin by it", async () => {
    const token = await tokenFor("conv_new");
    const body = JSON.stringify(await signal({ session: "conv_new", token }));
    expect((await post(body)).status).toBe(200);
    expect(await scene.collector.ask("GET", "/v1/sessions/conv_new")).toMatchObject({
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
    const response = await fetch(`${scene.collector.url}/v1/sessions`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code });
  });

  it("refuses a publishable key", async () => {
    const headers = { Authorization: `Bearer ${scene.collector.keys.publishable}` };
    const response = await fetch(`${scene.collector.url}/v1/sessions`, { headers });
    expect(response.status).toBe(401);
  });
});
