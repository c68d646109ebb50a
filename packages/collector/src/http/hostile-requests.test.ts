/**
 * Requests that no honest client sends, to every route: each is answered, none with a server error, and
 * none does anything else than what it says.
 */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hasBody: boolean;
  readonly query: readonly string[];
}
let routes: readonly Route[] = [];

interface Operation {
  readonly security?: readonly object[];
  readonly requestBody?: object;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

beforeAll(async () => {
  harness = await TestApp.create();
  const { paths } = await harness.json<{ paths: Record<string, Record<string, Operation>> }>(
    "GET",
    "/openapi.json",
  );
  routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security }]) => security?.some((each) => "secretKey" in each))
      .map(([method, { requestBody, parameters = [] }]) => ({
        method: method.toUpperCase(),
        path: path.replace("{id}", "conv_1").replace("{name}", "tag_abandoned"),
        hasBody: requestBody !== undefined,
        query: parameters.filter((each) => each.in === "query").map(({ name }) => name),
      })),
  );
  expect(routes.length).toBeGreaterThan(20);
});

beforeEach(async () => {
  await harness.request("PUT", "/v1/sessions/conv_1", { user: "u_1", ticket: { id: "4711" } });
});

const JSON_TYPE = { "Content-Type": "application/json" };

/** What the account has. */
async function readAccount() {
  const read = (path: string) => harness.json("GET", path);
  return Promise.all(
    ["/v1/sessions", "/v1/transitions", "/v1/settings", "/v1/triggers", "/v1/webhooks"].map(read),
  );
}

async function expectRefused(
  [method, path, body, headers = JSON_TYPE]: readonly [string, string, unknown?, object?],
  status: number,
  code: string,
) {
  const before = await readAccount();
  const answer = await harness.request(method, path, body, { ...headers });
  const problem = (await answer.json()) as { code: string };
  expect([method, path, answer.status, problem.code]).toEqual([method, path, status, code]);
  expect(await readAccount()).toEqual(before);
}

const trigger = (fields: object) => [{ name: "t", actions: [{ type: "end_session" }], ...fields }];
const message = (fields: object) => ({ type: "end_user_message", ...fields });

describe.each([
  ["a lone surrogate", "\ud800"],
  ["the second half of a pair alone", "a\udc00b"],
  ["U+0000", "a\0b"],
])("%s is refused in", (_, text) => {
  it.each<[string, string, string, unknown, string?]>([
    ["a user's id", "PUT", "/v1/sessions/conv_1", { user: text }],
    ["a channel", "PUT", "/v1/sessions/conv_1", { channel: text }],
    ["an agent's id", "PUT", "/v1/sessions/conv_1", { assignee: text }],
    ["a ticket's id", "PUT", "/v1/sessions/conv_1", { ticket: { id: text } }],
    ["a ticket's group", "PUT", "/v1/sessions/conv_1", { ticket: { group: text } }],
    ["a ticket's tags", "PUT", "/v1/sessions/conv_1", { ticket: { tags: ["a", text] } }],
    ["a ticket's channel", "PUT", "/v1/sessions/conv_1", { ticket: { routingChannel: text } }],
    ["an event's id", "POST", "/v1/sessions/conv_1/events", { type: "agent_message", id: text }],
    ["an event's agent", "POST", "/v1/sessions/conv_1/events", { type: "assigned", agent: text }],
    [
      "an event's secret",
      "POST",
      "/v1/sessions/conv_1/events",
      message({ binding: text.padEnd(22, "x") }),
    ],
    [
      "an event's ticket",
      "POST",
      "/v1/sessions/conv_1/events",
      { type: "ticket_updated", ticketId: text },
    ],
    ["a token's user", "POST", "/v1/tokens", { session: "s", user: text }],
    ["a token's session", "POST", "/v1/tokens", { session: text }],
    ["a webhook's name", "POST", "/v1/webhooks", { url: "https://a.example", name: text }],
    ["a webhook's address", "POST", "/v1/webhooks", { url: `https://a.example/${text}` }],
    ["a trigger's name", "PUT", "/v1/triggers", trigger({ name: text })],
    [
      "a trigger's value",
      "PUT",
      "/v1/triggers",
      trigger({ all: [{ field: "ticket.group", op: "is", value: text }] }),
    ],
    [
      "a trigger's tags",
      "PUT",
      "/v1/triggers",
      trigger({ actions: [{ type: "add_tags", value: [text] }] }),
    ],
    ["a recipe's group", "POST", "/v1/triggers/recipes/secondary_queue", { group: text }],
    ["a setting", "PATCH", "/v1/settings", { presence: { channels: [text] } }, "invalid_settings"],
    [
      "an origin",
      "PATCH",
      "/v1/settings",
      { origins: [`https://${text}.example`] },
      "invalid_settings",
    ],
  ])("%s", async (_name, method, path, body, code = "invalid_request") => {
    await expectRefused([method, path, JSON.stringify(body)], 400, code);
  });
});

it("takes an event's id that is one well-formed character more", async () => {
  const path = "/v1/sessions/conv_1/events";
  for (const id of ["e\u{1f600}", "e\u{1f601}", "e\ufffd"]) {
    const answer = await harness.json("POST", path, { type: "agent_message", id });
    expect(answer).toMatchObject({ duplicate: false });
  }
});

it("refuses bodies whose bytes are no UTF-8, instead of taking two ids for one", async () => {
  const path = "/v1/sessions/conv_1/events";
  const bytes = (byte: number) =>
    Uint8Array.from([
      ...new TextEncoder().encode('{"type":"agent_message","id":"e'),
      byte,
      34,
      125,
    ]);
  const send = (byte: number) =>
    harness.app.request(path, {
      method: "POST",
      headers: { Authorization: `Bearer ${harness.keys.secretKey}`, ...JSON_TYPE },
      body: bytes(byte),
    });
  for (const byte of [0x80, 0xc0, 0xff]) {
    const answer = await send(byte);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "not_json" }]);
  }
  expect((await send(0x41)).status).toBe(200);
});

describe("a percent-encoding that is no UTF-8 is refused", () => {
  it.each([
    ["DELETE", "/v1/users/%ED%A0%80"],
    ["DELETE", "/v1/users/%FF"],
    ["DELETE", "/v1/users/50%"],
    ["GET", "/v1/agents/%C0%AE"],
    ["PUT", "/v1/agents/%ED%A0%80"],
    ["GET", "/v1/sessions?assignee=%ED%A0%80"],
    ["GET", "/v1/queue?group=%FF"],
    ["GET", "/v1/webhooks/%FF"],
  ])("%s %s", async (method, path) => {
    await expectRefused(
      [method, path, method === "PUT" ? { capacity: 1 } : undefined],
      400,
      "invalid_request",
    );
  });
});

describe("another way to write a path leads nowhere else", () => {
  it.each([
    ["GET", "/v1/sessions/%2e%2e", 404],
    ["DELETE", "/v1/users/%2e%2e%2fsessions%2fconv_1", 200],
    ["DELETE", "/v1/users/..%2fsessions%2fconv_1", 200],
    ["DELETE", "/v1/users/%2e", 404],
    ["DELETE", "/v1/users/%252e%252e", 200],
    ["DELETE", "/v1/users/u_1%00", 400],
    ["GET", "/v1/sessions/conv_1%2ftransitions", 400],
    ["GET", "/v1/sessions/conv_1%0a", 400],
    ["DELETE", "/v1/sessions/conv_1/", 404],
    ["DELETE", "//v1/sessions/conv_1", 404],
    ["DELETE", "/V1/sessions/conv_1", 404],
    ["DELETE", "/v1/sessions/conv_1;a=b", 400],
    ["DELETE", `/v1/sessions/${"x".repeat(60_000)}`, 400],
  ])("%s %.60s", async (method, path, status) => {
    const before = await readAccount();
    expect((await harness.request(method, path)).status).toBe(status);
    expect(await readAccount()).toEqual(before);
  });
});

it("refuses a body without a content type, or with another one, on every route that has one", async () => {
  const withBody = routes.filter(({ hasBody }) => hasBody);
  expect(withBody.length).toBeGreaterThan(8);
  for (const { method, path } of withBody) {
    for (const headers of [
      {},
      { "Content-Type": "text/plain" },
      { "Content-Type": "application/x-www-form-urlencoded" },
      { "Content-Type": "application/jsonp" },
      { "Content-Type": "text/html; application/json" },
    ]) {
      await expectRefused([method, path, "{}", headers], 415, "unsupported_media_type");
    }
  }
});

it("refuses unknown and repeated query parameters on every route", async () => {
  for (const { method, path, query, hasBody } of routes) {
    const body = hasBody ? {} : undefined;
    for (const more of ["__proto__=1", "constructor=1", "limit[]=1", "x=1&x=2"]) {
      const answer = await harness.request(method, `${path}?${more}`, body);
      expect([method, path, more, answer.status]).toEqual([method, path, more, 400]);
    }
    for (const name of query) {
      await expectRefused([method, `${path}?${name}=1&${name}=2`], 400, "invalid_request");
    }
  }
});

it("answers any other method of any route without a server error, and changes nothing", async () => {
  const before = await readAccount();
  for (const { path } of routes) {
    for (const method of ["HEAD", "OPTIONS", "PROPFIND", "LOCK", "Get"]) {
      if (routes.some((each) => each.path === path && each.method === method.toUpperCase())) {
        continue;
      }
      const answer = await harness.request(method, path);
      expect([method, path, answer.status >= 200 && answer.status < 500]).toEqual([
        method,
        path,
        true,
      ]);
    }
  }
  expect(harness.errors).toEqual([]);
  expect(await readAccount()).toEqual(before);
});

it("lets no header stand for another method", async () => {
  for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
    const headers = { ...JSON_TYPE, [name]: "DELETE" };
    await harness.request("PUT", "/v1/sessions/conv_1?_method=DELETE", {}, headers);
    expect((await harness.request("PUT", "/v1/sessions/conv_1", {}, headers)).status).toBe(200);
  }
  expect((await harness.request("GET", "/v1/sessions/conv_1")).status).toBe(200);
});

it("ends a HEAD of the stream, which would wait for transitions for ever", async () => {
  const { logNotifier } = harness.engine;
  const { listen } = logNotifier;
  let listeners = 0;
  logNotifier.listen = (...given) => {
    listeners += 1;
    return listen.apply(logNotifier, given);
  };
  const answer = await harness.request("HEAD", "/v1/stream");
  await new Promise((resolve) => setImmediate(resolve));
  logNotifier.listen = listen;
  expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, "text/event-stream"]);
  expect(listeners).toBe(0);
});

describe("a hostile body is refused", () => {
  it.each<[string, string, string, string, string]>([
    ["PATCH", "/v1/settings", '{"__proto__":{"binding":"open"}}', "invalid_request", "prototype"],
    ["PATCH", "/v1/settings", '{"\\u005f_proto__":1}', "invalid_request", "escaped prototype"],
    [
      "PATCH",
      "/v1/settings",
      '{"presence":{"__proto__":{"mode":"on"}}}',
      "invalid_request",
      "inner prototype",
    ],
    ["PATCH", "/v1/settings", '{"constructor":1}', "invalid_settings", "constructor"],
    ["PUT", "/v1/sessions/conv_1", '{"__proto__":{"user":"x"}}', "invalid_request", "prototype"],
    ["PUT", "/v1/sessions/conv_1", '{"user":"\\ud800', "not_json", "half a body"],
    ["PUT", "/v1/agents/a", '{"capacity":1e400}', "invalid_request", "huge number"],
    ["PUT", "/v1/agents/a", '{"capacity":9007199254740993}', "invalid_request", "big number"],
    ["PUT", "/v1/agents/a", '{"capacity":-0.5}', "invalid_request", "fraction"],
  ])("%s %s %.40s: %s", async (method, path, body, code) => {
    await expectRefused([method, path, body], 400, code);
  });

  it.each([
    ["PUT", "/v1/sessions/conv_1"],
    ["PUT", "/v1/triggers"],
    ["PATCH", "/v1/settings"],
  ])("with thousands of values in one another: %s %s", async (method, path) => {
    for (const body of [
      `${"[".repeat(30_000)}${"]".repeat(30_000)}`,
      `${'{"presence":'.repeat(5_000)}1${"}".repeat(5_000)}`,
      `[${'{"all":['.repeat(6_000)}1${"]}".repeat(6_000)}]`,
    ]) {
      expect((await harness.request(method, path, body, JSON_TYPE)).status).toBe(400);
    }
    expect(harness.errors).toEqual([]);
  });

  it("and of two fields with one name the last counts", async () => {
    const body = '{"user":"u_1","user":"u_2"}';
    const answer = await harness.request("PUT", "/v1/sessions/conv_1", body, JSON_TYPE);
    expect(await answer.json()).toMatchObject({ user: "u_2" });
  });
});

describe("an odd header", () => {
  it.each([
    ["Authorization", "Bearer"],
    ["Authorization", "Bearer  two spaces"],
    ["Authorization", "Basic c2s6"],
    ["Authorization", `Bearer ${"x".repeat(10_000)}`],
  ])("%s: %.30s is no key", async (name, value) => {
    const answer = await harness.request("GET", "/v1/sessions", undefined, { [name]: value });
    expect(answer.status).toBe(401);
  });

  it.each([
    ["Content-Length", "abc"],
    ["Last-Event-ID", "\u00ff"],
    ["If-None-Match", '"'],
    ["Origin", "null"],
    ["Host", "::::"],
    ["X-Forwarded-For", ",,,, , [::1"],
    ["X-Forwarded-Host", "elsewhere.example"],
    ["Content-Encoding", "gzip"],
    ["Expect", "200-ok"],
  ])("%s: %s changes nothing", async (name, value) => {
    const headers = { ...JSON_TYPE, [name]: value };
    expect((await harness.request("PUT", "/v1/sessions/conv_1", {}, headers)).status).toBe(200);
  });
});

describe("a signal is refused whose token", () => {
  it.each([
    ["has a lone surrogate", '"\\ud800xxxxxxxxxxxxxxxxxxxxxxxxxx"'],
    ["was no UTF-8", '"\ufffdxxxxxxxxxxxxxxxxxxxxxxxxxx"'],
    ["is a list", '["x"]'],
    ["is too long", `"${"x".repeat(2_049)}"`],
  ])("%s", async (_, token) => {
    const key = harness.keys.publishableKey;
    const body = `{"v":1,"key":"${key}","session":"s","token":${token},"page":"p","gen":0,"seq":1,"type":"beat","visible":true}`;
    const answer = await harness.app.request("/v1/signals", {
      method: "POST",
      headers: { "Content-Type": "text/plain" },
      body,
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "invalid_signal" }]);
  });
});

describe("triggers are refused", () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, index) => trigger({ name: `t${index}` })[0]);
  it.each<[string, unknown]>([
    ["beyond 50", named(51)],
    ["with more than 20 actions", trigger({ actions: Array(21).fill({ type: "end_session" }) })],
    [
      "with more than 50 conditions",
      trigger({ any: Array(51).fill({ field: "ticket.status", op: "changed" }) }),
    ],
    [
      "that add more tags than a ticket has",
      trigger({
        actions: [{ type: "add_tags", value: Array.from({ length: 257 }, (_, i) => `t${i}`) }],
      }),
    ],
  ])("%s", async (_, triggers) => {
    await expectRefused(["PUT", "/v1/triggers", triggers], 400, "invalid_request");
  });

  it("beyond 50 also where a recipe adds the last", async () => {
    expect((await harness.request("PUT", "/v1/triggers", named(50))).status).toBe(200);
    await expectRefused(["POST", "/v1/triggers/recipes/tag_abandoned"], 400, "invalid_triggers");
    await harness.request("PUT", "/v1/triggers", []);
  });
});

describe("the server API", () => {
  it("takes no other secret for a secret key", async () => {
    const { secret } = await harness.json("POST", "/v1/webhooks", { url: "https://a.example" });
    const { token } = await harness.json("POST", "/v1/tokens", { session: "conv_1" });
    const { publishableKey, tokenSecret, secretKey } = harness.keys;
    const others = [secret, token, publishableKey, tokenSecret, secretKey.slice(0, -1), "default"];
    for (const { method, path } of routes) {
      for (const other of others) {
        const headers = { ...JSON_TYPE, Authorization: `Bearer ${other}` };
        const body = method === "GET" ? undefined : "{}";
        const answer = await harness.request(method, path, body, headers);
        expect([method, path, answer.status]).toEqual([method, path, 401]);
      }
    }
  });

  it("lets no page of another origin read its answers", async () => {
    for (const { path } of routes.filter(({ method }) => method === "GET")) {
      const answer = await harness.request("HEAD", path, undefined, {
        Origin: "https://elsewhere.example",
      });
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
    const preflight = await harness.request("OPTIONS", "/v1/sessions", undefined, {
      Origin: "https://elsewhere.example",
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "authorization",
    });
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toBeNull();
  });

  it("serves a console that has no data, that no page can frame, and that runs its own scripts only", async () => {
    const answer = await harness.app.request("/console");
    expect(await answer.text()).toBe("console");
    const policy = answer.headers.get("Content-Security-Policy");
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(answer.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(answer.headers.get("X-Frame-Options")).toBe("DENY");
    expect(answer.headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
  });
});
