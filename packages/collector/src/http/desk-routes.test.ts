/**
 * The routes of a desk besides its settings: test, replay, deliveries, what is parked, and what a dry run lists.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { messageBody } from "../desks/chatwoot/testing/bodies.ts";
import { FakeChatwoot } from "../desks/chatwoot/testing/desk.ts";
import { Conversations } from "../desks/conversations.ts";
import { Desks } from "../desks/desks.ts";
import { deskEndpointId } from "../desks/endpoint.ts";
import { deskFigures } from "../desks/figures.ts";
import { Inbox } from "../desks/inbox.ts";
import { Parking } from "../desks/parking.ts";
import type { Delivery } from "../stores/outbox.ts";
import { TestApp } from "./testing/app.ts";
import { postNothing } from "./testing/post.ts";

const OUTBOUND = {
  baseUrl: "https://chat.example.com",
  accountId: "1",
  apiAccessToken: "an_access_token",
};
const SECRET = "a secret of the desk";

let harness: TestApp;
let chatwoot: FakeChatwoot;
beforeEach(async () => {
  chatwoot = new FakeChatwoot();
  harness = await TestApp.create({
    webhooks: {
      refuseTarget: async () => null,
      post: postNothing,
      deskRequest: (...given) => chatwoot.request(...given),
      refresh: async () => {},
    },
  });
  await put({ outbound: OUTBOUND });
});

async function put(body: object): Promise<void> {
  const given = { kind: "chatwoot", inbound: { secrets: [SECRET] }, ...body };
  expect((await harness.request("PUT", "/v1/desks/main", given)).status).toBe(200);
}

const get = (path = "") => harness.json("GET", `/v1/desks/main${path}`);
const test = () => harness.json("POST", "/v1/desks/main/test");

describe("a test of a desk", () => {
  it("reads with the desk's credentials, and writes nothing, also in a dry run", async () => {
    await put({ outbound: OUTBOUND, dryRun: true });
    expect(await test()).toEqual({ delivered: true, response: 200, error: null });
    expect(chatwoot.requests).toHaveLength(1);
    expect(chatwoot.writes).toEqual([]);
  });

  it.each([
    ["refuses the credentials", { status: 401 }, 401, "misconfigured"],
    ["has no such account", { status: 404 }, 404, "gone"],
    ["is down", { status: 503 }, 503, null],
    ["answers nonsense", { status: 200, body: "<html>" }, 200, "misconfigured"],
  ])("that %s says so", async (_, failure, response, error) => {
    chatwoot.failure = failure;
    expect(await test()).toEqual({ delivered: false, response, error });
  });

  it("notices that the desk lacks the attribute that is written", async () => {
    chatwoot.attributes = ["plan"];
    expect(await test()).toEqual({ delivered: false, response: 200, error: "misconfigured" });
  });

  it("needs something to send to", async () => {
    await put({});
    for (const [path, body] of [
      ["/v1/desks/main/test", undefined],
      ["/v1/desks/main/replay", { status: "failed" }],
    ] as const) {
      const answer = await harness.request("POST", path, body);
      expect(await answer.json()).toMatchObject({ code: "desk_not_told" });
    }
  });

  it("is made one at a time for each desk, and is in the audit log before it is sent", async () => {
    let entries: readonly unknown[] = [];
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const { request } = chatwoot;
    chatwoot = Object.assign(new FakeChatwoot(), {
      request: async (...given: Parameters<typeof request>) => {
        entries = await harness.store.admin.audit("default", null, 10);
        begin();
        await answered;
        return request(...given);
      },
    });
    const first = test();
    await begun;
    expect((await harness.request("POST", "/v1/desks/main/test")).status).toBe(429);
    answer();
    expect(await first).toMatchObject({ delivered: true });
    expect(entries).toContainEqual(expect.objectContaining({ action: "desk_tested" }));
    const [latest] = await harness.store.admin.audit("default", null, 1);
    expect(latest).toMatchObject({ action: "desk_tested", target: "main", to: { response: 200 } });
    expect(await test()).toMatchObject({ delivered: true });
  });
});

describe("a replay", () => {
  const KEY = { account: "default", id: deskEndpointId("main") };

  /** A conversation with one delivery that was given up. */
  async function giveUp(): Promise<string> {
    const links = [{ desk: "main", conversation: "12", ticket: "12" }];
    await harness.request("PUT", "/v1/sessions/main-12", { links, ticket: { status: "open" } });
    await harness.request("POST", "/v1/sessions/main-12/events", { type: "end_user_message" });
    const [entry] = await harness.store.log("default", 0, 1);
    if (!entry) throw new Error("Nothing is in the log.");
    const { session, sessionCreatedAt, transition, cursor } = entry;
    const delivery: Delivery = {
      session,
      sessionCreatedAt,
      seq: transition.seq,
      status: "failed",
      attempts: 9,
      response: 503,
      error: null,
      nextAttemptAt: null,
      updatedAt: harness.clock.now(),
    };
    const { outbox } = harness.store;
    const now = harness.clock.steady();
    await outbox.claim(KEY, "test", now, now + 1_000);
    const rest = { pausedUntil: null, waiting: [], caughtUp: [], deliveries: [delivery] };
    await outbox.settle(KEY, "test", { cursor, ...rest }, null);
    const { transitions } = await harness.json<{ transitions: { id: string }[] }>(
      "GET",
      "/v1/transitions",
    );
    return transitions[0]?.id ?? "";
  }

  it("sends all failed deliveries again, which are listed", async () => {
    await giveUp();
    const failed = await get("/deliveries?status=failed");
    expect(failed).toMatchObject({ deliveries: [{ session: "main-12", response: 503 }] });
    const answer = await harness.json("POST", "/v1/desks/main/replay", { status: "failed" });
    expect(answer).toEqual({ replayed: 1 });
    expect((await get("/deliveries?status=failed"))["deliveries"]).toEqual([]);
    expect(await get()).toMatchObject({
      delivery: { pending: 1, nextAttemptAt: expect.any(String) },
    });
  });

  it("of one transition forgets what its conversation was told, and of an unknown one is refused", async () => {
    const transition = await giveUp();
    const key = { account: "default", id: "main-12" };
    const [found] = await harness.store.load([{ key, eventIds: [] }]);
    const sessionCreatedAt = found?.stored?.session.createdAt ?? 0;
    const named = { account: "default", desk: "main", conversation: "12", sessionCreatedAt };
    const conversations = new Conversations(harness.store.admin);
    const written = { presence: "online", reason: null, seq: 1, target: "chatwoot" } as const;
    await conversations.update(named, harness.clock.now(), () => ({ known: {}, written }));
    const replay = (body: object) => harness.request("POST", "/v1/desks/main/replay", body);
    expect((await replay({ transition: "none" })).status).toBe(400);
    expect(await (await replay({ transition })).json()).toEqual({ replayed: 1 });
    expect((await conversations.read(named)).written).toEqual({ ...written, target: "" });
    const entries = await harness.store.admin.audit("default", null, 10);
    expect(entries.filter(({ action }) => action === "desk_replayed")).toHaveLength(1);
  });
});

describe("the endpoint of a desk that is changed twice at the same time", () => {
  /** Has `change` made once an endpoint is removed, before or after that. */
  function whileRemoving(order: "before" | "after", change: () => Promise<void>): void {
    const { outbox } = harness.store;
    const remove = outbox.removeEndpoint.bind(outbox);
    outbox.removeEndpoint = async (key) => {
      outbox.removeEndpoint = remove;
      if (order === "before") await change();
      const isRemoved = await remove(key);
      if (order === "after") await change();
      return isRemoved;
    };
  }

  it("is there where the last change has an address", async () => {
    whileRemoving("before", () => put({ outbound: OUTBOUND }));
    await put({ outbound: null });
    expect(await get()).toMatchObject({
      outbound: { baseUrl: OUTBOUND.baseUrl },
      delivery: { pending: 0 },
    });
  });

  it("is gone where the desk was removed last", async () => {
    whileRemoving("after", () => put({ outbound: OUTBOUND }));
    expect((await harness.request("DELETE", "/v1/desks/main")).status).toBe(200);
    expect(await harness.store.outbox.endpoints("default")).toEqual([]);
  });
});

describe("the standing of a desk", () => {
  it("is null without outbound, and has no failure where none waits", async () => {
    expect(await get()).toMatchObject({
      delivery: { pending: 0, pausedUntil: null, nextAttemptAt: null, lastFailure: null },
    });
    await put({});
    expect(await get()).toMatchObject({ delivery: null });
  });

  it("has the pause that the desk asked for, and the last failed attempt", async () => {
    await harness.request("POST", "/v1/sessions/main-12/events", { type: "end_user_message" });
    const [entry] = await harness.store.log("default", 0, 1);
    const sessionCreatedAt = entry?.sessionCreatedAt ?? 0;
    const name = { session: "main-12", sessionCreatedAt };
    const key = { account: "default", id: deskEndpointId("main") };
    const { outbox } = harness.store;
    const [now, at] = [harness.clock.steady(), harness.clock.now()];
    await outbox.claim(key, "test", now, now + 1_000);
    const nextAttemptAt = now + 600_000;
    const common = { ...name, status: "pending", attempts: 1, nextAttemptAt } as const;
    const waiting = {
      ...name,
      ...{ resends: [], nextSeq: 1, attempts: 1, waitingSince: now, nextAttemptAt },
    };
    const deliveries: Delivery[] = [
      { ...common, seq: 1, response: 429, error: null, updatedAt: at },
      { ...common, seq: 2, response: null, error: "timeout", updatedAt: at - 1 },
    ];
    const settlement = { cursor: 0, pausedUntil: now + 600_000, waiting: [waiting], caughtUp: [] };
    await outbox.settle(key, "test", { ...settlement, deliveries }, null);
    expect(await get()).toMatchObject({
      delivery: {
        pending: 2,
        pausedUntil: new Date(at + 600_000).toISOString(),
        nextAttemptAt: new Date(at + 600_000).toISOString(),
        lastFailure: { at: new Date(at).toISOString(), response: 429, error: null },
      },
    });
  });
});

it("what is parked is counted and listed, by what it waits for, and is in the metrics", async () => {
  const { engine, store } = harness;
  const desk = await new Desks(store.admin, harness.clock, []).byId("main");
  if (!desk) throw new Error("There is no desk.");
  const inbox = new Inbox(engine, new Conversations(store.admin), new Parking(store.admin));
  const event = { type: "agent_message" } as const;
  await inbox.accept(desk, "main-", [
    { id: "1", at: 1, kind: "event", ref: { ticket: "7" }, event },
    { id: "2", at: 2, kind: "event", ref: { ticket: "7" }, event },
  ]);
  expect(await get()).toMatchObject({ parked: 2 });
  expect(await get("/parked")).toEqual({
    parked: [{ ticket: "7", conversation: null, facts: 2, since: expect.any(String) }],
  });
  const by = `/v1/desks/main/inbound/${encodeURIComponent(SECRET)}`;
  expect((await harness.request("POST", by, messageBody())).status).toBe(200);
  expect(await get()).toMatchObject({ parked: 2, lastHeardAt: expect.any(String) });
  const wrong = `/v1/desks/main/inbound/${encodeURIComponent("another secret")}`;
  harness.aheadMs += 5_000;
  expect((await harness.request("POST", wrong, messageBody())).status).toBe(401);
  expect(await deskFigures(store, harness.clock, ["default", "other"])).toEqual([
    {
      desk: "main",
      lastHeardAt: expect.any(Number),
      lastWrittenAt: null,
      refused: 1,
      parked: 2,
      pending: 0,
    },
  ]);
});
