import { beforeAll, describe, expect, it } from "vitest";
import { AUDIT_ACTIONS, AUDIT_FIELDS } from "../core/lists.ts";
import { AUDITED, AUDITED_EXCEPT, type Audited, REFUSED_ACTIONS } from "./audited.ts";
import { ROUTE_ROLES } from "./roles.ts";
import { TestApp } from "./testing/app.ts";
import { Browser, invite, PASSWORD } from "./testing/browser.ts";

const ADMIN_SECRET = "a-secret-of-the-deployment";
const ANN = "ann@example.com";
const TRIGGER = { name: "t", actions: [{ type: "end_session" }] };

let harness: TestApp;
/** An admin, who signs in and out during the tests. */
let ann: Browser;
let webhook: string;
let person: string;
let transition: string;
let invitation: string;
beforeAll(async () => {
  harness = await TestApp.create({ adminSecret: ADMIN_SECRET });
  ann = new Browser(harness);
  await ann.join(ANN, "admin");
  ({ id: person } = await new Browser(harness).join("ben@example.com", "viewer"));
  const url = "https://desk.example/";
  ({ id: webhook } = await harness.json<{ id: string }>("POST", "/v1/webhooks", { url }));
  await harness.request("PUT", "/v1/sessions/conv_1", { ticket: { id: "1" } });
  await harness.request("PUT", "/v1/sessions/conv_2", { user: "u_2" });
  const log = await harness.json<{ transitions: { id: string }[] }>("GET", "/v1/transitions");
  invitation = await invite(harness, "viewer");
  transition = log.transitions[0]?.id ?? "";
});

type Use = () => Response | Promise<Response>;
const { request } = TestApp.prototype;
const send = (...given: Parameters<typeof request>) => harness.request(...given);

async function undoLast(action: string): Promise<Response> {
  const path = `/v1/audit?action=${action}&limit=1`;
  const { entries } = await harness.json<{ entries: { id: string }[] }>("GET", path);
  return send("POST", `/v1/audit/${entries[0]?.id}/undo`);
}

/** A use of each route that changes something, in this order. */
const USES: Readonly<Record<string, Use>> = {
  "POST /v1/signals": () => harness.app.request("/v1/signals", { method: "POST", body: "{}" }),
  "PUT /v1/sessions/:id": () => send("PUT", "/v1/sessions/conv_3", { user: "u_3" }),
  "POST /v1/sessions/:id/events": () =>
    send("POST", "/v1/sessions/conv_3/events", { type: "agent_message" }),
  "PUT /v1/agents/:id": () => send("PUT", "/v1/agents/eve", { capacity: 3 }),
  "PATCH /v1/settings": () =>
    send("PATCH", "/v1/settings", { termsAccepted: true, routing: "omnichannel" }),
  "POST /v1/settings/preview": () =>
    send("POST", "/v1/settings/preview", { presence: { bufferSeconds: 20 } }),
  "PUT /v1/triggers": () => send("PUT", "/v1/triggers", [TRIGGER]),
  "POST /v1/triggers/recipes/:name": () => send("POST", "/v1/triggers/recipes/tag_abandoned"),
  "POST /v1/triggers/preview": () => send("POST", "/v1/triggers/preview", [TRIGGER]),
  "POST /v1/audit/:id/undo": async () => {
    await undoLast("settings_changed");
    return undoLast("triggers_changed");
  },
  "POST /v1/webhooks": () => send("POST", "/v1/webhooks", { url: "https://b.example/" }),
  "POST /v1/webhooks/:id/test": () => send("POST", `/v1/webhooks/${webhook}/test`),
  "POST /v1/webhooks/:id/replay": () =>
    send("POST", `/v1/webhooks/${webhook}/replay`, { transition }),
  "POST /v1/webhooks/:id/secret": () => send("POST", `/v1/webhooks/${webhook}/secret`),
  "PATCH /v1/webhooks/:id": () => send("PATCH", `/v1/webhooks/${webhook}`, { events: "notified" }),
  "DELETE /v1/webhooks/:id": () => send("DELETE", `/v1/webhooks/${webhook}`),
  "PUT /v1/sessions/:id/assignee": () =>
    send("PUT", "/v1/sessions/conv_3/assignee", { agent: "ana" }),
  "DELETE /v1/sessions/:id": () => send("DELETE", "/v1/sessions/conv_1"),
  "DELETE /v1/users/:id": () => send("DELETE", "/v1/users/u_2"),
  "PUT /v1/desks/:id": async () => {
    await send("PUT", "/v1/desks/main", { kind: "chatwoot", inbound: { secrets: [PASSWORD] } });
    const outbound = { baseUrl: "https://chat.example/", accountId: "1", apiAccessToken: "token" };
    return send("PUT", "/v1/desks/main", { kind: "chatwoot", dryRun: true, outbound });
  },
  "POST /v1/desks/:id/test": () => send("POST", "/v1/desks/main/test"),
  "POST /v1/desks/:id/replay": () => send("POST", "/v1/desks/main/replay", { status: "failed" }),
  "POST /v1/desks/:id/inbound": () => send("POST", "/v1/desks/main/inbound", {}),
  "POST /v1/desks/:id/inbound/:secret": () =>
    send("POST", `/v1/desks/main/inbound/${encodeURIComponent(PASSWORD)}`, {}),
  "DELETE /v1/desks/:id": () => send("DELETE", "/v1/desks/main"),
  "POST /v1/tokens": () => ann.request("POST", "/v1/tokens", { session: "conv_3" }),
  "POST /v1/keys": () => send("POST", "/v1/keys", { role: "viewer", name: "wall" }),
  "DELETE /v1/keys/:id": async () => {
    const { keys } = await harness.json<{ keys: { id: string }[] }>("GET", "/v1/keys");
    return send("DELETE", `/v1/keys/${keys[0]?.id}`);
  },
  "POST /v1/accounts": () =>
    send("POST", "/v1/accounts", { name: "other" }, { Authorization: `Bearer ${ADMIN_SECRET}` }),
  "POST /v1/invitations": () => send("POST", "/v1/invitations", { role: "viewer" }),
  "POST /v1/sign-in/invitation": () =>
    new Browser(harness).request("POST", "/v1/sign-in/invitation", { token: invitation }),
  "POST /v1/invitations/accept": () => {
    const body = { token: invitation, email: "eve@example.com", password: PASSWORD };
    return new Browser(harness).request("POST", "/v1/invitations/accept", body);
  },
  "DELETE /v1/invitations/:id": async () => {
    type Open = { invitations: { id: string }[] };
    const { invitations } = await harness.json<Open>("GET", "/v1/invitations");
    return send("DELETE", `/v1/invitations/${invitations[0]?.id}`);
  },
  "PATCH /v1/people/:id": () => send("PATCH", `/v1/people/${person}`, { role: "operator" }),
  "DELETE /v1/people/:id": () => send("DELETE", `/v1/people/${person}`),
  "PUT /v1/sign-in/password": () =>
    ann.request("PUT", "/v1/sign-in/password", { password: PASSWORD, newPassword: PASSWORD }),
  "DELETE /v1/sign-in": () => ann.request("DELETE", "/v1/sign-in"),
  "POST /v1/sign-in": () => ann.request("POST", "/v1/sign-in", { email: ANN, password: PASSWORD }),
  "DELETE /v1/sign-in/all": () => ann.request("DELETE", "/v1/sign-in/all"),
};

/** The actions that a use adds to the log of any account. */
async function actionsOf(use: Use): Promise<{ status: number; actions: readonly string[] }> {
  const read = async () => {
    const { admin } = harness.store;
    const accounts = await Promise.all(
      ["default", "other"].map((each) => admin.audit(each, null, 500)),
    );
    return accounts.flat();
  };
  const known = new Set((await read()).map(({ id }) => id));
  const { status } = await use();
  const added = (await read()).filter(({ id }) => !known.has(id)).map(({ action }) => action);
  // A test has two of the same: from before it is sent, and with its answer.
  return { status, actions: [...new Set(added)] };
}

const changing = Object.keys(ROUTE_ROLES).filter((route) => !/^(GET|OPTIONS) /.test(route));

describe("the table of audited routes", () => {
  it("decides about every route that is no GET, and about no other", () => {
    expect(Object.keys(AUDITED).sort()).toEqual(changing.toSorted());
    expect(Object.keys(USES).sort()).toEqual(changing.toSorted());
  });

  it("says in a sentence why a route leaves no entry", () => {
    const reasons = Object.values(AUDITED).filter((each) => typeof each === "string");
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{10,}\.$/);
  });

  it("says in a sentence when a route that is audited leaves no entry, as its description does", async () => {
    for (const [route, reason] of Object.entries(AUDITED_EXCEPT)) {
      expect(AUDITED[route]).toBeInstanceOf(Array);
      expect(reason).toMatch(/^[A-Z].{10,}\.$/);
    }
    const response = await harness.app.request("/openapi.json");
    const { paths } = (await response.json()) as { paths: Record<string, { post: object }> };
    expect(paths["/v1/tokens"]?.post).toMatchObject({
      "x-audit": ["token_minted"],
      "x-audit-except": AUDITED_EXCEPT["POST /v1/tokens"],
    });
  });

  it("has every action that the log knows, but for that of a command and those of refusals", () => {
    const found = new Set(
      Object.values(AUDITED).flatMap((each) => (typeof each === "string" ? [] : each)),
    );
    const others = AUDIT_ACTIONS.filter((action) => !found.has(action));
    expect(others).toEqual(["keys_rotated", ...REFUSED_ACTIONS]);
  });
});

describe("a use of", () => {
  it.each(Object.entries(USES))("%s leaves what the table says", async (route, use) => {
    const expected: Audited = AUDITED[route] ?? [];
    const { status, actions } = await actionsOf(use);
    if (typeof expected === "string") return expect(actions).toEqual([]);
    expect(status).toBeLessThan(300);
    expect(actions.toSorted()).toEqual(expected.toSorted());
  });
});

it("leaves nothing of a token that a server's key mints, and nothing of a capacity that stays", async () => {
  const minted = await actionsOf(() => send("POST", "/v1/tokens", { session: "conv_3" }));
  expect(minted).toEqual({ status: 200, actions: [] });
  const same = await actionsOf(() => send("PUT", "/v1/agents/eve", { capacity: 3 }));
  expect(same).toEqual({ status: 200, actions: [] });
});

it("has in its entries only the fields that the console has words for", async () => {
  const entries = await harness.store.admin.audit("default", null, 500);
  const known = new Set<string>(AUDIT_FIELDS);
  const fields = entries
    .filter(({ action }) => action !== "settings_changed" && action !== "triggers_changed")
    .flatMap(({ from, to }) => [from, to].flatMap((value) => Object.keys(value ?? {})));
  expect([...new Set(fields)].filter((each) => !known.has(each))).toEqual([]);
  expect(fields.length).toBeGreaterThan(20);
});

it("names no session in the entry of a token or of a replay", async () => {
  const text = JSON.stringify(await harness.store.admin.audit("default", null, 500));
  expect(text).toContain("token_minted");
  expect(text).toContain("deliveries_replayed");
  expect(text).not.toMatch(/conv_\d/);
});
