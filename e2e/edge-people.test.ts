/**
 * Keys, people and the audit log of an edge deployment, in a real workerd.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROLES } from "../packages/collector/src/core/lists.ts";
import {
  expectedVerdict,
  requestOf,
  SECURED_ROUTES,
  verdictOf,
} from "../packages/collector/src/http/testing/role-cases.ts";
import { EdgeSite, KEYS } from "./support/edge-site.ts";
import { TestReceiver } from "./support/receiver.ts";
import { until } from "./support/wait.ts";

const URL_OF_EDGE = "https://edge.test";
const EMAIL = "ann@example.com";
const PASSWORD = "correct horse battery";

let site: EdgeSite;
beforeAll(async () => {
  site = await EdgeSite.start({});
});
afterAll(() => site?.stop());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookies: readonly string[];
}

/** As a page of the collector's own sends it. */
async function asPage(
  method: string,
  path: string,
  { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await site.edge.dispatchFetch(`${URL_OF_EDGE}${path}`, {
    method,
    headers: { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    cookies: response.headers.getSetCookie(),
  };
}

async function joinAs(role: string, email = EMAIL): Promise<Record<string, string>> {
  const { url } = await site.request<{ url: string }>("POST", "/v1/invitations", { role });
  const token = new URL(url).hash.replace("#invite=", "");
  const accepted = await asPage("POST", "/v1/invitations/accept", {
    body: { token, email, password: PASSWORD },
  });
  expect(accepted.status).toBe(200);
  const [cookie = ""] = accepted.cookies;
  expect(cookie).toMatch(/^__Host-stillhere=[\w-]+; .*HttpOnly; .*Secure; SameSite=Strict/);
  return { Cookie: cookie.split(";")[0] ?? "" };
}

describe("at the edge", () => {
  it("a person accepts an invitation, signs in and out, and does what their role allows", async () => {
    const headers = await joinAs("viewer");
    expect((await asPage("GET", "/v1/sessions", { headers })).status).toBe(200);
    expect((await asPage("GET", "/v1/keys", { headers })).body["code"]).toBe("role_missing");
    const again = { email: EMAIL, password: PASSWORD };
    expect((await asPage("POST", "/v1/sign-in", { body: again })).status).toBe(200);
    const wrong = { email: EMAIL, password: "another password" };
    expect((await asPage("POST", "/v1/sign-in", { body: wrong })).status).toBe(401);
    expect((await asPage("DELETE", "/v1/sign-in", { headers })).status).toBe(200);
    expect((await asPage("GET", "/v1/sessions", { headers })).status).toBe(401);
  });

  it("keys are added and revoked, and changes are in the audit log, erasures too", async () => {
    const added = await site.request<{ id: string; key: string }>("POST", "/v1/keys", {
      role: "operator",
      name: "desk",
    });
    const headers = { Authorization: `Bearer ${added.key}` };
    const settings = { body: { presence: { bufferSeconds: 21 } }, headers };
    expect((await asPage("PATCH", "/v1/settings", settings)).status).toBe(200);
    await site.request("PUT", "/v1/sessions/conv_1", { user: "u_1" });
    await site.request("DELETE", "/v1/sessions/conv_1");
    await site.request("DELETE", `/v1/keys/${added.id}`);
    expect((await asPage("GET", "/v1/sessions", { headers })).status).toBe(401);
    const expected = ["key_revoked", "session_erased", "settings_changed", "key_created"];
    let entries: readonly { action: string; by: object }[] = [];
    // A shard hands its entry on to the coordinator.
    await until("all entries", async () => {
      const page = await site.request<{ entries: typeof entries }>("GET", "/v1/audit?limit=4");
      entries = page.entries;
      return entries.every(({ action }, index) => action === expected[index]);
    });
    expect(entries[2]?.by).toEqual({ key: added.id, name: "desk" });
  });
});

const JSON_TYPE = { "Content-Type": "application/json" };

describe("at the edge, a key with the role", () => {
  it.each(ROLES)("%s may do at each route what the table says", async (role) => {
    const { id, key } = await site.request<{ id: string; key: string }>("POST", "/v1/keys", {
      role,
      name: `table of ${role}`,
    });
    const wrong: string[] = [];
    for (const [route, required] of SECURED_ROUTES) {
      const { path, ...init } = requestOf(route, key);
      const answer = await site.edge.dispatchFetch(`${URL_OF_EDGE}${path}`, init);
      const verdict = await verdictOf(answer as never);
      if (verdict !== expectedVerdict(role, required)) wrong.push(`${route}: ${verdict}`);
    }
    expect(wrong).toEqual([]);
    await site.request("DELETE", `/v1/keys/${id}`);
  });
});

describe("at the edge, an admin", () => {
  it("sees why signals were refused, though the Worker refused them", async () => {
    const signal = { v: 1, key: KEYS.publishable, session: "conv_9", page: "p", gen: 0, seq: 1 };
    const body = JSON.stringify({ ...signal, type: "open", visible: true, armed: false });
    for (const origin of ["https://a.example", "https://b.example", "https://a.example"]) {
      const headers = { ...JSON_TYPE, Origin: origin };
      const answer = await site.edge.dispatchFetch(`${URL_OF_EDGE}/v1/signals`, {
        method: "POST",
        headers,
        body,
      });
      expect(answer.status).toBe(403);
    }
    let counts: readonly (readonly [string, number])[] = [];
    await until("both kinds", async () => {
      const { attempts } = await site.request<{
        attempts: { code: string; origin: string; count: number }[];
      }>("GET", "/v1/setup/attempts");
      counts = attempts.map(({ code, origin, count }) => [`${code} ${origin}`, count] as const);
      return counts.reduce((sum, [, count]) => sum + count, 0) === 3;
    });
    expect(new Map(counts)).toEqual(
      new Map([
        ["origin_not_allowed https://a.example", 2],
        ["origin_not_allowed https://b.example", 1],
      ]),
    );
  });

  it("sends a webhook a test, and changes nothing that someone else has changed meanwhile", async () => {
    const receiver = await TestReceiver.start();
    const webhook = await site.request<{ id: string; secret: string }>("POST", "/v1/webhooks", {
      url: receiver.url,
    });
    receiver.setSecrets(webhook.secret);
    const test = await site.request("POST", `/v1/webhooks/${webhook.id}/test`);
    expect(test).toMatchObject({ delivered: true, response: 204, error: null });
    expect(receiver.requests.map(({ message }) => message.type)).toEqual(["webhook.test"]);
    await site.request("DELETE", `/v1/webhooks/${webhook.id}`);
    await receiver.close();

    const headers = { ...JSON_TYPE, Authorization: `Bearer ${KEYS.secret}` };
    const settings = `${URL_OF_EDGE}/v1/settings`;
    const read = await site.edge.dispatchFetch(settings, { headers });
    const known = { ...headers, "If-Match": read.headers.get("ETag") ?? "none" };
    const patch = (bufferSeconds: number) =>
      site.edge.dispatchFetch(settings, {
        method: "PATCH",
        headers: known,
        body: JSON.stringify({ presence: { bufferSeconds } }),
      });
    const statuses = (await Promise.all([patch(31), patch(32)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412]);
  });
});

describe("at the edge, a person", () => {
  it("changes the own password, which ends every other sign-in", async () => {
    const first = await joinAs("viewer", "eve@example.com");
    const credentials = { email: "eve@example.com", password: PASSWORD };
    const second = await asPage("POST", "/v1/sign-in", { body: credentials });
    const headers = { Cookie: second.cookies[0]?.split(";")[0] ?? "" };
    const body = { password: PASSWORD, newPassword: "a staple for every horse" };
    const changed = await asPage("PUT", "/v1/sign-in/password", { body, headers });
    expect(changed.status).toBe(200);
    expect((await asPage("GET", "/v1/sessions", { headers: first })).status).toBe(401);
    expect((await asPage("POST", "/v1/sign-in", { body: credentials })).status).toBe(401);
  });

  it("is not made to change anything by another site's page", async () => {
    const cookie = await joinAs("admin", "dan@example.com");
    const foreign = { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" };
    const body = { routing: "omnichannel" };
    const forged = await asPage("PATCH", "/v1/settings", {
      body,
      headers: { ...cookie, ...foreign },
    });
    expect([forged.status, forged.body["code"]]).toEqual([403, "cross_site_request"]);
  });

  it("accepts an invitation once, also where two do so at the same time", async () => {
    const { url } = await site.request<{ url: string }>("POST", "/v1/invitations", {
      role: "viewer",
    });
    const token = new URL(url).hash.replace("#invite=", "");
    const results = await Promise.all(
      ["fay@example.com", "gus@example.com"].map((email) =>
        asPage("POST", "/v1/invitations/accept", { body: { token, email, password: PASSWORD } }),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual([200, 404]);
  });

  it("withdraws an invitation, which nobody can accept then", async () => {
    const { url } = await site.request<{ url: string }>("POST", "/v1/invitations", {
      role: "operator",
    });
    type Open = { invitations: { id: string; role: string }[] };
    const { invitations } = await site.request<Open>("GET", "/v1/invitations");
    const id = invitations.find(({ role }) => role === "operator")?.id;
    await site.request("DELETE", `/v1/invitations/${id}`);
    const token = new URL(url).hash.replace("#invite=", "");
    const body = { token, email: "ivy@example.com", password: PASSWORD };
    const refused = await asPage("POST", "/v1/invitations/accept", { body });
    expect([refused.status, refused.body["code"]]).toEqual([404, "invitation_invalid"]);
  });

  it("is refused after 5 wrong passwords", async () => {
    const body = { email: "hal@example.com", password: "another password" };
    const headers = { "CF-Connecting-IP": "192.0.2.77" };
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      statuses.push((await asPage("POST", "/v1/sign-in", { body, headers })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it("has no access to another account, and none with a sign-in of 12 hours ago", async () => {
    const created = await site.edge.dispatchFetch(`${URL_OF_EDGE}/v1/accounts`, {
      method: "POST",
      headers: { ...JSON_TYPE, Authorization: `Bearer ${KEYS.admin}` },
      body: JSON.stringify({ name: "other" }),
    });
    const { secretKey } = (await created.json()) as { secretKey: string };
    const ofOther = { Authorization: `Bearer ${secretKey}` };
    const invited = await asPage("POST", "/v1/invitations", {
      body: { role: "admin" },
      headers: ofOther,
    });
    const token = new URL(String(invited.body["url"])).hash.replace("#invite=", "");
    const accepted = await asPage("POST", "/v1/invitations/accept", {
      body: { token, email: "ida@example.com", password: PASSWORD },
    });
    const headers = { Cookie: accepted.cookies[0]?.split(";")[0] ?? "" };
    await site.request("PUT", "/v1/sessions/conv_secret", { channel: "web_widget" });
    expect((await asPage("GET", "/v1/sessions", { headers })).body["sessions"]).toEqual([]);
    expect((await asPage("GET", "/v1/sessions/conv_secret", { headers })).status).toBe(404);
    expect((await asPage("DELETE", "/v1/sessions/conv_secret", { headers })).status).toBe(404);
    expect((await site.session("conv_secret")).id).toBe("conv_secret");
    // The clock stands from here on.
    await site.edge.dispatchFetch(`${URL_OF_EDGE}/test/0/advance/${12 * 3_600_000 + 1}`);
    expect((await asPage("GET", "/v1/sessions", { headers })).body["code"]).toBe(
      "sign_in_required",
    );
  });
});

describe("at the edge, an address", () => {
  const send = async (key: string) => {
    const headers = { Authorization: `Bearer ${key}`, "CF-Connecting-IP": "192.0.2.88" };
    const answer = await site.edge.dispatchFetch(`${URL_OF_EDGE}/v1/sessions`, { headers });
    await answer.text();
    return answer.status;
  };
  it("is refused after 50 wrong keys in a second, and a valid key is accepted from it meanwhile", async () => {
    // In this second, since the clock stands.
    await site.edge.dispatchFetch(`${URL_OF_EDGE}/test/0/advance/1000`);
    expect(await send(KEYS.secret)).toBe(200);
    const statuses = await Promise.all(
      Array.from({ length: 200 }, (_, index) => send(`sk_wrong_${index}`)),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(150);
    expect(await send(KEYS.secret)).toBe(200);
  });
});
