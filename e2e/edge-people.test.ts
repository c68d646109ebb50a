/**
 * Keys, people and the audit log of an edge deployment, in a real workerd.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EdgeSite } from "./support/edge-site.ts";
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
