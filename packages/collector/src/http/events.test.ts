/**
 * Events and tickets as helpdesks report them.
 */
import { beforeAll, describe, expect, it } from "vitest";
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
