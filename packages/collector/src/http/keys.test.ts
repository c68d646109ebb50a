import { beforeEach, describe, expect, it } from "vitest";
import type { Role } from "../core/lists.ts";
import { Accounts, MAX_SECRET_KEYS } from "../engine/accounts.ts";
import { hashOf } from "../engine/keys.ts";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create();
});

interface Key {
  readonly id: string;
  readonly role: Role;
  readonly name: string | null;
  readonly hint: string;
  readonly expiresAt: string | null;
  readonly key?: string;
}

const list = async () => (await harness.json<{ keys: Key[] }>("GET", "/v1/keys")).keys;
const add = (body: object) => harness.json<Key>("POST", "/v1/keys", body);
const statusWith = async (key: string, path = "/v1/sessions") => {
  const headers = { Authorization: `Bearer ${key}` };
  return (await harness.request("GET", path, undefined, headers)).status;
};

describe("a key that was added", () => {
  it("has its role and name, is shown once, and is stored as a hash", async () => {
    const response = await harness.request("POST", "/v1/keys", { role: "viewer", name: "wall" });
    expect(response.status).toBe(201);
    const { key = "", ...added } = (await response.json()) as Key;
    expect(key).toMatch(/^sk_[\w-]{32}$/);
    expect(added).toMatchObject({ role: "viewer", name: "wall", expiresAt: null });
    expect(await list()).toContainEqual(added);
    expect(JSON.stringify([await list(), await harness.store.accounts()])).not.toContain(key);
    expect([await statusWith(key), await statusWith(key, "/v1/keys")]).toEqual([200, 403]);
  });

  it("is an admin's, and has no name, unless it is given", async () => {
    expect(await add({})).toMatchObject({ role: "admin", name: null });
  });

  it("ends those of its name and role after the overlap, and no others", async () => {
    const before = await add({ role: "viewer", name: "wall" });
    const other = await add({ role: "operator", name: "wall" });
    await add({ role: "viewer", name: "wall", overlapHours: 2 });
    const found = await list();
    const endOf = (id: string) => found.find((each) => each.id === id)?.expiresAt;
    const endsInMs = Date.parse(endOf(before.id) ?? "") - Date.now();
    expect(endsInMs).toBeGreaterThan(3_600_000);
    expect(endsInMs).toBeLessThanOrEqual(7_200_000);
    expect(endOf(other.id)).toBeNull();
    expect(await statusWith(harness.keys.secretKey)).toBe(200);
  });

  it("ends them immediately without an overlap", async () => {
    const { key = "" } = await add({ role: "viewer", name: "wall" });
    await add({ role: "viewer", name: "wall", overlapHours: 0 });
    expect(await statusWith(key)).toBe(401);
  });

  it("is refused with an overlap outside of 0 to 168 hours", async () => {
    for (const overlapHours of [-1, 169, 1.5, "2"]) {
      expect((await harness.request("POST", "/v1/keys", { overlapHours })).status).toBe(400);
    }
    expect((await harness.request("POST", "/v1/keys", { overlapHours: 168 })).status).toBe(201);
  });

  it("is refused beyond the maximum, and none of the others ends", async () => {
    for (let index = 1; index < MAX_SECRET_KEYS; index += 1) {
      await add({ role: "viewer", name: `wall ${index}` });
    }
    expect(await add({ role: "viewer" })).toMatchObject({ code: "too_many_keys" });
    expect(await list()).toHaveLength(MAX_SECRET_KEYS);
  });

  it("stays valid when the account's own keys are rotated", async () => {
    const { key = "" } = await add({ role: "operator", name: "desk" });
    await harness.accounts.put("default", { overlapMs: 0 });
    expect([await statusWith(key), await statusWith(harness.keys.secretKey)]).toEqual([200, 401]);
  });
});

describe("revoking a key", () => {
  it("ends it immediately, and for another collector with its next reading of the store", async () => {
    const { id, key = "" } = await add({ role: "viewer", name: "wall" });
    const elsewhere = new Accounts(harness.store, harness.clock);
    await elsewhere.refresh();
    expect(elsewhere.bySecretHash(await hashOf(key))).not.toBeNull();
    expect(await harness.json("DELETE", `/v1/keys/${id}`)).toEqual({ revoked: true });
    expect(await statusWith(key)).toBe(401);
    await elsewhere.refresh();
    expect(elsewhere.bySecretHash(await hashOf(key))).toBeNull();
  });

  it("ends its streams", async () => {
    const { id, key = "" } = await add({ role: "viewer", name: "wall" });
    const headers = { Authorization: `Bearer ${key}` };
    const { body } = await harness.app.request("/v1/stream", { headers });
    const reader = body?.getReader();
    await reader?.read();
    await harness.request("DELETE", `/v1/keys/${id}`);
    expect(await reader?.read()).toMatchObject({ done: true });
  });

  it("refuses the last admin's, and an id that there is not", async () => {
    const [own] = await list();
    const path = `/v1/keys/${own?.id}`;
    expect(await harness.json("DELETE", path)).toMatchObject({ code: "last_admin" });
    expect(await statusWith(harness.keys.secretKey)).toBe(200);
    expect(await harness.json("DELETE", "/v1/keys/none")).toMatchObject({ code: "not_found" });
    await add({ name: "second" });
    expect(await harness.json("DELETE", path)).toEqual({ revoked: true });
  });

  it("is kept where another collector changes the account at the same time", async () => {
    const { id, key = "" } = await add({ role: "viewer", name: "wall" });
    const elsewhere = new Accounts(harness.store, harness.clock);
    await elsewhere.refresh();
    await harness.request("DELETE", `/v1/keys/${id}`);
    // It has not read the revocation.
    await elsewhere.put("default");
    const added = { role: "operator", overlapMs: 0 } as const;
    await elsewhere.addKey("default", added, { cli: "test" });
    await harness.accounts.refresh();
    expect(await statusWith(key)).toBe(401);
    expect(elsewhere.bySecretHash(await hashOf(key))).toBeNull();
  });
});
