import { beforeEach, describe, expect, it } from "vitest";
import { ROLES } from "../core/lists.ts";
import { MAX_OPEN_INVITATIONS } from "../engine/invitations.ts";
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

const open = async () =>
  (await harness.json<{ invitations: { id: string }[] }>("GET", "/v1/invitations")).invitations;
const withdraw = (id: string) =>
  harness.json<Record<string, unknown>>("DELETE", `/v1/invitations/${id}`);

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

  it("is listed with its role and who made it, as long as it can be accepted", async () => {
    const ann = new Browser(harness);
    const { id } = await ann.join(ANN, "admin");
    expect(await open()).toEqual([]);
    await ann.request("POST", "/v1/invitations", { role: "operator", ttlSeconds: 60 });
    const token = await invite(harness, "viewer");
    const [first, second] = await open();
    expect(first).toEqual({
      id: expect.any(String),
      role: "operator",
      by: { person: id, name: ANN },
      expiresAt: expect.any(String),
    });
    expect(second).toMatchObject({ role: "viewer", by: { key: expect.any(String) } });
    expect(JSON.stringify([first, second])).not.toContain(token);
    harness.aheadMs = 61_000;
    expect(await open()).toEqual([second]);
    await accept(token, "ben@example.com");
    expect(await open()).toEqual([]);
  });

  it("cannot be accepted once it was withdrawn, and says so", async () => {
    const token = await invite(harness, "viewer");
    const [{ id } = { id: "" }] = await open();
    expect(await withdraw(id)).toEqual({ withdrawn: true });
    expect(await open()).toEqual([]);
    expect(await accept(token)).toMatchObject({
      code: "invitation_invalid",
      detail: "Ask an admin for a new invitation: this one was withdrawn.",
    });
    expect(await withdraw(id)).toMatchObject({ code: "not_found" });
    const { entries } = await harness.json<{ entries: object[] }>(
      "GET",
      `/v1/audit?action=invitation_withdrawn&target=${id}`,
    );
    expect(entries).toMatchObject([{ from: { role: "viewer" }, to: null }]);
  });

  it("that was accepted says so, and cannot be withdrawn", async () => {
    const token = await invite(harness, "viewer");
    const [{ id } = { id: "" }] = await open();
    await accept(token);
    expect(await accept(token, "ben@example.com")).toMatchObject({
      code: "invitation_invalid",
      detail: expect.stringContaining("was accepted already"),
    });
    expect(await withdraw(id)).toMatchObject({ code: "not_found" });
  });

  it("says what it is good for before it is accepted, and then why it no longer is", async () => {
    const read = (token: string) => browser.json("POST", "/v1/sign-in/invitation", { token });
    const token = await invite(harness, "viewer");
    const good = { role: "viewer", expiresAt: expect.any(String) };
    expect(await read(token)).toEqual(good);
    expect(await read(token)).toEqual(good);
    expect(await people()).toEqual([]);
    await accept(token);
    expect(await read(token)).toMatchObject({
      code: "invitation_invalid",
      detail: expect.stringContaining("was accepted already"),
    });
    expect(await read("none")).toMatchObject({ code: "invitation_invalid" });
  });

  it("is either accepted or withdrawn, where both come at the same time", async () => {
    for (let count = 0; count < 3; count += 1) {
      const token = await invite(harness, "viewer");
      const [{ id } = { id: "" }] = await open();
      const [accepted, withdrawn] = await Promise.all([
        accept(token, `person${count}@example.com`),
        withdraw(id),
      ]);
      expect([accepted["code"], withdrawn["code"]].filter((code) => code)).toHaveLength(1);
      expect(await open()).toEqual([]);
    }
  });

  it("of another account is neither listed nor withdrawn", async () => {
    const { secretKey } = await harness.accounts.put("other");
    await invite(harness, "viewer");
    const [{ id } = { id: "" }] = await open();
    const send = async (method: string, path: string) =>
      (
        await harness.request(method, path, undefined, { Authorization: `Bearer ${secretKey}` })
      ).json();
    expect(await send("GET", "/v1/invitations")).toEqual({ invitations: [] });
    expect(await send("DELETE", `/v1/invitations/${id}`)).toMatchObject({ code: "not_found" });
    expect(await open()).toHaveLength(1);
  });

  it("can be one of 200 open ones in an account", async () => {
    const { admin } = harness.store;
    const expiresAt = Date.now() + DAY_MS;
    const all = Array.from({ length: MAX_OPEN_INVITATIONS }, (_, index) => ({
      ...{ id: `${index}`, role: "viewer", by: { cli: "people" }, expiresAt },
    }));
    const write = { id: "invitations/default", expectedVersion: 0, body: all, expiresAt: null };
    await admin.commit("default", [write], []);
    expect(await harness.json("POST", "/v1/invitations", { role: "viewer" })).toMatchObject({
      code: "too_many_invitations",
    });
    harness.aheadMs = DAY_MS + 1_000;
    expect(await invite(harness, "viewer")).toMatch(/./);
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
