import { beforeAll, describe, expect, it } from "vitest";
import { ROLES, type Role } from "../core/lists.ts";
import { createKeys } from "../engine/keys.ts";
import { ROUTE_ROLES } from "./roles.ts";
import { TestApp } from "./testing/app.ts";
import { expectedVerdict, requestOf, SECURED_ROUTES, verdictOf } from "./testing/role-cases.ts";

let harness: TestApp;
const keys = {} as Record<Role, string>;

beforeAll(async () => {
  const metrics = { contentType: "text/plain", scrape: async () => "" };
  harness = await TestApp.create({ metrics, adminSecret: "a-secret-of-the-deployment" });
  for (const role of ROLES) keys[role] = await harness.keyWith(role);
});

/** The router's routes; `ALL` are checks before them. */
const routes = () =>
  new Set(
    harness.app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path}`),
  );

function send(route: string, key: string) {
  const { path, ...init } = requestOf(route, key);
  return harness.app.request(path, init);
}

describe("the table of roles", () => {
  it("has every route of the router, and no other", () => {
    expect([...routes()].sort()).toEqual(Object.keys(ROUTE_ROLES).sort());
  });

  it("requires no key only of what pages, desks, probes and the sign-in use", () => {
    const open = Object.keys(ROUTE_ROLES).filter((route) => ROUTE_ROLES[route] === "none");
    const isOfApi = (route: string) => / \/v1\/(?!signals)/.test(route);
    expect(open.filter(isOfApi)).toEqual([
      "POST /v1/desks/:id/inbound",
      "POST /v1/desks/:id/inbound/:secret",
      "GET /v1/accounts",
      "POST /v1/accounts",
      "POST /v1/sign-in",
      "GET /v1/sign-in",
      "DELETE /v1/sign-in",
      "DELETE /v1/sign-in/all",
      "PUT /v1/sign-in/password",
      "POST /v1/sign-in/invitation",
      "POST /v1/invitations/accept",
    ]);
  });
});

describe.each(ROLES)("a key with the role %s", (role) => {
  it.each(SECURED_ROUTES)("at %s, which requires %s", async (route, required) => {
    const verdict = await verdictOf(await send(route, keys[role]));
    expect(verdict).toBe(expectedVerdict(role, required));
  });
});

it("names the role that is missing", async () => {
  const headers = { Authorization: `Bearer ${keys.viewer}` };
  const answer = await harness.request("DELETE", "/v1/sessions/a", undefined, headers);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining("`admin`") });
});

it("is checked before the body, and a refused request changes nothing", async () => {
  await harness.request("PUT", "/v1/sessions/kept", { user: "u_1" });
  const headers = { Authorization: `Bearer ${keys.operator}` };
  expect((await harness.request("DELETE", "/v1/sessions/kept", "{", headers)).status).toBe(403);
  expect((await harness.request("GET", "/v1/sessions/kept")).status).toBe(200);
});

it("lets a key of any role learn that there is no such route", async () => {
  for (const role of ROLES) {
    const answer = await send("GET /v1/nothing", keys[role]);
    expect(await answer.json()).toMatchObject({ code: "not_found" });
  }
});

describe("settings", () => {
  const patch = async (role: Role, body: unknown) => {
    const headers = { Authorization: `Bearer ${keys[role]}` };
    const answer = await harness.request("PATCH", "/v1/settings", body, headers);
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };

  it.each([
    { binding: "open" },
    { origins: ["https://shop.example"] },
    { termsAccepted: true },
    { presence: { mode: "shadow" } },
    { "presence.mode": "shadow" },
    { retentionDays: null },
    { sessionRetentionDays: 30 },
    { presence: { bufferSeconds: 20, mode: "shadow" } },
  ])("%j are for an admin, and an operator's patch with them changes nothing", async (body) => {
    const before = await harness.json("GET", "/v1/settings");
    expect(await patch("operator", body)).toEqual([403, "role_missing"]);
    expect(await harness.json("GET", "/v1/settings")).toEqual(before);
    expect(await patch("admin", body)).toEqual([200, undefined]);
  });

  it("other than these are for an operator, and none for a viewer", async () => {
    const body = { presence: { bufferSeconds: 21 }, routing: "messaging" };
    expect(await patch("viewer", body)).toEqual([403, "role_missing"]);
    expect(await patch("operator", body)).toEqual([200, undefined]);
  });
});

it("is admin for keys that were made before there were roles", async () => {
  const keysBefore = createKeys();
  await harness.accounts.put("earlier", { keys: keysBefore });
  const [account] = (await harness.store.accounts()).filter(({ name }) => name === "earlier");
  expect(account?.secretKeys[0]?.role).toBeUndefined();
  const headers = { Authorization: `Bearer ${keysBefore.secretKey}` };
  const answer = await harness.request("DELETE", "/v1/sessions/unknown", undefined, headers);
  expect(answer.status).toBe(404);
});
