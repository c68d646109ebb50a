import { beforeEach, describe, expect, it } from "vitest";
import { MAX_FAILURES, WINDOW_MS } from "../engine/sign-in-limit.ts";
import { IDLE_MS, MAX_AGE_MS } from "../engine/sign-ins.ts";
import { TestApp } from "./testing/app.ts";
import { Browser, PASSWORD } from "./testing/browser.ts";

const ANN = "ann@example.com";
const BEN = "ben@example.com";

let harness: TestApp;
let browser: Browser;
let address: string;
beforeEach(async () => {
  address = "192.0.2.1";
  harness = await TestApp.create({ addressOf: () => address });
  browser = new Browser(harness);
  await browser.join(ANN, "admin");
});

const signIn = (password = PASSWORD, email = ANN) =>
  browser.request("POST", "/v1/sign-in", { email, password });
const codeOf = async (response: Response) => ((await response.json()) as { code?: string }).code;
const isSignedIn = async () => (await browser.status("GET", "/v1/sign-in")) === 200;

describe("signing in", () => {
  it("tells who is signed in, by an address in whatever capitals", async () => {
    browser.cookie = null;
    const response = await signIn(PASSWORD, "Ann@Example.com");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ account: "default", email: ANN, role: "admin" });
    expect(await browser.status("GET", "/v1/keys")).toBe(200);
  });

  it("gives a new id each time, and ends the one before", async () => {
    const before = browser.cookie;
    await signIn();
    expect(browser.cookie).not.toBe(before);
    const other = new Browser(harness);
    other.cookie = before;
    expect(await other.status("GET", "/v1/sign-in")).toBe(401);
  });

  it("refuses another password and an unknown address alike", async () => {
    const [wrong, unknown] = [await signIn("another password"), await signIn(PASSWORD, BEN)];
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await unknown.json());
  });

  it("leaves nothing of an ended sign-in: another cookie is no sign-in", async () => {
    browser.cookie = "stillhere=unknown";
    expect(await codeOf(await browser.request("GET", "/v1/sessions"))).toBe("sign_in_required");
    browser.cookie = null;
    expect(await codeOf(await browser.request("GET", "/v1/sessions"))).toBe("key_missing");
    expect(await codeOf(await browser.request("GET", "/v1/sign-in"))).toBe("sign_in_required");
  });
});

it("leaves no answer in the browser's cache", async () => {
  for (const path of ["/v1/sign-in", "/v1/people", "/v1/sessions"]) {
    const response = await browser.request("GET", path);
    expect([path, response.headers.get("Cache-Control")]).toEqual([path, "no-store"]);
  }
});

describe("the cookie", () => {
  it.each([
    ["http://localhost", "stillhere=", ["Path=/"], false],
    ["https://presence.example", "__Host-stillhere=", ["Path=/", "Secure"], true],
  ])("at %s is %s", async (base, name, expected, isSecure) => {
    const at = new Browser(harness, base);
    await at.join(BEN, "viewer");
    expect(at.cookie?.startsWith(name)).toBe(true);
    const attributes = [...expected, "HttpOnly", "SameSite=Strict"];
    expect(at.attributes).toEqual(expect.arrayContaining(attributes));
    expect(at.attributes.includes("Secure")).toBe(isSecure);
    expect(at.attributes.some((each) => each.startsWith("Domain"))).toBe(false);
    expect(await at.status("GET", "/v1/sign-in")).toBe(200);
    expect(await at.status("DELETE", "/v1/sign-in")).toBe(200);
    expect(at.cookie).toBeNull();
  });

  it("has the path of the mount", async () => {
    harness = await TestApp.create({
      getPath: (request) => new URL(request.url).pathname.replace(/^\/presence/, ""),
    });
    const at = new Browser(harness, "https://shop.example/presence");
    await at.join(ANN, "viewer");
    expect(at.cookie).toMatch(/^stillhere=/);
    expect(at.attributes).toEqual(expect.arrayContaining(["Path=/presence", "Secure"]));
  });

  it("and invitations have the address that a trusted proxy states", async () => {
    harness = await TestApp.create({ isProxied: () => true });
    const proxied = {
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "shop.example",
      "X-Forwarded-Prefix": "/presence",
    };
    const response = await harness.request("POST", "/v1/invitations", { role: "admin" }, proxied);
    const { url } = (await response.json()) as { url: string };
    expect(url).toMatch(/^https:\/\/shop\.example\/presence\/console#invite=/);
    const token = new URL(url).hash.replace("#invite=", "");
    const at = new Browser(harness);
    const body = { token, email: ANN, password: PASSWORD };
    await at.request("POST", "/v1/invitations/accept", body, proxied);
    expect(at.attributes).toEqual(expect.arrayContaining(["Path=/presence", "Secure"]));
  });
});

describe("a sign-in ends", () => {
  it("12 hours after its last use", async () => {
    harness.aheadMs = IDLE_MS - 60_000;
    expect(await isSignedIn()).toBe(true);
    harness.aheadMs += IDLE_MS - 60_000;
    expect(await isSignedIn()).toBe(true);
    harness.aheadMs += IDLE_MS + 60_000;
    expect(await isSignedIn()).toBe(false);
  });

  it("7 days after it began, however often it is used", async () => {
    const stepMs = IDLE_MS / 2;
    for (harness.aheadMs = 0; harness.aheadMs < MAX_AGE_MS - stepMs; harness.aheadMs += stepMs) {
      expect(await isSignedIn()).toBe(true);
    }
    harness.aheadMs = MAX_AGE_MS;
    expect(await isSignedIn()).toBe(false);
  });

  it("when the person signs out, and no other of theirs", async () => {
    const other = new Browser(harness);
    await other.request("POST", "/v1/sign-in", { email: ANN, password: PASSWORD });
    const { cookie } = browser;
    expect(await browser.json("DELETE", "/v1/sign-in")).toEqual({ signedOut: true });
    browser.cookie = cookie;
    expect(await isSignedIn()).toBe(false);
    expect(await other.status("GET", "/v1/sign-in")).toBe(200);
  });

  it("with all others of the person when they sign out everywhere", async () => {
    const other = new Browser(harness);
    await other.request("POST", "/v1/sign-in", { email: ANN, password: PASSWORD });
    const ben = new Browser(harness);
    await ben.join(BEN, "viewer");
    expect(await browser.json("DELETE", "/v1/sign-in/all")).toEqual({ signedOut: true });
    expect(await other.status("GET", "/v1/sign-in")).toBe(401);
    expect(await ben.status("GET", "/v1/sign-in")).toBe(200);
    expect((await signIn()).status).toBe(200);
  });

  it("together with its streams, and so it does with another role", async () => {
    for (const end of [
      (at: Browser) => at.request("DELETE", "/v1/sign-in"),
      async (_: Browser, id: string) => harness.request("DELETE", `/v1/people/${id}`),
      async (_: Browser, id: string) =>
        harness.request("PATCH", `/v1/people/${id}`, { role: "viewer" }),
    ]) {
      const at = new Browser(harness);
      const { id } = await at.join(`${Math.random()}@example.com`, "operator");
      const { body } = await at.request("GET", "/v1/stream");
      const reader = body?.getReader();
      await reader?.read();
      await end(at, id);
      expect(await reader?.read()).toMatchObject({ done: true });
    }
  });
});

describe("a change by cookie", () => {
  const OWN = { "Sec-Fetch-Site": "same-origin" };
  it.each<[string, Record<string, string>, boolean]>([
    ["a page of its own", OWN, true],
    ["another site", { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" }, false],
    ["a neighbour's subdomain", { "Sec-Fetch-Site": "same-site" }, false],
    ["a bookmark", { "Sec-Fetch-Site": "none" }, false],
    ["a page of its own in an older browser", { Origin: "http://localhost" }, true],
    ["another site in an older browser", { Origin: "https://evil.example" }, false],
    ["a sandboxed frame in an older browser", { Origin: "null" }, false],
    ["what tells neither", {}, false],
  ])("from %s", async (_, headers, isAllowed) => {
    const { cookie } = browser;
    const send = (method: string, path: string, body?: string) =>
      harness.app.request(path, {
        method,
        headers: { "Content-Type": "application/json", Cookie: cookie ?? "", ...headers },
        ...(body !== undefined && { body }),
      });
    const change = await send("PATCH", "/v1/settings", '{"routing":"messaging"}');
    const signOut = await send("DELETE", "/v1/sign-in");
    const expected = isAllowed ? [200, 200] : [403, 403];
    expect([change.status, signOut.status]).toEqual(expected);
    if (!isAllowed) expect(await codeOf(change)).toBe("cross_site_request");
  });

  it("is refused before anything is changed, and a sign-in by another site too", async () => {
    const foreign = { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" };
    const headers = { ...foreign, "Content-Type": "application/json" };
    const body = JSON.stringify({ email: ANN, password: PASSWORD });
    const response = await harness.app.request("/v1/sign-in", { method: "POST", headers, body });
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
    expect(await isSignedIn()).toBe(true);
  });

  it("does not count where a secret key is sent: a key needs no page", async () => {
    const headers = { "Sec-Fetch-Site": "cross-site" };
    const response = await harness.request("PATCH", "/v1/settings", {}, headers);
    expect(response.status).toBe(200);
  });
});

describe("failed sign-ins", () => {
  const fail = async (email = ANN) => (await signIn("another password", email)).status;
  const failUntilRefused = async (email: string) => {
    const statuses: number[] = [];
    for (let count = 0; count <= MAX_FAILURES; count += 1) statuses.push(await fail(email));
    return statuses;
  };
  const REFUSED = [...Array(MAX_FAILURES).fill(401), 429];

  it("are 5 for a name in 15 minutes, from whichever address", async () => {
    const statuses: number[] = [];
    for (let count = 0; count <= MAX_FAILURES; count += 1) {
      address = `192.0.2.${count + 10}`;
      statuses.push(await fail());
    }
    expect(statuses).toEqual(REFUSED);
    const right = await signIn();
    expect([right.status, await codeOf(right)]).toEqual([429, "too_many_requests"]);
    const waitSeconds = Number(right.headers.get("Retry-After"));
    expect(waitSeconds).toBeGreaterThan(WINDOW_MS / 1_000 - 60);
    harness.aheadMs = WINDOW_MS + 1_000;
    expect((await signIn()).status).toBe(200);
  });

  it("are 5 from an address in 15 minutes, for whichever name", async () => {
    const statuses: number[] = [];
    for (let count = 0; count <= MAX_FAILURES; count += 1) {
      statuses.push(await fail(`${count}@example.com`));
    }
    expect(statuses).toEqual(REFUSED);
    expect((await signIn()).status).toBe(429);
    address = "192.0.2.99";
    expect((await signIn()).status).toBe(200);
  });

  it("count together for an IPv6 network", async () => {
    address = "2001:db8::1";
    await failUntilRefused(BEN);
    address = "2001:db8::2";
    expect((await signIn()).status).toBe(429);
  });

  it("count as many as come at the same time, over all collectors", async () => {
    const elsewhere = await TestApp.create({ engine: harness.engine, accounts: harness.accounts });
    const attempts = Array.from({ length: 12 }, (_, index) =>
      new Browser(index % 2 === 0 ? harness : elsewhere).status("POST", "/v1/sign-in", {
        email: ANN,
        password: "another password",
      }),
    );
    const statuses = await Promise.all(attempts);
    expect(statuses.filter((status) => status === 401)).toHaveLength(MAX_FAILURES);
    expect(statuses.filter((status) => status === 429)).toHaveLength(12 - MAX_FAILURES);
  });

  it("count no more for a name that has signed in, and no success counts", async () => {
    for (let count = 1; count < MAX_FAILURES; count += 1) await fail();
    address = "192.0.2.50";
    for (let count = 0; count < 2 * MAX_FAILURES; count += 1) {
      expect((await signIn()).status).toBe(200);
    }
    expect(await fail()).toBe(401);
  });
});
