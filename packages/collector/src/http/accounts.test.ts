import { beforeEach, describe, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

const SECRET = "a-secret-of-the-deployment";

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create({ adminSecret: SECRET });
});

const send = (method: string, body?: unknown, secret = SECRET) =>
  harness.request(method, "/v1/accounts", body, { Authorization: `Bearer ${secret}` });

describe("accounts of a deployment", () => {
  it("are created with keys that are shown once, and listed without them", async () => {
    const response = await send("POST", { name: "shop" });
    expect(response.status).toBe(201);
    const { name, ...keys } = (await response.json()) as Record<string, string>;
    expect(name).toBe("shop");
    const headers = { Authorization: `Bearer ${keys["secretKey"]}` };
    expect((await harness.request("GET", "/v1/keys", undefined, headers)).status).toBe(200);
    const listed = await (await send("GET")).text();
    expect(JSON.parse(listed)).toMatchObject({ accounts: [{ name: "default" }, { name: "shop" }] });
    for (const key of Object.values(keys)) expect(listed).not.toContain(key);
  });

  it("keep their keys when their name is given again, also at the same time", async () => {
    const answers = await Promise.all([
      send("POST", { name: "shop" }),
      send("POST", { name: "shop" }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await send("POST", { name: "default" })).status).toBe(409);
    expect((await harness.request("GET", "/v1/keys")).status).toBe(200);
  });

  it("are refused without the deployment's secret, also to an admin's key", async () => {
    for (const secret of ["another", harness.keys.secretKey]) {
      expect((await send("GET", undefined, secret)).status).toBe(401);
      expect((await send("POST", { name: "shop" }, secret)).status).toBe(401);
    }
    expect(harness.accounts.names()).toEqual(["default"]);
  });

  it("have no route where the deployment has no secret", async () => {
    harness = await TestApp.create();
    expect((await send("GET", undefined, harness.keys.secretKey)).status).toBe(404);
  });

  it.each(["", "a b", "../x", "x".repeat(65)])("may not be called %j", async (name) => {
    expect((await send("POST", { name })).status).toBe(400);
  });
});
