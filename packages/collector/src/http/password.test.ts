import { beforeEach, describe, expect, it } from "vitest";
import { MAX_FAILURES } from "../engine/sign-in-limit.ts";
import { TestApp } from "./testing/app.ts";
import { Browser, invite, PASSWORD } from "./testing/browser.ts";

const ANN = "ann@example.com";
const NEW_PASSWORD = "a staple for every horse";

let harness: TestApp;
let browser: Browser;
let ann: { id: string };
beforeEach(async () => {
  harness = await TestApp.create();
  browser = new Browser(harness);
  ann = await browser.join(ANN, "admin");
});

const change = (password = PASSWORD, newPassword = NEW_PASSWORD, at = browser) =>
  at.request("PUT", "/v1/sign-in/password", { password, newPassword });
const codeOf = async (response: Response) => ((await response.json()) as { code?: string }).code;
const signIn = (password: string, at = new Browser(harness)) =>
  at.status("POST", "/v1/sign-in", { email: ANN, password });

describe("the own password", () => {
  it("is changed by who knows the current one, and only the new one signs in then", async () => {
    const response = await change();
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: ann.id, email: ANN, role: "admin" });
    expect(await signIn(PASSWORD)).toBe(401);
    expect(await signIn(NEW_PASSWORD)).toBe(200);
  });

  it("ends all other sign-ins and their streams, and gives this browser a new cookie", async () => {
    const other = new Browser(harness);
    await signIn(PASSWORD, other);
    const { body } = await other.request("GET", "/v1/stream");
    const reader = body?.getReader();
    await reader?.read();
    const before = browser.cookie;
    await change();
    expect(await reader?.read()).toMatchObject({ done: true });
    expect(await other.status("GET", "/v1/sign-in")).toBe(401);
    expect(browser.cookie).not.toBe(before);
    expect(await browser.status("GET", "/v1/keys")).toBe(200);
    browser.cookie = before;
    expect(await browser.status("GET", "/v1/keys")).toBe(401);
  });

  it("stays as it is where the current one is wrong, and the sign-in stays too", async () => {
    const refused = await change("another password");
    expect([refused.status, await codeOf(refused)]).toEqual([403, "password_wrong"]);
    expect(await browser.status("GET", "/v1/keys")).toBe(200);
    expect(await signIn(PASSWORD)).toBe(200);
  });

  it("cannot be guessed with a stolen cookie: failures count as those of sign-ins", async () => {
    for (let count = 0; count < MAX_FAILURES; count += 1) {
      expect((await change(`guess number ${count}`)).status).toBe(403);
    }
    const right = await change();
    expect([right.status, await codeOf(right)]).toEqual([429, "too_many_requests"]);
    expect(await signIn(PASSWORD)).toBe(429);
  });

  it("has 12 characters at least", async () => {
    expect(await codeOf(await change(PASSWORD, "x".repeat(11)))).toBe("invalid_request");
    expect((await change(PASSWORD, "x".repeat(12))).status).toBe(200);
  });

  it("is not changed by another site's page, by a key, or without a sign-in", async () => {
    const body = { password: PASSWORD, newPassword: NEW_PASSWORD };
    const foreign = { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" };
    const byOther = await browser.request("PUT", "/v1/sign-in/password", body, foreign);
    expect(await codeOf(byOther)).toBe("cross_site_request");
    const byKey = await harness.request("PUT", "/v1/sign-in/password", body);
    expect(await codeOf(byKey)).toBe("cross_site_request");
    browser.cookie = null;
    expect(await codeOf(await change())).toBe("sign_in_required");
    expect(await signIn(PASSWORD)).toBe(200);
  });

  it("is changed once where two browsers change it at the same time", async () => {
    const other = new Browser(harness);
    await signIn(PASSWORD, other);
    const wanted = ["the first new password", "the second new password"];
    const results = await Promise.all([
      change(PASSWORD, wanted[0]),
      change(PASSWORD, wanted[1], other),
    ]);
    expect(results.filter(({ status }) => status === 200)).toHaveLength(1);
    const works = [await signIn(wanted[0] ?? ""), await signIn(wanted[1] ?? "")];
    expect(works).toEqual(results.map(({ status }) => (status === 200 ? 200 : 401)));
  });

  it("is in the audit log as changed, and neither of the two is", async () => {
    await change();
    const audit = await harness.json("GET", "/v1/audit");
    const { entries } = audit as { entries: { action: string; by: object; target: string }[] };
    const found = entries.find(({ action }) => action === "password_changed");
    expect(found).toMatchObject({ by: { person: ann.id }, target: ann.id });
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(`${PASSWORD}|${NEW_PASSWORD}`));
  });
});

describe("a lost password", () => {
  const people = async () =>
    (await harness.json<{ people: { id: string; email: string }[] }>("GET", "/v1/people")).people;

  it("is replaced by removing the person and inviting them again", async () => {
    await new Browser(harness).join("boss@example.com", "admin");
    await harness.request("DELETE", `/v1/people/${ann.id}`);
    const token = await invite(harness, "admin");
    const again = { token, email: ANN, password: NEW_PASSWORD };
    const at = new Browser(harness);
    expect(await at.json("POST", "/v1/invitations/accept", again)).toMatchObject({ email: ANN });
    expect(await signIn(PASSWORD)).toBe(401);
    expect(await signIn(NEW_PASSWORD)).toBe(200);
    expect(await browser.status("GET", "/v1/sign-in")).toBe(401);
  });

  it("of the last admin is replaced by a further admin, who then removes the old one", async () => {
    const boss = new Browser(harness);
    await boss.join("boss@example.com", "admin");
    expect(await boss.json("DELETE", `/v1/people/${ann.id}`)).toEqual({ removed: true });
    expect((await people()).map(({ email }) => email)).toEqual(["boss@example.com"]);
  });
});
