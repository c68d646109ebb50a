/**
 * What a desk is told, when, and how often: the latest state, once, however the desk answers.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { TestApp } from "../http/testing/app.ts";
import { TurnShares } from "../platform/testing/turn-shares.ts";
import type { Endpoint } from "../stores/outbox.ts";
import { transitionOf, writeOf } from "../stores/suite/case.ts";
import { FakeChatwoot } from "./chatwoot/testing/desk.ts";
import { Conversations } from "./conversations.ts";
import { deskEndpointId } from "./endpoint.ts";
import { DESK_KINDS } from "./kinds.ts";
import { withDesks } from "./writer.ts";

const CAUSES_OFFLINE = { bufferSeconds: 5, closeBufferSeconds: 5 };

let harness: TestApp;
let chatwoot: FakeChatwoot;
let send: ReturnType<typeof withDesks>;
let endpoint: Endpoint;

beforeEach(async () => {
  harness = await TestApp.create();
  chatwoot = new FakeChatwoot();
  chatwoot.add("12");
  const sendWebhook = async () => {
    throw new Error("This is no webhook.");
  };
  const { engine } = harness;
  send = withDesks(sendWebhook, { engine, request: chatwoot.request, kinds: DESK_KINDS });
  await configure();
  await harness.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    binding: "open",
    presence: { mode: "on", ...CAUSES_OFFLINE },
  });
  endpoint = (await harness.store.outbox.endpoints("default"))[0]?.endpoint as Endpoint;
  expect(endpoint.id).toBe(deskEndpointId("main"));
});

const OUTBOUND = {
  baseUrl: "https://chat.example.com",
  accountId: "1",
  apiAccessToken: "an_access_token",
};

async function conversationName(conversation: string) {
  const key = { account: "default", id: "main-12" };
  const [found] = await harness.store.load([{ key, eventIds: [] }]);
  const sessionCreatedAt = found?.stored?.session.createdAt ?? 0;
  return { account: "default", desk: "main", conversation, sessionCreatedAt };
}

/** What is known of a conversation as the desk has it. */
async function knownOf(conversation: string) {
  const name = await conversationName(conversation);
  return (await new Conversations(harness.store.admin).read(name)).known;
}

async function configure(change: object = {}): Promise<void> {
  const body = { kind: "chatwoot", outbound: OUTBOUND, ...change };
  expect((await harness.request("PUT", "/v1/desks/main", body)).status).toBe(200);
}

async function configureOther(): Promise<void> {
  const body = { kind: "chatwoot", outbound: OUTBOUND };
  expect((await harness.request("PUT", "/v1/desks/other", body)).status).toBe(200);
}

const event = (fields: object) => harness.request("POST", "/v1/sessions/main-12/events", fields);

/** The conversation 12 has begun, and its page is open. */
async function begin(): Promise<void> {
  const links = [{ desk: "main", conversation: "12", ticket: "12" }];
  await harness.request("PUT", "/v1/sessions/main-12", { links, ticket: { status: "open" } });
  await event({ type: "end_user_message" });
  await signal({ type: "open", seq: 1, visible: true, armed: false });
}

async function signal(fields: object): Promise<void> {
  const identity = {
    v: 1,
    key: harness.keys.publishableKey,
    session: "main-12",
    page: "p",
    gen: 0,
  };
  const response = await harness.app.request("/v1/signals", {
    method: "POST",
    headers: { "Content-Type": "text/plain" },
    body: JSON.stringify({ ...identity, ...fields }),
  });
  expect(response.status).toBe(200);
}

/** In steps, since a collector that was silent for 5 s has had an outage. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    harness.aheadMs += 1_000;
    await harness.engine.heartbeat();
  }
  await harness.engine.submit({
    key: { account: "default", id: "main-12" },
    inputs: [{ type: "tick" }],
  });
}

async function setTrigger(trigger: object): Promise<void> {
  expect((await harness.request("PUT", "/v1/triggers", [trigger])).status).toBe(200);
}

async function leave(gen = 0): Promise<void> {
  await signal({ type: "leave", to: "gone", gen });
  await pass(5);
}

/** Delivers what is in the log, as a delivery worker does, and returns the last attempt. */
async function deliverAll(after = 0) {
  let last: Awaited<ReturnType<typeof send>> | undefined;
  for (const entry of await harness.store.log("default", after, 500)) {
    last = await send(endpoint, entry, harness.clock.now(), new AbortController().signal);
  }
  return last;
}

describe("a desk", () => {
  it("is told that the visitor is there, has left and has come back, once each", async () => {
    await begin();
    await deliverAll();
    expect(chatwoot.conversations.get("12")?.custom_attributes).toMatchObject({
      presence: "online",
    });
    await leave();
    await deliverAll();
    expect(chatwoot.conversations.get("12")?.custom_attributes).toEqual({
      presence: "offline",
      presence_reason: "user_offline",
    });
    await signal({ type: "open", page: "q", seq: 1, visible: true, armed: false });
    await deliverAll();
    await deliverAll();
    expect(chatwoot.conversations.get("12")?.custom_attributes).toEqual({
      presence: "online",
      presence_reason: "",
    });
    expect(chatwoot.writes).toHaveLength(3);
  });

  it("keeps attributes and labels that others have set", async () => {
    chatwoot.add("12", { custom_attributes: { plan: "gold" }, labels: ["vip"] });
    await setTrigger(TAG_WHEN_OFFLINE);
    await begin();
    await leave();
    await deliverAll();
    expect(chatwoot.conversations.get("12")).toMatchObject({
      custom_attributes: { plan: "gold", presence: "offline" },
      labels: ["vip", "left"],
    });
  });

  it("is told what a trigger has set, and not what it reported itself", async () => {
    await setTrigger(SOLVE_WHEN_OFFLINE);
    await begin();
    await event({ type: "ticket_updated", status: "open", priority: "high" });
    await leave();
    await deliverAll();
    expect(chatwoot.writes).toEqual(["POST /toggle_status", "POST /custom_attributes"]);
    expect(chatwoot.conversations.get("12")?.status).toBe("resolved");
    await deliverAll();
    expect(chatwoot.writes).toHaveLength(2);
  });

  it("is not told of what it did itself, such as to solve the ticket and open it again", async () => {
    await begin();
    await deliverAll();
    for (const status of ["solved", "open"]) {
      await event({ type: "ticket_updated", status });
      await deliverAll();
    }
    await event({ type: "ticket_updated", status: "solved" });
    await leave();
    await deliverAll();
    expect(chatwoot.writes).toHaveLength(2);
    expect(chatwoot.conversations.get("12")?.custom_attributes).toEqual({
      presence: "offline",
      presence_reason: "ticket_status",
    });
  });

  it("is told nothing of conversations that are not its own, and nothing in a trial", async () => {
    await begin();
    await harness.request("PATCH", "/v1/settings", { presence: { mode: "shadow" } });
    await deliverAll();
    await harness.request("PATCH", "/v1/settings", { presence: { mode: "on" } });
    await harness.request("PUT", "/v1/sessions/main-12", { links: [] });
    await deliverAll();
    expect(chatwoot.requests).toEqual([]);
  });

  it("in a dry run is sent nothing, and what it would be told is listed once for each state", async () => {
    await configure({ dryRun: true });
    await setTrigger(SOLVE_WHEN_OFFLINE);
    await begin();
    await deliverAll();
    await leave();
    await deliverAll();
    await deliverAll();
    expect(chatwoot.requests).toEqual([]);
    const { writes } = await harness.json<{ writes: unknown[] }>("GET", "/v1/desks/main/dry-run");
    const common = { session: "main-12", conversation: "12", ticket: "12" };
    expect(writes).toEqual([
      {
        ...common,
        at: expect.any(String),
        presence: "offline",
        reason: "user_offline",
        changed: { status: "solved" },
      },
      { ...common, at: expect.any(String), presence: "online", reason: null, changed: {} },
    ]);
  });

  it("in a trial is sent nothing, and what it would be told is listed", async () => {
    await harness.request("PATCH", "/v1/settings", { presence: { mode: "shadow" } });
    await setTrigger(SOLVE_WHEN_OFFLINE);
    await begin();
    await leave();
    // What the desk does itself is not written.
    await event({ type: "ticket_updated", status: "solved" });
    await event({ type: "ticket_updated", status: "open" });
    await deliverAll();
    expect(chatwoot.requests).toEqual([]);
    const listed = async () =>
      (await harness.json<{ writes: unknown[] }>("GET", "/v1/desks/main/dry-run")).writes;
    const common = { session: "main-12", conversation: "12", ticket: "12" };
    const expected = [
      { ...common, presence: "offline", reason: "user_offline", changed: { status: "solved" } },
      { ...common, presence: "online", reason: null, changed: {} },
    ].map((write) => ({ ...write, at: expect.any(String) }));
    expect(await listed()).toEqual(expected);
    const shown = await harness.json<{ trial: boolean }>("GET", "/v1/desks/main");
    expect(shown.trial).toBe(true);
    // Another desk has no conversation among them.
    await configureOther();
    const other = await harness.json<{ writes: unknown[] }>("GET", "/v1/desks/other/dry-run");
    expect(other.writes).toEqual([]);
    await harness.request("PATCH", "/v1/settings", { presence: { mode: "on" } });
    expect(await listed()).toEqual([]);
  });

  it("is not told after a dry run what triggers did in it, and is told how things stand", async () => {
    await setTrigger(SOLVE_WHEN_OFFLINE);
    await begin();
    await deliverAll();
    await configure({ dryRun: true });
    await leave();
    // One entry is delivered only once the dry run has ended.
    const log = await harness.store.log("default", 0, 500);
    harness.aheadMs += 1_000;
    await configure();
    for (const entry of log) await send(endpoint, entry, 0, new AbortController().signal);
    expect(chatwoot.conversations.get("12")).toMatchObject({
      status: "open",
      custom_attributes: { presence: "offline" },
    });
    expect(chatwoot.writes).toEqual(["POST /custom_attributes", "POST /custom_attributes"]);
  });

  it("is told what triggers do after a dry run", async () => {
    await configure({ dryRun: true });
    await setTrigger(SOLVE_WHEN_OFFLINE);
    await begin();
    await deliverAll();
    await configure();
    await leave();
    await deliverAll();
    expect(chatwoot.conversations.get("12")?.status).toBe("resolved");
  });

  it("that was away for a day is told the latest state alone", async () => {
    await begin();
    chatwoot.failure = { status: 503 };
    for (let count = 0; count < 5; count += 1) {
      await leave();
      await signal({ type: "open", page: `q${count}`, seq: 1, visible: true, armed: false });
      expect(await deliverAll()).toMatchObject({ outcome: "failed", response: 503 });
    }
    chatwoot.failure = null;
    await deliverAll();
    expect(chatwoot.writes).toHaveLength(1);
    expect(chatwoot.conversations.get("12")?.custom_attributes).toMatchObject({
      presence: "online",
    });
  });

  it("that answers 429 is left alone for as long as it asks", async () => {
    await begin();
    chatwoot.failure = { status: 429, retryAfterMs: 600_000 };
    expect(await deliverAll()).toMatchObject({ outcome: "failed", retryAfterMs: 600_000 });
  });

  it("that refuses the credentials is asked once a minute", async () => {
    await begin();
    chatwoot.failure = { status: 401 };
    expect(await deliverAll()).toMatchObject({ error: "misconfigured", retryAfterMs: 60_000 });
  });

  it("that has no such conversation any more is not asked again", async () => {
    await begin();
    chatwoot.conversations.clear();
    expect(await deliverAll()).toMatchObject({ outcome: "delivered" });
    await deliverAll();
    expect(chatwoot.requests).toHaveLength(1);
  });

  it.each([
    ["nonsense", { status: 200, body: "<html>" }],
    ["a list", { status: 200, body: [] }],
    ["nothing", { status: 200, body: null }],
    ["a conversation without labels", { status: 200, body: { custom_attributes: {} } }],
    ["a redirect", { status: 302 }],
  ])("that answers %s is told again later, and nothing there is replaced", async (_, failure) => {
    await begin();
    chatwoot.failure = failure;
    expect((await deliverAll())?.outcome).toBe("failed");
    expect(chatwoot.writes).toEqual([]);
  });

  it("is not told what it has no words for, and may say otherwise", async () => {
    await setTrigger({ ...SOLVE_WHEN_OFFLINE, actions: [{ type: "set_group", value: "second" }] });
    await begin();
    await leave();
    await deliverAll();
    expect(chatwoot.writes).toEqual(["POST /custom_attributes"]);
    expect(await knownOf("12")).toEqual({});
  });

  it("is known to have what it was told, at the time of the last request", async () => {
    await setTrigger(SOLVE_WHEN_OFFLINE);
    await begin();
    await leave();
    await deliverAll();
    expect(await knownOf("12")).toMatchObject({
      status: { value: "solved", at: harness.clock.now() },
    });
  });

  it("is told, and the ticket and channel that it gave the conversation stay known", async () => {
    await begin();
    const conversations = new Conversations(harness.store.admin);
    const name = await conversationName("12");
    const told = { ticket: { id: "7", at: 1 }, channelAt: 2 };
    await conversations.update(name, harness.clock.now(), (before) => ({ ...before, ...told }));
    await deliverAll();
    expect(chatwoot.writes).toHaveLength(1);
    expect(await conversations.read(name)).toMatchObject(told);
  });

  it("that refuses one conversation and accepts others is not left alone", async () => {
    await begin();
    await deliverAll();
    await leave();
    chatwoot.failure = { status: 401 };
    expect(await deliverAll()).toMatchObject({ error: "misconfigured", retryAfterMs: null });
  });

  it("of which a session stands for two conversations is told about both", async () => {
    await begin();
    chatwoot.add("13");
    const links = ["12", "13"].map((id) => ({ desk: "main", conversation: id, ticket: id }));
    await harness.request("PUT", "/v1/sessions/main-12", { links });
    await deliverAll();
    for (const id of ["12", "13"]) {
      expect(chatwoot.conversations.get(id)?.custom_attributes).toMatchObject({
        presence: "online",
      });
    }
  });

  it("under another attribute is told what the first one was told", async () => {
    await begin();
    await deliverAll();
    await configure({ outbound: { ...OUTBOUND, attribute: "here" } });
    await deliverAll();
    expect(chatwoot.conversations.get("12")?.custom_attributes).toMatchObject({ here: "online" });
  });

  it("is written to 15 times in ten minutes of one conversation, and then has the latest state", async () => {
    await begin();
    await deliverAll();
    for (let gen = 0; gen < 10; gen += 1) {
      await leave(gen);
      await deliverAll();
      await signal({ type: "open", seq: 1, gen: gen + 1, visible: true, armed: false });
      await deliverAll();
    }
    expect(chatwoot.writes.length).toBe(15);
    await leave(10);
    // A pause of the desk would keep back other conversations too.
    expect(await deliverAll()).toMatchObject({ error: "paced", retryAfterMs: null });
    await pass(600);
    expect(await deliverAll()).toMatchObject({ outcome: "delivered" });
    expect(chatwoot.writes.length).toBe(16);
    expect(chatwoot.conversations.get("12")?.custom_attributes).toMatchObject({
      presence: "offline",
    });
  });

  it("is written to no more than its limit over a restart", async () => {
    await begin();
    await deliverAll();
    const { engine } = harness;
    const restarted = withDesks(
      async () => {
        throw new Error("This is no webhook.");
      },
      { engine, request: chatwoot.request, kinds: DESK_KINDS },
    );
    const { signal: never } = new AbortController();
    const before = chatwoot.writes.length;
    for (let number = 200; number < 220; number += 1) {
      const id = String(number);
      chatwoot.add(id);
      const links = [{ desk: "main", conversation: id, ticket: id }];
      await harness.request("PUT", `/v1/sessions/main-${id}`, {
        links,
        ticket: { status: "open" },
      });
      await harness.request("POST", `/v1/sessions/main-${id}/events`, { type: "end_user_message" });
      await signal({ type: "open", seq: 1, visible: true, armed: false, session: `main-${id}` });
    }
    for (const entry of await harness.store.log("default", 0, 500)) {
      await restarted(endpoint, entry, harness.clock.now(), never);
    }
    expect(chatwoot.writes.length - before).toBe(10);
  });

  it("is written to 90 times a minute at most, and gets the rest later", async () => {
    const ids = Array.from({ length: 100 }, (_, index) => String(100 + index));
    for (const id of ids) {
      chatwoot.add(id);
      const links = [{ desk: "main", conversation: id, ticket: id }];
      const body = { links, ticket: { status: "open" } };
      await harness.request("PUT", `/v1/sessions/main-${id}`, body);
      await harness.request("POST", `/v1/sessions/main-${id}/events`, { type: "end_user_message" });
      await signal({ type: "open", seq: 1, visible: true, armed: false, session: `main-${id}` });
    }
    const log = await harness.store.log("default", 0, 500);
    const { signal: never } = new AbortController();
    const attempts = await Promise.all(
      log.map((entry) => send(endpoint, entry, harness.clock.now(), never)),
    );
    expect(attempts).toContainEqual(expect.objectContaining({ error: "paced" }));
    expect(chatwoot.writes.length).toBeLessThanOrEqual(90);
    harness.aheadMs += 60_000;
    expect(await deliverAll()).toMatchObject({ outcome: "delivered" });
    for (const id of ids) {
      expect(chatwoot.conversations.get(id)?.custom_attributes).toMatchObject({
        presence: "online",
      });
    }
  });
});

it("reads a long history in parts, each in a turn of the event loop", async () => {
  await begin();
  await deliverAll();
  const key = { account: "default", id: "main-12" };
  const [found] = await harness.store.load([{ key, eventIds: [] }]);
  const { session, version = 0 } = found?.stored ?? {};
  const transitions = Array.from({ length: 300 }, (_, index) => ({
    ...transitionOf((session?.seq ?? 0) + index + 1),
    cause: "trigger" as const,
    ticketChanges: { tags: { from: [], to: [`t ${index}`] } },
  }));
  const write = writeOf("main-12", { ...(session && { session }), transitions });
  expect(await harness.store.commit([{ ...write, key, expectedVersion: version }])).toEqual([
    "committed",
  ]);
  const end = await harness.store.lastCursor("default");
  const shares = new TurnShares();
  shares.onCall(harness.store, "history");
  const shareOfEach = await shares.of(() => deliverAll(end - 1));
  expect(shareOfEach.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(5);
  expect(Math.max(...shareOfEach)).toBe(1);
});

const offline = { field: "session.presence", op: "changed_to", value: "offline" };
const SOLVE_WHEN_OFFLINE = {
  name: "solve",
  all: [offline],
  actions: [{ type: "set_status", value: "solved" }],
};
const TAG_WHEN_OFFLINE = {
  name: "tag",
  all: [offline],
  actions: [{ type: "add_tags", value: ["left"] }],
};
