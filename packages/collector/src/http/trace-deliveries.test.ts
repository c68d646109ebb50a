/**
 * What the trace of a session says of its help desks: what they were told, and when.
 */
import { beforeEach, expect, it } from "vitest";
import { ROLES } from "../core/lists.ts";
import { deskEndpointId } from "../desks/endpoint.ts";
import type { Delivery } from "../stores/outbox.ts";
import { TestApp } from "./testing/app.ts";

const ACCOUNT = "default";
const OUTBOUND = {
  baseUrl: "https://chat.example.com",
  accountId: "1",
  apiAccessToken: "an_access_token",
};
/** More than any page of deliveries has. */
const OTHERS = 501;

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create();
  await harness.json("PUT", "/v1/desks/main", { kind: "chatwoot", outbound: OUTBOUND });
});

/** A conversation with two transitions. */
async function begin(id: string): Promise<void> {
  const links = [{ desk: "main", conversation: id, ticket: null }];
  await harness.json("PUT", `/v1/sessions/${id}`, { links, ticket: { status: "open" } });
  await harness.json("POST", `/v1/sessions/${id}/events`, { type: "end_user_message" });
  harness.aheadMs += 1_000;
  await harness.json("PUT", `/v1/sessions/${id}`, { assignee: "eve" });
}

async function createdAt(id: string): Promise<number> {
  const [found] = await harness.store.load([{ key: { account: ACCOUNT, id }, eventIds: [] }]);
  return found?.stored?.session.createdAt ?? 0;
}

async function settle(deliveries: readonly Delivery[]): Promise<void> {
  const { outbox } = harness.store;
  const key = { account: ACCOUNT, id: deskEndpointId("main") };
  const now = harness.clock.steady();
  expect(await outbox.claim(key, "test", now, now + 1_000)).not.toBeNull();
  const rest = { cursor: 0, pausedUntil: null, waiting: [], caughtUp: [] };
  expect(await outbox.settle(key, "test", { ...rest, deliveries }, null)).toBe(true);
}

async function delivery(session: string, change: Partial<Delivery>): Promise<Delivery> {
  return {
    session,
    sessionCreatedAt: await createdAt(session),
    seq: 1,
    status: "delivered",
    attempts: 1,
    response: 200,
    error: null,
    nextAttemptAt: null,
    updatedAt: harness.clock.now(),
    ...change,
  };
}

interface Trace {
  readonly facts: readonly { readonly type: string }[];
}

const isDelivery = ({ type }: { readonly type: string }) => type === "delivery";
const deliveries = async () =>
  (await harness.json<Trace>("GET", "/v1/sessions/conv_1/trace")).facts.filter(isDelivery);

it("says to every role when a desk was told, however many others were told since", async () => {
  await begin("conv_1");
  await begin("conv_2");
  const at = harness.clock.now();
  const nextAttemptAt = harness.clock.steady() + 60_000;
  const failure = { status: "pending", response: null, error: "timeout" } as const;
  await settle([
    await delivery("conv_1", { seq: 2, attempts: 3, nextAttemptAt, ...failure }),
    await delivery("conv_1", { seq: 1, updatedAt: at - 1 }),
  ]);
  const others: Delivery[] = [];
  for (let index = 0; index < OTHERS; index += 1) {
    await harness.json("PUT", `/v1/sessions/other_${index}`, { assignee: "eve" });
    others.push(await delivery(`other_${index}`, {}));
  }
  await settle(others);
  const expected = [
    {
      ...{ at: new Date(at - 1).toISOString(), type: "delivery", desk: "main", seq: 1 },
      ...{ status: "delivered", attempts: 1, response: 200, error: null, nextAttemptAt: null },
    },
    {
      ...{ at: new Date(at).toISOString(), type: "delivery", desk: "main", seq: 2 },
      ...{ status: "pending", attempts: 3, response: null, error: "timeout" },
      nextAttemptAt: new Date(at + 60_000).toISOString(),
    },
  ];
  for (const role of ROLES) {
    const headers = { Authorization: `Bearer ${await harness.keyWith(role)}` };
    const path = "/v1/sessions/conv_1/trace";
    const text = await (await harness.request("GET", path, undefined, headers)).text();
    expect((JSON.parse(text) as Trace).facts.filter(isDelivery)).toEqual(expected);
    expect(text).not.toContain(OUTBOUND.baseUrl);
    expect(text).not.toContain(OUTBOUND.apiAccessToken);
  }
});

it("has nothing of a transition of which a desk was told nothing", async () => {
  await begin("conv_1");
  await settle([
    await delivery("conv_1", { response: null }),
    await delivery("conv_1", { seq: 2 }),
  ]);
  expect(await deliveries()).toMatchObject([{ seq: 2 }]);
});

it("has nothing of desks in a trial run, whose transitions are others", async () => {
  await begin("conv_1");
  await settle([await delivery("conv_1", {})]);
  await harness.json("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "shadow" },
  });
  await harness.json("PUT", "/v1/sessions/conv_1", { assignee: "ann" });
  expect(await deliveries()).toEqual([]);
});

it("has nothing of desks once the trace is switched off, what it tells is too old, or the session erased", async () => {
  await begin("conv_1");
  await settle([await delivery("conv_1", {})]);
  expect(await deliveries()).toHaveLength(1);
  await harness.json("PATCH", "/v1/settings", { traceDays: 0 });
  expect(await deliveries()).toEqual([]);
  await harness.json("PATCH", "/v1/settings", { traceDays: 1 });
  expect(await deliveries()).toHaveLength(1);
  harness.aheadMs += 86_400_001;
  expect(await deliveries()).toEqual([]);
  harness.aheadMs -= 86_400_001;
  await harness.request("DELETE", "/v1/sessions/conv_1");
  await begin("conv_1");
  expect(await deliveries()).toEqual([]);
});
