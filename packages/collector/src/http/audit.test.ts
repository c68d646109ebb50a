import { beforeEach, describe, expect, it } from "vitest";
import { AUDIT_KEPT_MS, createEntry } from "../engine/audit.ts";
import { applyRetention } from "../engine/retention.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create();
});

interface Entry {
  readonly id: string;
  readonly at: string;
  readonly by: Record<string, string>;
  readonly action: string;
  readonly target: string | null;
  readonly from: unknown;
  readonly to: unknown;
  readonly alsoChanged?: readonly object[];
  readonly undo: { alsoChanged?: readonly object[] } | null;
}
interface Page {
  readonly entries: Entry[];
  readonly cursor: string | null;
}

const read = (query = "") => harness.json<Page>("GET", `/v1/audit?${query}`);
const actions = async (query = "") => (await read(query)).entries.map(({ action }) => action);

async function changeEverything() {
  const { json } = harness;
  const send = json.bind(harness);
  await send("PATCH", "/v1/settings", { routing: "omnichannel", presence: { bufferSeconds: 20 } });
  await send("POST", "/v1/triggers/recipes/tag_abandoned");
  const url = "https://hooks.example/services/T0/secret-path?token=secret-query";
  const webhook = await send<{ id: string; secret: string }>("POST", "/v1/webhooks", { url });
  await send("PATCH", `/v1/webhooks/${webhook.id}`, { enabled: false });
  const rotated = await send<{ secret: string }>("POST", `/v1/webhooks/${webhook.id}/secret`);
  await send("DELETE", `/v1/webhooks/${webhook.id}`);
  const key = await send<{ id: string; key: string }>("POST", "/v1/keys", { role: "viewer" });
  await send("DELETE", `/v1/keys/${key.id}`);
  await send("PUT", "/v1/sessions/conv_1", { user: "u_1" });
  await send("DELETE", "/v1/sessions/conv_1");
  await send("PUT", "/v1/sessions/conv_2", { user: "u_2" });
  await send("DELETE", "/v1/users/u_2");
  const fresh = await harness.accounts.put("default", { by: { cli: "keys" } });
  const secrets = [webhook.secret, rotated.secret, key.key, ...Object.values(fresh)];
  return [...secrets, ...Object.values(harness.keys), "secret-path", "secret-query"];
}

describe("the audit log", () => {
  it("has an entry for each change, newest first, with who made it", async () => {
    await changeEverything();
    expect(await actions()).toEqual([
      "keys_rotated",
      "session_erased",
      "session_erased",
      "key_revoked",
      "key_created",
      "webhook_removed",
      "webhook_secret_rotated",
      "webhook_changed",
      "webhook_created",
      "triggers_changed",
      "settings_changed",
    ]);
    const { entries } = await read();
    const [own] = (await harness.json<{ keys: { id: string }[] }>("GET", "/v1/keys")).keys.slice(1);
    expect(entries[0]?.by).toEqual({ cli: "keys" });
    for (const { by } of entries.slice(1)) expect(by).toMatchObject({ key: own?.id });
  });

  it("has no secret in it", async () => {
    const secrets = await changeEverything();
    const text = JSON.stringify([
      await read(),
      await harness.store.admin.audit("default", null, 99),
    ]);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).toContain("https://hooks.example");
  });

  it("has no entry for what was refused, or changed nothing", async () => {
    const unchanged = { routing: "messaging", presence: { mode: "off" } };
    await harness.request("PATCH", "/v1/settings", { routing: "omnichannel" });
    await harness.request("PATCH", "/v1/settings", { routing: "omnichannel" });
    await harness.request("PATCH", "/v1/settings", { presence: { bufferSeconds: -1 } });
    await harness.request("PUT", "/v1/triggers", [{ name: "t" }]);
    await harness.request("DELETE", "/v1/sessions/none");
    await harness.request("DELETE", "/v1/keys/none");
    await harness.request("PATCH", "/v1/settings", unchanged);
    expect(await actions()).toEqual(["settings_changed", "settings_changed"]);
  });

  it("states settings as a patch that would set them back", async () => {
    await harness.request("PATCH", "/v1/settings", { presence: { bufferSeconds: 20 } });
    await harness.request("PATCH", "/v1/settings", {
      presence: { bufferSeconds: 30 },
      origins: ["https://shop.example"],
    });
    const [entry] = (await read()).entries;
    expect(entry).toMatchObject({
      target: null,
      from: { "presence.bufferSeconds": 20, origins: null },
      to: { "presence.bufferSeconds": 30, origins: ["https://shop.example"] },
    });
    await harness.request("PATCH", "/v1/settings", entry?.from);
    expect(await harness.json("GET", "/v1/settings")).toMatchObject({
      presence: { bufferSeconds: 20 },
      origins: [],
    });
  });

  it("lists the settings that follow a changed one, with their effective values", async () => {
    const patch = (presence: object) => harness.request("PATCH", "/v1/settings", { presence });
    await patch({ awayBufferSeconds: 180 });
    await patch({ bufferSeconds: 60 });
    await patch({ closeBufferSeconds: 9 });
    const [set, entry, unrelated] = (await read()).entries;
    expect(unrelated).not.toHaveProperty("alsoChanged");
    expect(entry?.alsoChanged).toEqual([
      { setting: "presence.closeBufferSeconds", from: 5, to: 60 },
      { setting: "presence.navigationBufferSeconds", from: 20, to: 60 },
    ]);
    expect(set).toMatchObject({
      from: { "presence.closeBufferSeconds": null },
      alsoChanged: [{ setting: "presence.closeBufferSeconds", from: 60, to: 9 }],
    });
  });

  it("says of each entry what an undo would change now, and nothing where it could change nothing", async () => {
    await harness.request("PATCH", "/v1/settings", { presence: { bufferSeconds: 60 } });
    await harness.request("PATCH", "/v1/settings", { routing: "omnichannel", retentionDays: 30 });
    await harness.request("PATCH", "/v1/settings", { retentionDays: 60 });
    await harness.request("POST", "/v1/keys", { role: "viewer" });
    const [key, , part, first] = (await read()).entries;
    expect(key?.undo).toBeNull();
    expect(part?.undo).toEqual({
      from: { routing: "omnichannel" },
      to: { routing: null },
      kept: ["retentionDays"],
    });
    expect(first?.undo).toMatchObject({
      from: { "presence.bufferSeconds": 60 },
      to: { "presence.bufferSeconds": null },
    });
    expect(first?.undo?.alsoChanged).toContainEqual({
      setting: "presence.closeBufferSeconds",
      from: 60,
      to: 5,
    });
    await harness.request("POST", `/v1/audit/${first?.id}/undo`);
    const undone = (await read()).entries.find(({ id }) => id === first?.id);
    expect(undone?.undo).toBeNull();
  });

  it("has the acceptance of the terms as an entry with their version", async () => {
    const accepted = { termsAccepted: true, presence: { mode: "on" } };
    await harness.request("PATCH", "/v1/settings", accepted);
    const { entries } = await read("action=terms_accepted");
    expect(entries).toMatchObject([{ to: { version: 1 } }]);
    const [settings] = (await read("action=settings_changed")).entries;
    expect(settings?.to).toEqual({ "presence.mode": "on" });
  });

  it("says of an undo that it would accept the terms again", async () => {
    const accepted = { termsAccepted: true, presence: { mode: "on" } };
    await harness.request("PATCH", "/v1/settings", accepted);
    await harness.request("PATCH", "/v1/settings", {
      termsAccepted: false,
      presence: { mode: "off" },
    });
    const [entry] = (await read("action=settings_changed")).entries;
    expect(entry?.undo).toMatchObject({
      from: { "presence.mode": "off", termsAccepted: false },
      to: { "presence.mode": "on", termsAccepted: true },
    });
  });

  it("has triggers that were added, removed or changed, or their order", async () => {
    const named = (name: string, actions = [{ type: "end_session" }]) => ({ name, actions });
    await harness.request("PUT", "/v1/triggers", [named("a"), named("b")]);
    await harness.request("PUT", "/v1/triggers", [named("b"), named("a")]);
    await harness.request("PUT", "/v1/triggers", [named("a")]);
    const [removed, moved, added] = (await read()).entries;
    expect(added).toMatchObject({ from: [], to: [{ name: "a" }, { name: "b" }] });
    expect(moved).toMatchObject({ from: ["a", "b"], to: ["b", "a"] });
    expect(removed).toMatchObject({ from: [{ name: "b" }], to: [] });
  });

  it("names an erased session by a hash, and is found by its id", async () => {
    await changeEverything();
    const { entries } = await read("target=conv_1");
    const target = await erasureHashOf({ account: "default", id: "conv_1" });
    expect(entries).toMatchObject([{ action: "session_erased", target }]);
    expect(JSON.stringify(await read())).not.toContain("conv_1");
  });

  it("undoes an entry by a change of its own, which names it, until something changed since", async () => {
    await harness.request("PATCH", "/v1/settings", { presence: { bufferSeconds: 20 } });
    await harness.request("PATCH", "/v1/settings", { routing: "omnichannel", retentionDays: 30 });
    await harness.request("PATCH", "/v1/settings", { retentionDays: 60 });
    const [, entry, first] = (await read()).entries;
    const undo = (id = "") => harness.request("POST", `/v1/audit/${id}/undo`);
    expect(await (await undo(entry?.id)).json()).toEqual({
      undone: ["routing"],
      kept: ["retentionDays"],
    });
    expect(await harness.json("GET", "/v1/settings")).toMatchObject({
      presence: { bufferSeconds: 20 },
      routing: "messaging",
      retentionDays: 60,
    });
    const [undoing] = (await read(`target=${entry?.id}`)).entries;
    expect(undoing).toMatchObject({
      action: "settings_changed",
      from: { routing: "omnichannel" },
      to: { routing: null },
    });
    const again = await undo(entry?.id);
    expect([again.status, await again.json()]).toMatchObject([409, { code: "not_undoable" }]);
    expect((await undo(undoing?.id)).status).toBe(200);
    expect((await undo("0".repeat(24))).status).toBe(404);
    expect((await undo(first?.id)).status).toBe(200);
    expect(await actions()).toHaveLength(6);
  });

  it("undoes no entry where the settings would contradict each other", async () => {
    const leases = (hidden: number | null, visible: number | null) => ({
      presence: { leaseSeconds: { hidden }, beatSeconds: { hidden: visible } },
    });
    await harness.request("PATCH", "/v1/settings", leases(300, null));
    await harness.request("PATCH", "/v1/settings", leases(300, 190));
    const [, entry] = (await read()).entries;
    const response = await harness.request("POST", `/v1/audit/${entry?.id}/undo`);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: "invalid_settings" },
    ]);
    expect(await actions()).toHaveLength(2);
  });

  it("undoes no entry of another kind", async () => {
    await harness.request("POST", "/v1/keys", { role: "viewer" });
    const [entry] = (await read()).entries;
    const response = await harness.request("POST", `/v1/audit/${entry?.id}/undo`);
    expect([response.status, await response.json()]).toMatchObject([409, { code: "not_undoable" }]);
  });

  it("is filtered by action, by who made the change, and by target", async () => {
    await changeEverything();
    expect(await actions("action=key_created")).toEqual(["key_created"]);
    for (const by of ["keys", "KEY"]) {
      expect(await actions(`by=${by}&action=keys_rotated`)).toEqual(["keys_rotated"]);
    }
    expect(await actions("by=no-one")).toEqual([]);
    const [created] = (await read("action=webhook_created")).entries;
    expect(await actions(`target=${created?.target}&limit=2`)).toEqual([
      "webhook_removed",
      "webhook_secret_rotated",
    ]);
    expect((await harness.request("GET", "/v1/audit?action=none")).status).toBe(400);
  });

  it("is read in pages without a gap, also where another collector writes meanwhile", async () => {
    await changeEverything();
    const all = (await read()).entries;
    const found: Entry[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Page = await read(`limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      found.push(...page.entries);
      cursor = page.cursor;
      await harness.accounts.put("default", { overlapMs: 1_000_000, by: { cli: "keys" } });
      await harness.accounts.put("default", { keys: harness.keys });
    }
    expect(found).toEqual(all);
    expect((await harness.request("GET", "/v1/audit?cursor=abc")).status).toBe(400);
  });

  it("is searched in parts of 5,000 entries, each with a cursor", async () => {
    const { admin } = harness.store;
    const by = { cli: "test" };
    const rare = createEntry(1, { by, action: "key_revoked" });
    const others = Array.from({ length: 5_000 }, (_, index) =>
      createEntry(2 + index, { by, action: "key_created" }),
    );
    await admin.commit("default", [], [rare, ...others]);
    const first = await read("action=key_revoked");
    expect(first.entries).toEqual([]);
    const second = await read(`action=key_revoked&cursor=${first.cursor}`);
    expect(second).toMatchObject({ entries: [{ id: rare.id }], cursor: null });
  });

  it("ends a page after 1 MiB, and continues behind its last entry", async () => {
    const change = { by: { cli: "test" }, action: "triggers_changed" } as const;
    const entries = Array.from({ length: 30 }, (_, index) =>
      createEntry(1 + index, { ...change, to: "x".repeat(1 << 16) }),
    );
    await harness.store.admin.commit("default", [], entries);
    const first = await read("limit=100&action=triggers_changed");
    const second = await read(`limit=100&action=triggers_changed&cursor=${first.cursor}`);
    expect([first.entries.length, second.entries.length]).toEqual([15, 15]);
    const ids = [...first.entries, ...second.entries].map(({ id }) => id);
    expect(ids).toEqual(entries.map(({ id }) => id).reverse());
  });

  it("of another account is not seen", async () => {
    const other = await harness.accounts.put("other", { by: { cli: "keys" } });
    await changeEverything();
    const headers = { Authorization: `Bearer ${other.secretKey}` };
    const response = await harness.request("GET", "/v1/audit", undefined, headers);
    const { entries } = (await response.json()) as Page;
    expect(entries.map(({ action }) => action)).toEqual(["account_created"]);
  });

  it("is kept for 400 days", async () => {
    const { admin } = harness.store;
    const now = harness.clock.now();
    const entryOf = (at: number) => createEntry(at, { by: { cli: "test" }, action: "key_created" });
    const kept = entryOf(now - AUDIT_KEPT_MS + 60_000);
    await admin.commit("default", [], [entryOf(now - AUDIT_KEPT_MS - 1), kept]);
    await applyRetention(harness.engine, ["default"]);
    expect(await admin.audit("default", null, 10)).toEqual([kept]);
  });
});
