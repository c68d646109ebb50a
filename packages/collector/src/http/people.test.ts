import { beforeEach, describe, expect, it } from "vitest";
import { ROLES } from "../core/lists.ts";
import { MAX_PEOPLE } from "../engine/people.ts";
import { TestApp } from "./testing/app.ts";
import { Browser, invite, PASSWORD } from "./testing/browser.ts";

let harness: TestApp;
let browser: Browser;
beforeEach(async () => {
  harness = await TestApp.create();
  browser = new Browser(harness);
});

const DAY_MS = 86_400_000;
const ANN = "ann@example.com";
const accept = (token: string, email = ANN, password = PASSWORD) =>
  browser.json("POST", "/v1/invitations/accept", { token, email, password });

describe("an invitation", () => {
  it("has an address at the console, and until when it is good", async () => {
    const invited = await harness.request("POST", "/v1/invitations", { role: "viewer" });
    expect(invited.status).toBe(201);
    const { url, expiresAt } = (await invited.json()) as { url: string; expiresAt: string };
    expect(url).toMatch(/^http:\/\/localhost\/console#invite=[\w-]{32}$/);
    const ttlMs = Date.parse(expiresAt) - Date.now();
    expect(ttlMs).toBeGreaterThan(7 * DAY_MS - 60_000);
    expect(ttlMs).toBeLessThanOrEqual(7 * DAY_MS);
  });

  it("makes its holder a person with its role, and signs them in", async () => {
    const accepted = await accept(await invite(harness, "operator"));
    expect(accepted).toMatchObject({ account: "default", email: ANN, role: "operator" });
    expect(await browser.json("GET", "/v1/sign-in")).toEqual(accepted);
  });

  it("is good once, also for two at the same time", async () => {
    const token = await invite(harness, "viewer");
    const [first, second] = await Promise.all([accept(token), accept(token, "ben@example.com")]);
    const codes = [first?.["code"], second?.["code"]];
    expect(codes.sort()).toEqual(["invitation_invalid", undefined]);
    expect(await accept(token, "eve@example.com")).toMatchObject({ code: "invitation_invalid" });
    expect((await people()).length).toBe(1);
  });

  it("is good until it expires", async () => {
    const token = await invite(harness, "viewer", { ttlSeconds: 60 });
    harness.aheadMs = 61_000;
    expect(await accept(token)).toMatchObject({ code: "invitation_invalid" });
  });

  it.each([
    [{ token: "none", email: ANN, password: PASSWORD }, 404],
    [{ token: "", email: ANN, password: "11 letters." }, 400],
    [{ token: "", email: "no address", password: PASSWORD }, 400],
  ])("is refused with %j", async (body, status) => {
    expect(await browser.status("POST", "/v1/invitations/accept", body)).toBe(status);
  });

  it("needs a password of 12 characters", async () => {
    const token = await invite(harness, "viewer");
    expect(await accept(token, ANN, "x".repeat(11))).toMatchObject({ code: "invalid_request" });
    expect(await accept(token, ANN, "x".repeat(12))).toMatchObject({ email: ANN });
  });

  it("gives nobody the account of another person by their address", async () => {
    const { id } = await browser.join(ANN, "admin");
    const token = await invite(harness, "viewer");
    expect(await accept(token, "ANN@example.com", "another password")).toMatchObject({
      code: "email_taken",
    });
    expect(await people()).toMatchObject([{ id, role: "admin" }]);
    // It is still good with an address of one's own.
    expect(await accept(token, "ben@example.com")).toMatchObject({ role: "viewer" });
  });

  it("is stored as a hash", async () => {
    const { admin } = harness.store;
    const stored: unknown[] = [];
    const commit = admin.commit.bind(admin);
    admin.commit = async (...given) => {
      stored.push(given);
      return commit(...given);
    };
    const token = await invite(harness, "viewer");
    await accept(token);
    const cookie = browser.cookie?.split("=")[1] ?? "none";
    expect(stored.length).toBeGreaterThan(2);
    for (const secret of [token, PASSWORD, cookie]) {
      expect(JSON.stringify(stored)).not.toContain(secret);
    }
  });
});

const people = async () =>
  (await harness.json<{ people: { id: string; email: string }[] }>("GET", "/v1/people")).people;

describe("people", () => {
  it("are listed without their passwords", async () => {
    await browser.join(ANN, "admin");
    const [ann] = await people();
    expect(ann).toEqual({
      id: expect.any(String),
      email: ANN,
      role: "admin",
      createdAt: expect.any(String),
    });
  });

  it.each(ROLES)("with the role %s may do what a key with that role may", async (role) => {
    await browser.join(ANN, role);
    const expected = {
      viewer: [200, 403, 403],
      operator: [200, 200, 403],
      admin: [200, 200, 200],
    }[role];
    const statuses = [
      await browser.status("GET", "/v1/sessions"),
      await browser.status("PATCH", "/v1/settings", { routing: "messaging" }),
      await browser.status("GET", "/v1/keys"),
    ];
    expect(statuses).toEqual(expected);
  });

  it("have another role immediately, wherever they are signed in", async () => {
    const { id } = await browser.join(ANN, "operator");
    await harness.request("PATCH", `/v1/people/${id}`, { role: "viewer" });
    expect(await browser.json("GET", "/v1/sign-in")).toMatchObject({ role: "viewer" });
    expect(await browser.status("PATCH", "/v1/settings", { routing: "messaging" })).toBe(403);
  });

  it("are signed out when they are removed, and their address is free again", async () => {
    await new Browser(harness).join("boss@example.com", "admin");
    const { id } = await browser.join(ANN, "viewer");
    expect(await harness.json("DELETE", `/v1/people/${id}`)).toEqual({ removed: true });
    expect(await browser.status("GET", "/v1/sessions")).toBe(401);
    expect((await people()).map(({ email }) => email)).toEqual(["boss@example.com"]);
    expect(await new Browser(harness).join(ANN, "viewer")).toMatchObject({ email: ANN });
  });

  it("always include an admin once there is one, also when two are removed together", async () => {
    const ann = await browser.join(ANN, "admin");
    const only = `/v1/people/${ann.id}`;
    expect(await harness.json("DELETE", only)).toMatchObject({ code: "last_admin" });
    expect(await harness.json("PATCH", only, { role: "viewer" })).toMatchObject({
      code: "last_admin",
    });
    const ben = await new Browser(harness).join("ben@example.com", "admin");
    const results = await Promise.all([
      harness.request("DELETE", only),
      harness.request("PATCH", `/v1/people/${ben.id}`, { role: "operator" }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it("of another account are not seen, changed or invited", async () => {
    const other = await harness.accounts.put("other");
    const { id } = await browser.join(ANN, "admin");
    await new Browser(harness).join("ben@example.com", "admin");
    const headers = { Authorization: `Bearer ${other.secretKey}` };
    const send = async (method: string, path: string, body?: unknown) =>
      (await harness.request(method, path, body, headers)).json();
    expect(await send("GET", "/v1/people")).toEqual({ people: [] });
    expect(await send("DELETE", `/v1/people/${id}`)).toMatchObject({ code: "not_found" });
    expect(await send("PATCH", `/v1/people/${id}`, { role: "viewer" })).toMatchObject({
      code: "not_found",
    });
  });

  it("can be at most 200 in an account", async () => {
    const { admin } = harness.store;
    const all = Array.from({ length: MAX_PEOPLE }, (_, index) => ({ id: `${index}`, email: "x" }));
    const write = { id: "people/default", expectedVersion: 0, body: all, expiresAt: null };
    await admin.commit("default", [write], []);
    expect(await accept(await invite(harness, "viewer"))).toMatchObject({
      code: "too_many_people",
    });
  });

  it("are in the audit log with what was done to them and by them", async () => {
    await new Browser(harness).join("boss@example.com", "admin");
    const { id } = await browser.join(ANN, "operator");
    await browser.request("PATCH", "/v1/settings", { routing: "omnichannel" });
    await harness.request("PATCH", `/v1/people/${id}`, { role: "viewer" });
    await browser.request("DELETE", "/v1/sign-in/all");
    await harness.request("DELETE", `/v1/people/${id}`);
    const { entries } = await harness.json<{ entries: { action: string; by: object }[] }>(
      "GET",
      "/v1/audit",
    );
    expect(entries.map(({ action }) => action).slice(0, 7)).toEqual([
      "person_removed",
      "signed_out_everywhere",
      "person_changed",
      "settings_changed",
      "signed_in",
      "person_joined",
      "person_invited",
    ]);
    expect(entries[3]?.by).toEqual({ person: id, name: ANN });
    expect(JSON.stringify(entries)).not.toContain(PASSWORD);
  });
});
