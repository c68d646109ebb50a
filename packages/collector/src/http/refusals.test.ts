import { beforeEach, describe, expect, it } from "vitest";
import { AUDIT_FIELDS } from "../core/lists.ts";
import { TestApp } from "./testing/app.ts";
import { Browser, invite, PASSWORD } from "./testing/browser.ts";

const ANN = "ann@example.com";
const WRONG = "not the right one";

let harness: TestApp;
let ann: Browser;
let id: string;
let address: string;
beforeEach(async () => {
  address = "203.0.113.7";
  harness = await TestApp.create({ addressOf: () => address });
  ann = new Browser(harness);
  ({ id } = await ann.join(ANN, "operator"));
});

interface Entry {
  readonly by: object;
  readonly target: string | null;
  readonly to: Record<string, unknown>;
}
const refused = async (action: string) =>
  (await harness.json<{ entries: Entry[] }>("GET", `/v1/audit?action=${action}`)).entries;
const signIn = (email: string, password = WRONG) =>
  new Browser(harness).status("POST", "/v1/sign-in", { email, password });

describe("the audit log", () => {
  it("has refused sign-ins of a person by where they came from, with how many there were", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) statuses.push(await signIn(ANN));
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    const until = expect.any(String);
    const by = { address: "203.0.113.7" };
    const entries = await refused("sign_in_refused");
    expect(entries).toHaveLength(2);
    expect(entries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ by, target: id, to: { email: ANN, count: 5, until } }),
        // After too many failures the name is not looked up.
        expect.objectContaining({ by, target: null, to: { email: null, count: 7, until } }),
      ]),
    );
  });

  it("has the network of an IPv6 address that sign-ins were refused from", async () => {
    address = "2001:db8:1:2:3::4";
    await signIn(ANN);
    expect((await refused("sign_in_refused"))[0]?.by).toEqual({ address: "2001:db8:1:2::/64" });
  });

  it("has refused sign-ins of nobody in the account default, without what was typed", async () => {
    await signIn("my-secret-password@typed.here");
    await signIn("another@typed.here");
    const entries = await refused("sign_in_refused");
    expect(entries).toMatchObject([{ target: null, to: { email: null, count: 2 } }]);
    expect(JSON.stringify(entries)).not.toContain("typed.here");
  });

  it("has who tried what their role does not allow, also of settings, and with a key", async () => {
    await ann.request("GET", "/v1/keys");
    await ann.request("GET", "/v1/keys");
    await ann.request("PATCH", "/v1/settings", { origins: ["https://shop.example"] });
    const Authorization = `Bearer ${await harness.keyWith("viewer")}`;
    await harness.request("PUT", "/v1/triggers", [], { Authorization });
    const problem = "role_missing";
    const person = { person: id, name: ANN };
    expect(await refused("request_refused")).toMatchObject([
      { by: { name: "test viewer" }, target: "PUT /v1/triggers", to: { role: "viewer", problem } },
      { by: person, target: "PATCH /v1/settings", to: { role: "operator", problem, count: 1 } },
      { by: person, target: "GET /v1/keys", to: { role: "operator", problem, count: 2 } },
    ]);
  });

  it("has invitations that were tried after they ended, and why they are of no use", async () => {
    const token = await invite(harness, "viewer");
    await new Browser(harness).request("POST", "/v1/invitations/accept", {
      token,
      email: "ben@example.com",
      password: PASSWORD,
    });
    await new Browser(harness).request("POST", "/v1/sign-in/invitation", { token });
    const again = { token, email: "eve@example.com", password: PASSWORD };
    expect(await ann.status("POST", "/v1/invitations/accept", again)).toBe(404);
    const old = await invite(harness, "admin", { ttlSeconds: 60 });
    harness.aheadMs = 61_000;
    await new Browser(harness).request("POST", "/v1/sign-in/invitation", { token: old });
    await new Browser(harness).request("POST", "/v1/sign-in/invitation", { token: "none" });
    const entries = await refused("invitation_refused");
    expect(entries).toMatchObject([
      { by: { address }, to: { role: "admin", problem: "expired", count: 1 } },
      { by: { address }, to: { role: "viewer", problem: "accepted", count: 2 } },
    ]);
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  it("has wrong passwords of who wants to change it", async () => {
    const body = { password: WRONG, newPassword: PASSWORD };
    for (let count = 0; count < 7; count += 1)
      await ann.request("PUT", "/v1/sign-in/password", body);
    expect(await refused("request_refused")).toMatchObject([
      {
        by: { person: id },
        target: "PUT /v1/sign-in/password",
        to: { problem: "password_wrong", count: 7 },
      },
    ]);
  });

  it("has in entries of refusals only the fields that the console has words for", async () => {
    await signIn(ANN);
    await ann.request("GET", "/v1/keys");
    const entries = [...(await refused("sign_in_refused")), ...(await refused("request_refused"))];
    const fields = entries.flatMap(({ to }) => Object.keys(to));
    expect(fields.length).toBeGreaterThan(5);
    expect(fields.filter((field) => !(AUDIT_FIELDS as readonly string[]).includes(field))).toEqual(
      [],
    );
  });
});
