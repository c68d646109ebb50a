/**
 * What is read of a conversation before it is written to: it makes up for messages that the desk sent and that were
 * lost, and undoes nothing.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { TestApp } from "../http/testing/app.ts";
import type { Endpoint } from "../stores/outbox.ts";
import { conversationBody, type Fields, messageBody } from "./chatwoot/testing/bodies.ts";
import { FakeChatwoot } from "./chatwoot/testing/desk.ts";
import { DESK_KINDS } from "./kinds.ts";
import { withDesks } from "./writer.ts";

const SECRET = "a-secret-of-the-address";

let harness: TestApp;
let chatwoot: FakeChatwoot;
let send: ReturnType<typeof withDesks>;

beforeEach(async () => {
  harness = await TestApp.create();
  chatwoot = new FakeChatwoot();
  const sendWebhook = async () => {
    throw new Error("This is no webhook.");
  };
  const { engine } = harness;
  send = withDesks(sendWebhook, { engine, request: chatwoot.request, kinds: DESK_KINDS });
  await request("PUT", "/v1/desks/main", {
    kind: "chatwoot",
    inbound: { secrets: [SECRET] },
    outbound: {
      baseUrl: "https://chat.example.com",
      accountId: "1",
      apiAccessToken: "an_access_token",
    },
  });
  await request("PATCH", "/v1/settings", {
    termsAccepted: true,
    binding: "open",
    presence: { mode: "on", bufferSeconds: 5, closeBufferSeconds: 5 },
  });
});

async function request(method: string, path: string, body: unknown): Promise<void> {
  const response = await harness.request(method, path, body);
  expect(response.status, await response.clone().text()).toBe(200);
}

const seconds = () => harness.clock.now() / 1_000;

/** A message of the desk arrives. */
const hear = (body: Fields) => request("POST", `/v1/desks/main/inbound/${SECRET}`, body);

const session = () =>
  harness.json<{ ticket: Fields; assignee: string | null; presence: string }>(
    "GET",
    "/v1/sessions/main-12",
  );

async function signal(fields: object): Promise<void> {
  const identity = { v: 1, key: harness.keys.publishableKey, session: "main-12", page: "p" };
  const response = await harness.app.request("/v1/signals", {
    method: "POST",
    headers: { "Content-Type": "text/plain" },
    body: JSON.stringify({ ...identity, ...fields }),
  });
  expect(response.status).toBe(200);
}

const open = (gen = 0) => signal({ type: "open", gen, seq: 1, visible: true, armed: false });

/** In steps, since a collector that was silent for 5 s has had an outage. */
async function pass(steps: number): Promise<void> {
  for (let second = 0; second < steps; second += 1) {
    harness.aheadMs += 1_000;
    await harness.engine.heartbeat();
  }
  const key = { account: "default", id: "main-12" };
  await harness.engine.submit({ key, inputs: [{ type: "tick" }] });
}

/** The page is closed and its buffer passes. */
async function leave(gen = 0): Promise<void> {
  await signal({ type: "leave", to: "gone", gen });
  await pass(5);
}

/** Delivers what is in the log, as a delivery worker does. */
async function deliverAll(): Promise<void> {
  const [status] = await harness.store.outbox.endpoints("default");
  const { signal: never } = new AbortController();
  for (const entry of await harness.store.log("default", 0, 500)) {
    await send(status?.endpoint as Endpoint, entry, harness.clock.now(), never);
  }
}

/** The conversation has begun as the desk reports it, its page is open, and the desk was told. */
async function begin(conversation: Fields = {}): Promise<void> {
  chatwoot.add("12");
  const created_at = new Date(harness.clock.now()).toISOString();
  await hear(messageBody({ created_at, conversation: { updated_at: seconds(), ...conversation } }));
  await open();
  await deliverAll();
  await pass(2);
}

const desk = () => {
  const conversation = chatwoot.conversations.get("12");
  if (!conversation) throw new Error("There is no conversation 12.");
  return conversation;
};

describe("a change that the desk did not report", () => {
  it.each([
    ["has no time", false],
    ["has the time of the change", true],
  ])("is noticed with the next write, where the answer %s", async (_, hasTime) => {
    await begin();
    Object.assign(desk(), {
      status: "resolved",
      priority: "urgent",
      meta: { assignee: { id: 9 } },
      ...(hasTime && { updated_at: seconds() }),
    });
    await leave();
    await deliverAll();
    expect(await session()).toMatchObject({
      ticket: { status: "solved", priority: "urgent" },
      assignee: "9",
      presence: "offline",
    });
    expect(desk().custom_attributes).toMatchObject({ presence: "offline" });
  });

  it("is noticed where an assignee was removed, which the answer leaves out", async () => {
    await begin({ meta: { assignee: { id: 9 } } });
    expect((await session()).assignee).toBe("9");
    await leave();
    await deliverAll();
    expect((await session()).assignee).toBeNull();
  });

  it("is dropped where the answer is older than what the desk has reported since", async () => {
    await begin();
    Object.assign(desk(), { status: "resolved", updated_at: seconds() });
    await pass(1);
    await hear(conversationBody("conversation_status_changed", { updated_at: seconds() }));
    await leave();
    await deliverAll();
    expect((await session()).ticket).toMatchObject({ status: "open" });
  });

  it("is not noticed in a field of which the desk has reported nothing", async () => {
    chatwoot.add("12", { status: "resolved" });
    const links = [{ desk: "main", conversation: "12", ticket: "12" }];
    await request("PUT", "/v1/sessions/main-12", { links, ticket: { status: "open" } });
    await open();
    await pass(2);
    await deliverAll();
    expect(desk().custom_attributes).toMatchObject({ presence: "online" });
    expect((await session()).ticket).toMatchObject({ status: "open" });
  });
});

describe("what is read of a conversation", () => {
  it("undoes nothing that a trigger has set and the desk was not told yet", async () => {
    await request("PUT", "/v1/triggers", [SOLVE_WHEN_OFFLINE]);
    await begin();
    desk().status = "snoozed";
    await leave();
    expect((await session()).ticket).toMatchObject({ status: "solved" });
    await pass(2);
    await deliverAll();
    expect(desk().status).toBe("resolved");
    expect((await session()).ticket).toMatchObject({ status: "solved" });
  });

  it("undoes nothing that is set while it is read", async () => {
    await begin();
    desk().status = "snoozed";
    chatwoot.onRead = async () => {
      chatwoot.onRead = async () => {};
      await request("POST", "/v1/sessions/main-12/events", {
        type: "ticket_updated",
        status: "pending",
      });
    };
    await leave();
    await deliverAll();
    expect((await session()).ticket).toMatchObject({ status: "pending" });
  });

  it("changes nothing where it is what the desk was told", async () => {
    await request("PUT", "/v1/triggers", [SOLVE_WHEN_OFFLINE]);
    await begin();
    await leave();
    await deliverAll();
    const { ticket } = await session();
    const transitions = await harness.store.lastCursor("default");
    await pass(2);
    await open(1);
    const opened = await harness.store.lastCursor("default");
    expect(opened).toBeGreaterThan(transitions);
    await deliverAll();
    expect(desk().custom_attributes).toMatchObject({ presence: "online" });
    expect((await session()).ticket).toEqual(ticket);
    expect(await harness.store.lastCursor("default")).toBe(opened);
  });
});

it("an assignee whom the desk repeats undoes no change that was made here", async () => {
  const assigned = { meta: { assignee: { id: 9 } } };
  await begin(assigned);
  await request("POST", "/v1/sessions/main-12/events", { type: "unassigned" });
  await pass(1);
  await hear(conversationBody("conversation_updated", { ...assigned, updated_at: seconds() }));
  expect((await session()).assignee).toBeNull();
  await pass(1);
  const other = { meta: { assignee: { id: 10 } }, updated_at: seconds() };
  await hear(conversationBody("conversation_updated", other));
  expect((await session()).assignee).toBe("10");
});

const SOLVE_WHEN_OFFLINE = {
  name: "solve",
  all: [{ field: "session.presence", op: "changed_to", value: "offline" }],
  actions: [{ type: "set_status", value: "solved" }],
};
