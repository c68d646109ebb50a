/**
 * A desk that takes nothing for a while, beside one that works: what each is told, and how often. The deliveries
 * are the real ones, on a virtual clock.
 */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Input } from "../core/input.ts";
import { createSystemClock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { DeliverySupervisor } from "../webhooks/delivery-supervisor.ts";
import { START, useFakeClock, useRealClock } from "../webhooks/testing/delivery-harness.ts";
import { FakeChatwoot } from "./chatwoot/testing/desk.ts";
import { Desks } from "./desks.ts";
import { deskEndpointId } from "./endpoint.ts";
import { DESK_KINDS } from "./kinds.ts";
import { withDesks } from "./writer.ts";

const ACCOUNT = "shop";
const DESKS = ["bad", "good"] as const;
const CONVERSATIONS = ["100", "101", "102"];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BUFFER_MS = 5_000;

type Name = (typeof DESKS)[number];

let store: MemoryStore;
let engine: Engine;
let supervisor: DeliverySupervisor;
let apis: Record<Name, FakeChatwoot>;
let pages: number;
const errors: unknown[] = [];

beforeEach(async () => {
  useFakeClock();
  store = new MemoryStore();
  engine = new Engine(store, createSystemClock());
  apis = { bad: new FakeChatwoot(), good: new FakeChatwoot() };
  pages = 0;
  // In place of heartbeats for as long as a test takes.
  await store.heartbeat(START + 48 * HOUR_MS, Number.MAX_SAFE_INTEGER);
  const overrides = {
    "presence.mode": "on",
    "presence.bufferSeconds": BUFFER_MS / 1_000,
    "presence.closeBufferSeconds": BUFFER_MS / 1_000,
    "presence.leaseSeconds.visible": 300,
  } as const;
  await engine.changeSettings(ACCOUNT, { overrides, triggers: [] });
  const desks = new Desks(store.admin, engine.clock, DESK_KINDS);
  for (const name of DESKS) {
    const baseUrl = "https://chat.example.com";
    const config = {
      kind: "chatwoot",
      secrets: [],
      outbound: {
        ...{ baseUrl, accountId: "1", apiAccessToken: "an_access_token" },
        ...{ attribute: "presence", labels: true, name },
      },
      dryRun: false,
      mapping: {},
    };
    await desks.put(ACCOUNT, name, () => config, { cli: "test" });
    const key = { account: ACCOUNT, id: deskEndpointId(name) };
    const rest = { url: baseUrl, events: "all", secrets: [], disabled: null } as const;
    await store.outbox.addEndpoint({ ...key, ...rest, name: key.id, createdAt: START }, 0);
    for (const id of CONVERSATIONS) apis[name].add(id);
  }
  const sendWebhook = async () => {
    throw new Error("This is no webhook.");
  };
  const senders = Object.fromEntries(
    DESKS.map((name) => [
      deskEndpointId(name),
      withDesks(sendWebhook, { engine, kinds: DESK_KINDS, request: apis[name].request }),
    ]),
  );
  supervisor = new DeliverySupervisor({
    engine,
    random: () => 0.5,
    onError: (error) => errors.push(error),
    send: (endpoint, ...rest) => {
      const send = senders[endpoint.id];
      if (!send) throw new Error(`There is no desk of ${endpoint.id}.`);
      return send(endpoint, ...rest);
    },
  });
  supervisor.start();
  for (const id of CONVERSATIONS) {
    for (const name of DESKS) {
      const links = [{ desk: name, conversation: id, ticket: id }];
      await submit(name, id, [
        { type: "described", links },
        { type: "end_user_message", sentAt: null },
      ]);
    }
  }
  await setPresence("online");
});
afterEach(async () => {
  const stopped = supervisor.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  await stopped;
  useRealClock();
  expect(errors.splice(0)).toEqual([]);
});

async function submit(desk: Name, id: string, inputs: readonly Input[]): Promise<void> {
  const key = { account: ACCOUNT, id: `${desk}-${id}` };
  await engine.submit({ key, inputs, create: { channel: "web_widget" } });
}

/** Every visitor comes or goes, at both desks. */
async function setPresence(presence: "online" | "offline"): Promise<void> {
  if (presence === "online") pages += 1;
  const page = { page: `p${pages}`, gen: 0 } as const;
  const input: Input =
    presence === "online"
      ? { type: "signal", signal: "open", ...page, seq: 1, visible: true, armed: false }
      : { type: "leave", ...page, to: "gone" };
  const each = async (inputs: readonly Input[]) => {
    for (const id of CONVERSATIONS) for (const name of DESKS) await submit(name, id, inputs);
  };
  await each([input]);
  await vi.advanceTimersByTimeAsync(BUFFER_MS);
  await each([{ type: "tick" }]);
  await vi.advanceTimersByTimeAsync(2_000);
}

const shown = (name: Name) =>
  CONVERSATIONS.map((id) => apis[name].conversations.get(id)?.custom_attributes["presence"]);
const all = (presence: string) => CONVERSATIONS.map(() => presence);

/** What happens at both desks while one of them is away: others are told within 2 s, it is told nothing. */
async function flipWhileAway(rounds: number, everyMs: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const presence of ["offline", "online", "offline"] as const) {
      await setPresence(presence);
      expect(shown("good")).toEqual(all(presence));
    }
    await vi.advanceTimersByTimeAsync(everyMs);
    await setPresence("online");
    expect(shown("good")).toEqual(all("online"));
  }
  await setPresence("offline");
}

it("a desk that answers 429 for ten minutes is left alone, has the latest state afterwards, and keeps no other waiting", async () => {
  expect(shown("bad")).toEqual(all("online"));
  const requests = apis.bad.requests.length;
  apis.bad.failure = { status: 429, retryAfterMs: 10 * MINUTE_MS };
  await flipWhileAway(1, 5 * MINUTE_MS);
  // Those that were under way when the first one was refused.
  expect(apis.bad.requests.length - requests).toBeLessThanOrEqual(CONVERSATIONS.length);
  apis.bad.failure = null;
  const writes = apis.bad.writes.length;
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(shown("bad")).toEqual(all("offline"));
  expect(apis.bad.writes.length - writes).toBe(CONVERSATIONS.length);
});

it("a desk that is gone for a day has the latest state afterwards, in one write for each conversation, and keeps no other waiting", async () => {
  apis.bad.failure = { status: 503 };
  const writes = apis.bad.writes.length;
  const requests = apis.bad.requests.length;
  await flipWhileAway(3, 7.5 * HOUR_MS);
  // A conversation is tried once a minute.
  expect(apis.bad.requests.length - requests).toBeLessThan(CONVERSATIONS.length * 24 * 61);
  apis.bad.failure = null;
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(shown("bad")).toEqual(all("offline"));
  expect(apis.bad.writes.length - writes).toBe(CONVERSATIONS.length);
});

it.each([
  ["HTML", { status: 200, body: null }],
  ["a list", { status: 200, body: [] }],
  ["another thing", { status: 200, body: { custom_attributes: "none" } }],
  ["a redirect", { status: 302, body: null }],
])(
  "a desk that answers %s for ten minutes is written nothing, and has the latest state afterwards",
  async (_, failure) => {
    apis.bad.failure = failure;
    const writes = apis.bad.writes.length;
    await flipWhileAway(1, 5 * MINUTE_MS);
    expect(apis.bad.writes.length).toBe(writes);
    apis.bad.failure = null;
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(shown("bad")).toEqual(all("offline"));
    expect(apis.bad.writes.length - writes).toBe(CONVERSATIONS.length);
  },
);
