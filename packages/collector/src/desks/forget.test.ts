/**
 * What is left of an erased session in what is stored of its help desks: nothing that names it or was said of it.
 */
import { beforeEach, expect, it } from "vitest";
import { applyRetention } from "../engine/retention.ts";
import { TestApp } from "../http/testing/app.ts";
import type { AdminStore } from "../stores/admin.ts";
import type { Endpoint } from "../stores/outbox.ts";
import { conversationBody, messageBody } from "./chatwoot/testing/bodies.ts";
import { FakeChatwoot } from "./chatwoot/testing/desk.ts";
import { Erased } from "./erased.ts";
import { DESK_KINDS } from "./kinds.ts";
import { withDesks } from "./writer.ts";

const SECRET = "a-secret-of-the-desk";
const DAY_MS = 86_400_000;
/** All that names the conversation, or was said of it. */
const TRACES = ["4711", "label-of-4711", "user-of-4711"];
const OUTBOUND = {
  baseUrl: "https://chat.example.com",
  accountId: "1",
  apiAccessToken: "an_access_token",
};

let harness: TestApp;
let chatwoot: FakeChatwoot;
let send: ReturnType<typeof withDesks>;
let stored: () => string;

beforeEach(async () => {
  harness = await TestApp.create();
  stored = watchRecords(harness.store.admin);
  chatwoot = new FakeChatwoot();
  chatwoot.add("4711", { labels: ["label-of-4711"] });
  const { engine } = harness;
  const sendWebhook = async () => {
    throw new Error("This is no webhook.");
  };
  send = withDesks(sendWebhook, { engine, request: chatwoot.request, kinds: DESK_KINDS });
  const presence = { mode: "on" };
  await harness.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    binding: "open",
    presence,
    sessionRetentionDays: 1,
  });
});

/** All records that are stored from now on, as text. */
function watchRecords(admin: AdminStore): () => string {
  const records = new Map<string, unknown>();
  const commit = admin.commit.bind(admin);
  admin.commit = async (account, writes, audit) => {
    const isStored = await commit(account, writes, audit);
    for (const { id, body } of isStored ? writes : []) {
      if (body === null) records.delete(id);
      else records.set(id, body);
    }
    return isStored;
  };
  return () => JSON.stringify([...records]);
}

async function configure(dryRun: boolean): Promise<void> {
  const body = { kind: "chatwoot", inbound: { secrets: [SECRET] }, outbound: OUTBOUND, dryRun };
  expect((await harness.request("PUT", "/v1/desks/main", body)).status).toBe(200);
}

async function report(body: object, desk = "main"): Promise<void> {
  const path = `/v1/desks/${desk}/inbound/${SECRET}`;
  const response = await harness.app.request(path, { method: "POST", body: JSON.stringify(body) });
  expect(response.status).toBe(200);
}

/** The visitor writes, the desk labels the conversation, and a page is open. */
async function converse(): Promise<void> {
  const fields = { id: 4711, meta: { sender: { id: "user-of-4711" } } };
  await report(messageBody({ conversation: fields }));
  await report(conversationBody("conversation_updated", { ...fields, labels: ["label-of-4711"] }));
  const page = { page: "p", gen: 0, seq: 1, visible: true, armed: false };
  const body = { v: 1, key: harness.keys.publishableKey, session: "main-4711", type: "open" };
  const response = await harness.app.request("/v1/signals", {
    method: "POST",
    body: JSON.stringify({ ...body, ...page }),
  });
  expect(response.status).toBe(200);
}

async function deliver(): Promise<void> {
  const [status] = await harness.store.outbox.endpoints("default");
  const endpoint = status?.endpoint as Endpoint;
  for (const entry of await harness.store.log("default", 0, 500)) {
    await send(endpoint, entry, harness.clock.now(), new AbortController().signal);
  }
}

const tracesIn = (text: string) => TRACES.filter((trace) => text.includes(trace));

it.each([
  ["DELETE /v1/sessions", () => harness.request("DELETE", "/v1/sessions/main-4711")],
  ["DELETE /v1/users", () => harness.request("DELETE", "/v1/users/user-of-4711")],
  [
    "retention",
    async () => {
      harness.aheadMs += 2 * DAY_MS;
      await harness.engine.heartbeat();
      await applyRetention(harness.engine, ["default"]);
    },
  ],
])("leaves nothing of it in the records of its help desks, by %s", async (_, erase) => {
  await configure(true);
  await converse();
  await deliver();
  await configure(false);
  await deliver();
  expect(chatwoot.writes.length).toBe(1);
  expect(tracesIn(stored())).toEqual(["4711", "label-of-4711"]);
  await erase();
  expect((await harness.request("GET", "/v1/sessions/main-4711")).status).toBe(404);
  expect(tracesIn(stored())).toEqual([]);
});

it("leaves nothing of it where the collector ends right after the erasure", async () => {
  await configure(false);
  await converse();
  const { store } = harness;
  const erase = store.erase.bind(store);
  store.erase = async (...given) => {
    await erase(...given);
    throw new Error("It ends.");
  };
  expect((await harness.request("DELETE", "/v1/sessions/main-4711")).status).toBe(500);
  expect(tracesIn(stored())).toEqual([]);
});

it("leaves nothing of what is reported of it meanwhile", async () => {
  await configure(false);
  await converse();
  const { store } = harness;
  const erase = store.erase.bind(store);
  store.erase = async (...given) => {
    await report(conversationBody("conversation_updated", { id: 4711, status: "resolved" }));
    expect(tracesIn(stored())).not.toEqual([]);
    return erase(...given);
  };
  expect((await harness.request("DELETE", "/v1/sessions/main-4711")).status).toBe(200);
  expect(tracesIn(stored())).toEqual([]);
});

it("stores nothing of it that its desk answers afterwards", async () => {
  await configure(false);
  await converse();
  chatwoot.onRead = () => harness.request("DELETE", "/v1/sessions/main-4711");
  await deliver();
  expect(chatwoot.writes.length).toBe(1);
  expect(tracesIn(stored())).toEqual([]);
});

it("deletes the record of its channel where it has no link any more", async () => {
  await configure(false);
  await converse();
  await harness.request("PUT", "/v1/sessions/main-4711", { links: [] });
  expect(stored()).toContain("desk-conversation/default/*/main-4711");
  await harness.request("DELETE", "/v1/sessions/main-4711");
  expect(stored()).not.toContain("desk-conversation/default/*/main-4711");
});

it("keeps what its desks reported where it lives on, as a message comes before the retention", async () => {
  await configure(false);
  await converse();
  harness.store.erase = async () => false;
  harness.aheadMs += 2 * DAY_MS;
  await harness.engine.heartbeat();
  await applyRetention(harness.engine, ["default"]);
  expect(tracesIn(stored())).toEqual(["4711", "label-of-4711"]);
});

it("deletes what a dry run would have written with its desk", async () => {
  await configure(true);
  await converse();
  await deliver();
  expect(stored()).toContain("desk-dry-run/");
  expect((await harness.request("DELETE", "/v1/desks/main")).status).toBe(200);
  expect(stored()).not.toContain("desk-dry-run/");
});

it("remembers what a desk has erased by a hash alone", async () => {
  const desk = { account: "default", id: "main", createdAt: 1 };
  const erased = new Erased(harness.store.admin);
  await erased.note(desk, [{ user: "user-of-4711" }, { conversation: "4711" }], 5, 10);
  const found = [{ conversation: "4711" }, { user: "4711" }].map((ref) =>
    erased.hasErased(desk, [ref], 5),
  );
  expect(await Promise.all(found)).toEqual([true, false]);
  expect(tracesIn(stored())).toEqual([]);
});

it("of another account is neither read nor deleted by a link to its conversation", async () => {
  await configure(false);
  const updatedAt = harness.clock.now() / 1_000;
  const fields = { id: 4711, status: "resolved", updated_at: updatedAt };
  await report(conversationBody("conversation_updated", fields));
  const before = stored();
  const other = { ...harness.keys, publishableKey: "pk_other", secretKey: "sk_other" };
  await harness.accounts.put("other", { keys: other });
  const authorization = { Authorization: `Bearer ${other.secretKey}` };
  const path = "/v1/sessions/theirs-7";
  const desk = { kind: "chatwoot", inbound: { secrets: [SECRET] } };
  await harness.request("PUT", "/v1/desks/theirs", desk, authorization);
  const links = [{ desk: "main", conversation: "4711", ticket: null }];
  await harness.request("PUT", path, { links, ticket: { status: "open" } }, authorization);
  const message = { id: 7, updated_at: updatedAt - 60 };
  const created_at = new Date(harness.clock.now() - 60_000).toISOString();
  await report(messageBody({ conversation: message, created_at }), "theirs");
  const theirs = (await (await harness.request("GET", path, undefined, authorization)).json()) as {
    ticket: object;
  };
  expect(theirs.ticket).toMatchObject({ status: "open" });
  await harness.request("DELETE", path, undefined, authorization);
  const left = new Map(JSON.parse(stored()) as [string, unknown][]);
  for (const [id, body] of JSON.parse(before) as [string, unknown][]) {
    expect([id, left.get(id)]).toEqual([id, body]);
  }
});
