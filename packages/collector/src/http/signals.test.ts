import { beforeAll, describe, expect, it } from "vitest";
import { Accounts } from "../engine/accounts.ts";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { createKeys } from "../engine/keys.ts";
import { SILENT_METER } from "../engine/meter.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { StoreError } from "../stores/store.ts";
import { createApp } from "./app.ts";
import { DEFAULT_LIMITS } from "./rate-limit.ts";
import type { Refusal } from "./refusal.ts";
import { mintToken } from "./session-token.ts";
import { postNothing, requestNothing } from "./testing/post.ts";

const ORIGIN = "https://shop.example";
const keys = createKeys();
const store = new MemoryStore();
const clock = new Clock(() => Date.now());
const engine = new Engine(store, clock);
const accounts = new Accounts(store, clock);
const refusals: Refusal[] = [];
const app = createApp({
  engine,
  accounts,
  assets: new Map(),
  limits: DEFAULT_LIMITS,
  maxSessions: 100,
  meter: SILENT_METER,
  webhooks: {
    refuseTarget: async () => null,
    post: postNothing,
    deskRequest: requestNothing,
    refresh: async () => {},
  },
  onRefusal: (refusal) => refusals.push(refusal),
  addressOf: () => "::1",
  onError: () => {},
});
let token = "";

beforeAll(async () => {
  await engine.heartbeat();
  await accounts.put("default", { keys });
  const overrides = { "presence.mode": "on", origins: [ORIGIN] };
  await engine.changeSettings("default", { overrides });
  const account = accounts.byName("default");
  if (!account) throw new Error("There is no account.");
  const wanted = { session: "s", user: null, ttlSeconds: 600 };
  token = (await mintToken(accounts, account, wanted, Date.now())).token;
});

const open = () => ({
  v: 1,
  key: keys.publishableKey,
  session: "s",
  token,
  page: "p",
  gen: 0,
  seq: 1,
  type: "open",
  visible: true,
});

async function post(change: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ ...open(), ...change });
  return app.request("/v1/signals", {
    method: "POST",
    body,
    headers: { Origin: ORIGIN, ...headers },
  });
}

function expectReadable({ headers }: Response): void {
  expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(headers.get("Access-Control-Expose-Headers")).toBe("Retry-After");
  expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
}

describe("a page of any origin can read", () => {
  it("the answer to its signal", async () => {
    const response = await post();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ nextMs: 60_000 });
    expectReadable(response);
    // The same for every page, so a cache needs to tell none apart.
    expect(response.headers.get("Vary")).toBeNull();
  });

  it.each<[string, number, string, () => Promise<Response>]>([
    [
      "that its origin is not listed",
      403,
      "origin_not_allowed",
      async () => post({}, { Origin: "https://evil.example" }),
    ],
    [
      "that it may not hide its origin",
      403,
      "origin_not_allowed",
      async () => post({}, { Origin: "null" }),
    ],
    ["that its key is unknown", 401, "key_invalid", () => post({ key: "pk_unknown" })],
    [
      "that its key is a secret one",
      401,
      "secret_key_in_page",
      () => post({ key: keys.secretKey }),
    ],
    ["that its token is invalid", 401, "token_invalid", () => post({ token: "no" })],
    ["that its token is missing", 401, "token_missing", () => post({ token: undefined })],
    ["that its signal is invalid", 400, "invalid_signal", () => post({ type: "wave" })],
    ["that its signal is too large", 413, "too_large", () => post({ padding: "x".repeat(4_096) })],
    [
      "that its content type is not supported",
      415,
      "unsupported_media_type",
      () => post({}, { "Content-Type": "image/png" }),
    ],
    [
      "that its body is no JSON",
      400,
      "not_json",
      async () => app.request("/v1/signals", { method: "POST", body: "{" }),
    ],
    ["that it used another method", 401, "key_missing", async () => app.request("/v1/signals")],
  ])("%s", async (_, status, code, request) => {
    const response = await request();
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ code });
    expectReadable(response);
  });

  it("that the store is unavailable", async () => {
    const { load } = store;
    store.load = async () => {
      throw new StoreError("away");
    };
    const response = await post({ seq: 2 });
    store.load = load;
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("1");
    expect(await response.json()).toMatchObject({ code: "unavailable" });
    expectReadable(response);
  });
});

describe("a preflight", () => {
  const preflight = async (requested?: string) => {
    const asked: Record<string, string> =
      requested === undefined ? {} : { "Access-Control-Request-Headers": requested };
    const response = await app.request("/v1/signals", {
      method: "OPTIONS",
      headers: {
        Origin: "https://anywhere.example",
        "Access-Control-Request-Method": "POST",
        ...asked,
      },
    });
    expect(response.status).toBe(204);
    expectReadable(response);
    expect(response.headers.get("Access-Control-Allow-Methods")).toBe("POST");
    expect(response.headers.get("Vary")).toBe("Access-Control-Request-Headers");
    return response.headers.get("Access-Control-Allow-Headers");
  };

  it.each([
    "traceparent",
    "content-type",
    "traceparent,tracestate,x-datadog-trace-id",
    "content-type, x-request-id",
    "x!#$%&'*+.^_`|~-1",
    "a".repeat(1_024),
  ])("allows the headers that it asks for: %s", async (names) => {
    expect(await preflight(names)).toBe(names);
  });

  it.each([undefined, "", ",", "a b", "a,", "a:b", "a\tb", '"a"', "a;b", "a".repeat(1_025)])(
    "allows the content type alone where it asks for no valid list: %s",
    async (names) => {
      expect(await preflight(names)).toBe("Content-Type");
    },
  );
});

describe("a refused signal", () => {
  it("is reported with its origin, the start of its key and the remedy", async () => {
    refusals.length = 0;
    await post({}, { Origin: "https://evil.example" });
    expect(refusals).toEqual([
      {
        code: "origin_not_allowed",
        origin: "https://evil.example",
        key: keys.publishableKey.slice(0, 8),
        remedy: "Add the page's origin to the setting `origins` with PATCH /v1/settings.",
      },
    ]);
  });

  it("is reported without a secret key, and without its token", async () => {
    refusals.length = 0;
    await post({ key: keys.secretKey });
    await post({ token: `${token}x` });
    await post({ padding: "x".repeat(4_096) });
    expect(refusals.map(({ code }) => code)).toEqual([
      "secret_key_in_page",
      "token_invalid",
      "too_large",
    ]);
    const text = JSON.stringify(refusals);
    expect(text).not.toContain(keys.secretKey.slice(0, 6));
    expect(text).not.toContain(token.slice(0, 6));
  });
});
