/**
 * What all routes of the server API have in common: which parameters and bodies they accept.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;

beforeAll(async () => {
  harness = await TestApp.create();
  await harness.request("PUT", "/v1/sessions/conv_1", { user: "u_1" });
});

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string }[];
}

async function expectRefused(response: Response, status: number, code: string, field?: string) {
  const problem = (await response.json()) as Refusal;
  expect([response.status, problem.code]).toEqual([status, code]);
  if (field === undefined) return;
  expect(problem.errors?.map((error) => error.field)).toContain(field);
  expect(problem.detail).toContain(field);
}

describe("a query parameter that a route does not know is refused by name", () => {
  it.each([
    ["GET", "/v1/sessions?stat=active"],
    ["GET", "/v1/sessions/conv_1?stat=active"],
    ["GET", "/v1/sessions/conv_1/transitions?stat=active"],
    ["GET", "/v1/transitions?stat=active"],
    ["GET", "/v1/stream?stat=active"],
    ["GET", "/v1/queue?stat=active"],
    ["GET", "/v1/agents?stat=active"],
    ["GET", "/v1/insights?stat=active"],
    ["GET", "/v1/settings?stat=active"],
    ["GET", "/v1/triggers?stat=active"],
    ["GET", "/v1/webhooks?stat=active"],
    ["GET", "/v1/webhooks/w/deliveries?stat=active"],
    ["DELETE", "/v1/sessions/conv_1?stat=active"],
    ["DELETE", "/v1/users/u_1?stat=active"],
  ])("%s %s", async (method, path) => {
    await expectRefused(await harness.request(method, path), 400, "invalid_request", "stat");
  });

  it("and nothing was changed", async () => {
    expect(await harness.json("GET", "/v1/sessions/conv_1")).toMatchObject({ user: "u_1" });
  });

  it("and all of them are named", async () => {
    const { errors } = await harness.json<Refusal>("GET", "/v1/queue?a=1&b=2&group=x");
    expect(errors?.map(({ field }) => field)).toEqual(["a", "b"]);
  });
});

describe("a body field that a route does not know is refused by name", () => {
  it.each<[string, string, object, string]>([
    ["PUT", "/v1/sessions/conv_1", { usr: "u" }, "usr"],
    ["PUT", "/v1/sessions/conv_1", { ticket: { state: "open" } }, "ticket.state"],
    ["POST", "/v1/sessions/conv_1/events", { type: "activity", text: "hello" }, "text"],
    ["POST", "/v1/tokens", { session: "s", ttl: 5 }, "ttl"],
    ["PUT", "/v1/agents/a", { capacity: 1, name: "A" }, "name"],
    ["POST", "/v1/webhooks", { url: "https://a.example", event: "all" }, "event"],
    ["POST", "/v1/webhooks/w/replay", { status: "failed", since: "x" }, "since"],
    ["POST", "/v1/webhooks/w/secret", { overlap: 1 }, "overlap"],
    ["POST", "/v1/triggers/recipes/welcome_back", { groups: "a" }, "groups"],
    ["PUT", "/v1/triggers", [{ name: "a", actions: [{ type: "end_session" }], al: [] }], "0.al"],
  ])("%s %s %j", async (method, path, body, field) => {
    await expectRefused(await harness.request(method, path, body), 400, "invalid_request", field);
  });

  it("and an unknown setting is refused as such", async () => {
    const response = await harness.request("PATCH", "/v1/settings", { presense: {} });
    await expectRefused(response, 400, "invalid_settings", "presense");
  });
});

describe("unknown query parameters are ignored", () => {
  it.each(["/console?utm_source=mail", "/healthz?probe=1", "/readyz?probe=1", "/openapi.json?x=1"])(
    "at %s",
    async (path) => expect((await harness.app.request(path)).status).toBe(200),
  );

  it("at /v1/signals, where unknown fields of the body are ignored too", async () => {
    await harness.request("PATCH", "/v1/settings", { binding: "open" });
    const signal = { v: 1, key: harness.keys.publishableKey, session: "conv_1", page: "p", gen: 0 };
    const body = JSON.stringify({ ...signal, seq: 1, type: "open", visible: true, more: 1 });
    const response = await harness.app.request("/v1/signals?x=1", { method: "POST", body });
    expect(response.status).toBe(200);
  });
});

describe("a JSON body", () => {
  const body = '{"user":"u_2"}';

  it.each([
    ["without a content type", {}],
    ["as text", { "Content-Type": "text/plain;charset=UTF-8" }],
    ["as a form", { "Content-Type": "application/x-www-form-urlencoded" }],
  ])("%s is refused with 415", async (_name, headers) => {
    const response = await harness.request("PUT", "/v1/sessions/conv_1", body, headers);
    await expectRefused(response, 415, "unsupported_media_type");
    expect(harness.errors).toEqual([]);
  });

  it.each(["application/json", "Application/JSON; charset=utf-8", "application/vnd.desk+json"])(
    "is read as %s",
    async (type) => {
      const headers = { "Content-Type": type };
      const response = await harness.request("PUT", "/v1/sessions/conv_2", body, headers);
      expect(await response.json()).toMatchObject({ user: "u_2" });
    },
  );

  it("that is not JSON is refused", async () => {
    const headers = { "Content-Type": "application/json" };
    const response = await harness.request("PUT", "/v1/sessions/conv_1", "{", headers);
    await expectRefused(response, 400, "not_json");
  });

  it("that is missing is refused where it is required", async () => {
    await expectRefused(
      await harness.request("PUT", "/v1/agents/a"),
      415,
      "unsupported_media_type",
    );
  });

  it.each([
    ["without a body", undefined, {}],
    ["with an empty body", "", {}],
    ["with an empty body as JSON", "", { "Content-Type": "application/json" }],
    ["with an object", "{}", { "Content-Type": "application/json" }],
  ])("may be missing for a recipe: %s", async (_name, text, headers) => {
    const path = "/v1/triggers/recipes/welcome_back";
    expect((await harness.request("POST", path, text, headers)).status).toBe(200);
  });

  it("for a recipe needs its content type where it is there", async () => {
    const path = "/v1/triggers/recipes/secondary_queue";
    const response = await harness.request("POST", path, '{"group":"vip"}');
    await expectRefused(response, 415, "unsupported_media_type");
  });
});
