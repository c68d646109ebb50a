import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { type Collector, startCollector } from "./node.ts";
import type { TrustedProxies } from "./proxies.ts";
import type { SignOnHeader } from "./sign-on.ts";

const ANN = "ann@example.com";
const LOOPBACK = ["127.0.0.0/8"];

let collector: Collector;
afterEach(() => collector.close());

async function start(signOn: SignOnHeader, trustProxy: TrustedProxies = LOOPBACK) {
  collector = await startCollector({
    store: new MemoryStore(),
    host: "127.0.0.1",
    port: 0,
    trustProxy,
    signOn,
    onError: (error) => {
      throw error;
    },
  });
  const { secretKey } = await collector.accounts.put(DEFAULT_ACCOUNT);
  const { people } = collector;
  const by = { cli: "" };
  const invitation = await people.invitations.create(DEFAULT_ACCOUNT, "operator", 60_000, by);
  if (invitation === "full") throw new Error("a new account has invitations");
  await people.accept(invitation.token, ANN, "correct horse battery");
  return secretKey;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: Record<string, unknown>;
}

/** Through a connection of its own: the client of the tests would not send a header twice. */
function send(method: string, path: string, headers: Record<string, string | string[]>) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(`${collector.url}${path}`, {
      method,
      agent: false,
      headers: { "Content-Type": "application/json", ...headers },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
    sent.end(method === "GET" ? undefined : '{"routing":"messaging"}');
  });
}

const OWN_PAGE = { "Sec-Fetch-Site": "same-origin" };

describe("sign-on by a header", () => {
  it("makes the person whom a trusted proxy names the sender, with their role", async () => {
    await start({ header: "X-User" });
    const { body } = await send("GET", "/v1/sign-in", { "X-User": "Ann@Example.com" });
    expect(body).toMatchObject({ account: "default", role: "operator", expiresAt: null });
    const headers = { "X-User": ANN, ...OWN_PAGE };
    expect((await send("PATCH", "/v1/settings", headers)).status).toBe(200);
    expect((await send("GET", "/v1/keys", headers)).body["code"]).toBe("role_missing");
  });

  it("drops the header of any other peer", async () => {
    await start({ header: "X-User", role: "viewer" }, ["10.0.0.0/8"]);
    const { status, body } = await send("GET", "/v1/sessions", { "X-User": ANN });
    expect([status, body["code"]]).toEqual([401, "key_missing"]);
  });

  it("drops a header that came twice, of which the client has written one", async () => {
    await start({ header: "X-User", role: "viewer" });
    expect((await send("GET", "/v1/sessions", { "X-User": [ANN, "eve@example.com"] })).status).toBe(
      401,
    );
  });

  it("refuses whom nobody has invited", async () => {
    await start({ header: "X-User" });
    const { status, body } = await send("GET", "/v1/sessions", { "X-User": "eve@example.com" });
    expect([status, body["code"]]).toEqual([403, "person_unknown"]);
  });

  it("lets the uninvited read with the role viewer, where that is given, and no more", async () => {
    await start({ header: "X-User", role: "viewer" });
    const headers = { "X-User": "eve@example.com", ...OWN_PAGE };
    expect((await send("GET", "/v1/sessions", headers)).status).toBe(200);
    expect((await send("PATCH", "/v1/settings", headers)).body["code"]).toBe("role_missing");
    expect((await collector.people.list(DEFAULT_ACCOUNT)).length).toBe(1);
  });

  it("refuses a change that another site's page sends through the proxy", async () => {
    await start({ header: "X-User" });
    const headers = { "X-User": ANN, "Sec-Fetch-Site": "cross-site" };
    const { status, body } = await send("PATCH", "/v1/settings", headers);
    expect([status, body["code"]]).toEqual([403, "cross_site_request"]);
  });

  it("leaves secret keys as they are", async () => {
    const secretKey = await start({ header: "X-User" });
    const headers = { Authorization: `Bearer ${secretKey}`, "X-User": "eve@example.com" };
    expect((await send("GET", "/v1/keys", headers)).status).toBe(200);
  });
});
