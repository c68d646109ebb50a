/**
 * How much of a desk's limits a busy day takes: 1,000 conversations on a virtual clock, of visitors who reload, leave
 * and come back, with a trigger that acts on those who left.
 */
import { expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Endpoint } from "../stores/outbox.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { FakeChatwoot } from "./chatwoot/testing/desk.ts";
import { Desks } from "./desks.ts";
import { deskEndpointId } from "./endpoint.ts";
import type { DeskRequest } from "./exchange.ts";
import { DESK_KINDS } from "./kinds.ts";
import { FakeSunco } from "./sunco/testing/desk.ts";
import { withDesks } from "./writer.ts";

const ACCOUNT = "shop";
const START = Date.UTC(2026, 0, 15, 0);
const DAY_MS = 24 * 3_600_000;
/** Of the day, instead of what a test has: `CONVERSATIONS=5000` plays a longer one. */
const { CONVERSATIONS } = process.env;
const BUFFER_S = 15;
const MINUTE_MS = 60_000;

interface Api {
  readonly outbound: { readonly baseUrl: string; readonly [field: string]: unknown };
  readonly request: DeskRequest;
  add(conversation: string): void;
  presenceOf(conversation: string): unknown;
}

const KINDS: Readonly<Record<string, (now: () => number) => Api>> = {
  chatwoot() {
    const chatwoot = new FakeChatwoot();
    const access = { accountId: "1", apiAccessToken: "an_access_token" };
    const baseUrl = "https://chat.example.com";
    return {
      outbound: { baseUrl, ...access, attribute: "presence", labels: true },
      request: chatwoot.request,
      add: (id) => void chatwoot.add(id),
      presenceOf: (id) => chatwoot.conversations.get(id)?.custom_attributes["presence"],
    };
  },
  sunco(now) {
    const sunco = new FakeSunco(now);
    const access = { appId: "app", keyId: "key", secret: "secret" };
    const baseUrl = "https://shop.zendesk.com/sc";
    return {
      outbound: { baseUrl, ...access, metadataKey: "stillhere" },
      request: sunco.request,
      add: (id) => void sunco.metadata.set(id, {}),
      presenceOf: (id) => sunco.presenceOf(id),
    };
  },
};

it.each([
  ["chatwoot", 1_000],
  ["sunco", 250],
])(
  "writes to %s at most 3 times a conversation on average, and leaves each with the latest state",
  async (kind, usual) => {
    const conversations = CONVERSATIONS === undefined ? usual : Number(CONVERSATIONS);
    const store = new MemoryStore();
    const harness = new EngineHarness(store, START);
    const { engine } = harness;
    await harness.heartbeatUntil(START + 2 * DAY_MS);
    const tag = { type: "add_tags", value: ["left"] } as const;
    const left = { field: "session.presence", op: "changed_to", value: "offline" } as const;
    const waiting = { field: "session.assignee", op: "is", value: null } as const;
    await harness.changeSettings(ACCOUNT, {
      overrides: {
        "presence.mode": "on",
        "presence.bufferSeconds": BUFFER_S,
        "presence.closeBufferSeconds": BUFFER_S,
        "presence.leaseSeconds.visible": 300,
      },
      triggers: [{ name: "left", enabled: true, all: [left, waiting], any: [], actions: [tag] }],
    });
    const desks = new Desks(store.admin, engine.clock, DESK_KINDS);
    const api = KINDS[kind]?.(() => harness.now);
    if (!api) throw new Error(`There is no ${kind}.`);
    const { outbound } = api;
    const config = {
      kind,
      secrets: [],
      outbound,
      dryRun: false,
      mapping: {},
    };
    await desks.put(ACCOUNT, "main", () => config, { cli: "test" });
    const writeTimes: number[] = [];
    const sendWebhook = async () => {
      throw new Error("This is no webhook.");
    };
    const send = withDesks(sendWebhook, {
      engine,
      kinds: DESK_KINDS,
      request: (method, ...rest) => {
        if (method !== "GET") writeTimes.push(harness.now);
        return api.request(method, ...rest);
      },
    });
    const id = deskEndpointId("main");
    const settings = { events: "all", secrets: [], disabled: null } as const;
    const endpoint: Endpoint = {
      ...{ account: ACCOUNT, id, name: id, url: outbound.baseUrl, createdAt: START },
      ...settings,
    };
    const { signal } = new AbortController();
    let cursor = 0;
    /** As a worker does that has nothing to wait for. */
    const deliver = async () => {
      for (const entry of await store.log(ACCOUNT, cursor, 500)) {
        const attempt = await send(endpoint, entry, harness.now, signal);
        expect(attempt.outcome).toBe("delivered");
        cursor = entry.cursor;
      }
    };

    for (let number = 0; number < conversations; number += 1) {
      await harness.advance(START + Math.floor((number * DAY_MS) / conversations));
      const conversation = String(1_000 + number);
      api.add(conversation);
      const key = { account: ACCOUNT, id: `main-${conversation}` };
      const submit = async (...inputs: readonly Input[]) => {
        await harness.submit({ key, inputs, create: { channel: "web_widget" } });
      };
      const passBuffer = async () => {
        await harness.settle();
        await harness.advance(harness.now + BUFFER_S * 1_000);
        await deliver();
      };
      let gen = 0;
      const page = `p${number}`;
      const open = (): Input => {
        const common = { type: "signal", signal: "open", seq: 1 } as const;
        return { ...common, page, gen, visible: true, armed: false };
      };
      const leave = (): Input => ({ type: "leave", page, gen, to: null });
      const links = [{ desk: "main", conversation, ticket: conversation }];
      await submit(
        { type: "described", links },
        { type: "end_user_message", sentAt: null },
        open(),
      );
      await deliver();
      // A reload: the next page is there before the buffer ends.
      await submit(leave());
      gen += 1;
      await submit(open());
      if (number % 2 === 0) await submit({ type: "assigned", agent: "ann" });
      await submit(leave());
      await passBuffer();
      if (number % 4 === 0) {
        // They come back, and leave again.
        gen += 1;
        await submit(open());
        await deliver();
        await submit(leave());
        await passBuffer();
      }
      await submit({ type: "ticket_updated", ticket: { status: "solved" } });
      await deliver();
      await submit({ type: "session_ended", reason: "ended_by_agent" });
      await deliver();
      // Nothing of it is due any more.
      harness.forgetDeadline(key);
      expect(api.presenceOf(conversation)).toBe("offline");
    }

    expect(writeTimes.length / conversations).toBeLessThanOrEqual(3);
    expect(writeTimes.length / conversations).toBeGreaterThan(2);
    const perMinute = new Map<number, number>();
    for (const at of writeTimes) {
      const minute = Math.floor(at / MINUTE_MS);
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    expect(Math.max(...perMinute.values())).toBeLessThanOrEqual(90);
  },
);
