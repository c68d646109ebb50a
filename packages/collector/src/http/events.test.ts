/**
 * Events and tickets as helpdesks report them.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../core/session.ts";
import { decodeSession, encodeSession } from "../stores/codec.ts";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;

beforeAll(async () => {
  harness = await TestApp.create();
});

describe("an event for a session that does not exist", () => {
  it.each([
    [{ type: "end_user_message" }, { state: "active" }],
    [{ type: "agent_message" }, {}],
    [{ type: "ticket_updated", status: "open" }, { ticket: { status: "open" } }],
    [{ type: "assigned", agent: "ann" }, { assignee: "ann" }],
    [{ type: "unassigned" }, { assignee: null }],
  ])("creates it: %j", async (event, session) => {
    const path = `/v1/sessions/new_${event.type}`;
    expect(await harness.json("POST", `${path}/events`, event)).toMatchObject({
      duplicate: false,
      session: { channel: "web_widget", ...session },
    });
    expect((await harness.request("GET", path)).status).toBe(200);
  });

  it.each([{ type: "activity" }, { type: "session_ended", by: "agent" }])(
    "is refused: %j",
    async (event) => {
      const path = `/v1/sessions/none_${event.type}`;
      expect((await harness.request("POST", `${path}/events`, event)).status).toBe(404);
      expect((await harness.request("GET", path)).status).toBe(404);
    },
  );

  it("is counted once if it is repeated", async () => {
    const event = { id: "m_1", type: "end_user_message" };
    await harness.request("POST", "/v1/sessions/twice/events", event);
    expect(await harness.json("POST", "/v1/sessions/twice/events", event)).toMatchObject({
      duplicate: true,
    });
  });
});

describe("the ticket status `on_hold` is read as `hold`", () => {
  it("in a session", async () => {
    const body = { ticket: { status: "on_hold" } };
    expect(await harness.json("PUT", "/v1/sessions/h", body)).toMatchObject({
      ticket: { status: "hold" },
    });
  });

  it.each([{ status: "on_hold" }, { ticket: { status: "on_hold" } }])(
    "in an event: %j",
    async (fields) => {
      const event = { type: "ticket_updated", ...fields };
      expect(await harness.json("POST", "/v1/sessions/e/events", event)).toMatchObject({
        session: { ticket: { status: "hold" } },
      });
      await harness.json("PUT", "/v1/sessions/e", { ticket: { status: "open" } });
    },
  );

  it("in conditions and actions of triggers, where it is no tag", async () => {
    const trigger = {
      name: "waits",
      all: [
        { field: "ticket.status", op: "changed_to", value: "on_hold" },
        { field: "ticket.tags", op: "includes", value: "on_hold" },
      ],
      actions: [{ type: "set_status", value: "on_hold" }],
    };
    expect(await harness.json("PUT", "/v1/triggers", [trigger])).toMatchObject([
      { all: [{ value: "hold" }, { value: "on_hold" }], actions: [{ value: "hold" }] },
    ]);
  });

  it("in the setting `capacity.autoRelease.setStatus`", async () => {
    const body = { capacity: { autoRelease: { setStatus: "on_hold" } } };
    expect(await harness.json("PATCH", "/v1/settings", body)).toMatchObject({
      capacity: { autoRelease: { setStatus: "hold" } },
    });
  });
});

describe("the `at` of an event", () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
  const report = (id: string, event: object) =>
    harness.json<{ session: object }>("POST", `/v1/sessions/${id}/events`, event);

  it("decides who is assigned where events arrive in the wrong order", async () => {
    await harness.json("PUT", "/v1/sessions/c2", {});
    await report("c2", { type: "end_user_message" });
    await report("c2", { id: "e2", type: "unassigned", at: ago(10) });
    const assigned = { type: "assigned", agent: "agent_7", at: ago(15) };
    expect(await report("c2", { id: "e1", ...assigned })).toMatchObject({ duplicate: false });
    expect(await harness.json("GET", "/v1/sessions/c2")).toMatchObject({
      assignee: null,
      queue: "queued",
      capacityHeld: false,
    });
  });

  it.each([
    [{ status: "open" }, { status: "solved" }],
    [{ priority: "low" }, { priority: "high" }],
    [{ group: "one" }, { group: "two" }],
    [{ tags: ["one"] }, { tags: ["two"] }],
    [{ routingChannel: "messaging" }, { routingChannel: "sms" }],
    [{ ticketId: "1" }, { ticketId: "2" }],
  ])("orders each field of the ticket: %j stays, %j is from before it", async (late, early) => {
    const id = `order_${Object.keys(late)[0]}`;
    const { ticketId, ...fields } = late as { ticketId?: string };
    const stays = ticketId === undefined ? fields : { id: ticketId };
    await report(id, { type: "ticket_updated", ...late, at: ago(10) });
    expect(await report(id, { type: "ticket_updated", ...early, at: ago(20) })).toMatchObject({
      session: { ticket: stays },
    });
    expect(await report(id, { type: "ticket_updated", ...early, at: ago(5) })).not.toMatchObject({
      session: { ticket: stays },
    });
  });

  it("is its receipt where it is missing, ahead, or of `PUT`", async () => {
    const pending = { type: "ticket_updated", status: "pending", at: ago(1) };
    for (const [id, change] of [
      ["missing", () => report("missing", { type: "ticket_updated", status: "open" })],
      ["ahead", () => report("ahead", { type: "ticket_updated", status: "open", at: ago(-900) })],
      ["put", () => harness.json("PUT", "/v1/sessions/put", { ticket: { status: "open" } })],
    ] as const) {
      await change();
      expect(await report(id, pending)).toMatchObject({ session: { ticket: { status: "open" } } });
    }
    const solved = { type: "ticket_updated", status: "solved" };
    expect(await report("ahead", solved)).toMatchObject({
      session: { ticket: { status: "solved" } },
    });
  });

  it("orders events of one batch, and a repeated event counts once", async () => {
    const at = ago(30);
    await Promise.all([
      report("batch", { id: "b2", type: "assigned", agent: "ann", at: ago(10) }),
      report("batch", { id: "b1", type: "assigned", agent: "bob", at: ago(20) }),
      report("batch", { id: "b0", type: "ticket_updated", status: "pending", at }),
    ]);
    await report("batch", { id: "b3", type: "ticket_updated", status: "open", at });
    const repeated = { id: "b0", type: "ticket_updated", status: "pending", at };
    expect(await report("batch", repeated)).toMatchObject({
      duplicate: true,
      session: { assignee: "ann", ticket: { status: "open" } },
    });
  });

  it("orders the copy that shadow mode keeps by itself", async () => {
    const mode = (mode: string) =>
      harness.json("PATCH", "/v1/settings", { presence: { mode }, routing: "omnichannel" });
    await mode("shadow");
    await report("copy", { type: "ticket_updated", status: "solved", at: ago(10) });
    await report("copy", { type: "ticket_updated", status: "open", at: ago(20) });
    await mode("off");
    expect(await harness.json("GET", "/v1/sessions/copy")).toMatchObject({
      ticket: { status: "solved" },
    });
    await mode("shadow");
    await report("copy", { type: "ticket_updated", status: "open", at: ago(15) });
    expect(await harness.json("GET", "/v1/sessions/copy")).toMatchObject({
      state: "inactive",
      shadow: { state: "inactive" },
    });
    await mode("off");
  });

  it("of a message is when its ticket was opened again", async () => {
    await report("again", { type: "ticket_updated", status: "pending", at: ago(30) });
    expect(await report("again", { type: "end_user_message", at: ago(20) })).toMatchObject({
      session: { ticket: { status: "open" } },
    });
    const solved = { type: "ticket_updated", status: "solved", at: ago(10) };
    expect(await report("again", solved)).toMatchObject({
      session: { ticket: { status: "solved" } },
    });
  });

  it("may be the year 1, in which some senders put what has no time: that is 1970", async () => {
    const at = "0001-01-01T00:00:00Z";
    await report("zero", { type: "ticket_updated", status: "pending", at });
    await report("zero", { type: "assigned", agent: "ann", at: ago(9) });
    expect(await report("zero", { type: "unassigned", at })).toMatchObject({
      session: { assignee: "ann", ticket: { status: "pending" } },
    });
    const key = { account: "default", id: "zero" };
    const [found] = await harness.store.load([{ key, eventIds: [] }]);
    expect(found?.stored?.session.fieldsSetAt).toMatchObject({ status: 0 });
  });

  it("may be the year 1 of a message too, which every store can read again", async () => {
    const at = "0001-01-01T00:00:00Z";
    for (const [id, time] of [
      ["happened", { at }],
      ["sent", { sentAt: at }],
    ] as const) {
      await report(id, { type: "end_user_message", ...time });
      const [found] = await harness.store.load([{ key: { account: "default", id }, eventIds: [] }]);
      const session = found?.stored?.session as Session;
      expect(session.lastResponseAt).toBe(0);
      expect(decodeSession(id, encodeSession(session))).toEqual(session);
    }
  });
});
