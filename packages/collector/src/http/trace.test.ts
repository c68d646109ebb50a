import { beforeAll, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";
import type { SessionView } from "./views.ts";

interface Trace {
  readonly session: string;
  readonly days: number;
  readonly facts: readonly { readonly type: string }[];
}

let harness: TestApp;
const key = { account: "default", id: "conv_1" };
beforeAll(async () => {
  harness = await TestApp.create();
  await harness.json("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on", closeBufferSeconds: 0 },
  });
  const page = { page: "p", gen: 0 };
  const open = { type: "signal", signal: "open", seq: 1, visible: true, armed: false } as const;
  const create = { channel: "web_widget" };
  await harness.engine.submit({ key, create, inputs: [{ ...open, ...page }] });
  // At times of their own, because facts of one millisecond have no order among each other.
  const send = (body: unknown) => {
    harness.aheadMs += 1_000;
    return harness.json("POST", "/v1/sessions/conv_1/events", body);
  };
  await send({ type: "end_user_message" });
  await send({ type: "assigned", agent: "eve" });
  await send({ type: "agent_message" });
  await send({ type: "unassigned" });
  harness.aheadMs += 1_000;
  await harness.engine.submit({ key, inputs: [{ type: "leave", ...page, to: "gone" }] });
});

const trace = () => harness.json<Trace>("GET", "/v1/sessions/conv_1/trace");

it("tells in order what pages and messages did, and what followed", async () => {
  const { session, days, facts } = await trace();
  expect({ session, days }).toEqual({ session: "conv_1", days: 7 });
  const told = facts.filter(({ type }) => type !== "ticket_changed");
  expect(told).toMatchObject([
    { type: "page_opened", page: "p" },
    { type: "transition", cause: "signal", to: { presence: "online" } },
    { type: "message", by: "end_user" },
    { type: "transition", cause: "end_user_message", to: { state: "active" } },
    { type: "assigned", agent: "eve" },
    { type: "message", by: "agent" },
    { type: "unassigned" },
    { type: "page_left", page: "p", to: "gone", bufferSeconds: 0 },
    { type: "transition", cause: "buffer", to: { state: "inactive", reason: "user_offline" } },
  ]);
  expect(facts).toContainEqual(
    expect.objectContaining({
      type: "ticket_changed",
      cause: "assigned",
      changes: { status: { from: "new", to: "open" } },
    }),
  );
});

it("is that of the copy in a trial run, whose pages and deadline the session shows", async () => {
  const other = await TestApp.create();
  const path = "/v1/sessions/conv_4";
  await other.json("PATCH", "/v1/settings", { presence: { mode: "shadow" } });
  await other.json("PUT", path, {});
  const page = { page: "p", gen: 0, seq: 1, visible: false, armed: false };
  const before = other.clock.now();
  await other.engine.submit({
    key: { account: "default", id: "conv_4" },
    inputs: [{ type: "signal", signal: "open", ...page }],
  });
  const session = await other.json("GET", path);
  expect(session).toMatchObject({
    presence: "ignored",
    pages: [],
    shadow: { presence: "online", pages: [{ page: "p", visibility: "hidden" }] },
  });
  const { pages, nextDeadlineAt, presenceChangedAt } = session["shadow"] as SessionView;
  expect(nextDeadlineAt).toBe(pages[0]?.leaseUntil);
  expect(Date.parse(nextDeadlineAt ?? "")).toBeGreaterThan(before);
  expect(Date.parse(presenceChangedAt)).toBeGreaterThanOrEqual(before);
  const { facts } = await other.json<Trace>("GET", `${path}/trace`);
  expect(facts[0]).toMatchObject({ type: "page_opened", page: "p" });
});

it("has what a trigger changed of the ticket after the trigger", async () => {
  const other = await TestApp.create();
  const path = "/v1/sessions/conv_5";
  await other.json("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on", closeBufferSeconds: 0 },
  });
  expect((await other.request("POST", "/v1/triggers/recipes/tag_abandoned")).status).toBe(200);
  await other.json("PUT", path, {});
  await other.json("POST", `${path}/events`, { type: "end_user_message" });
  const page = { page: "p", gen: 0 };
  const open = { type: "signal", signal: "open", seq: 1, visible: true, armed: false } as const;
  const leave = { type: "leave", to: "gone" } as const;
  for (const input of [open, leave]) {
    other.aheadMs += 1_000;
    const key = { account: "default", id: "conv_5" };
    await other.engine.submit({ key, inputs: [{ ...input, ...page }] });
  }
  const { facts } = await other.json<Trace>("GET", `${path}/trace`);
  expect(facts.slice(-3)).toMatchObject([
    { type: "transition", to: { presence: "offline" }, triggers: [] },
    { type: "transition", triggers: ["Tag abandoned conversations"] },
    { type: "ticket_changed", cause: "trigger" },
  ]);
});

it("is empty where the trace is switched off, and unknown for a session that there is not", async () => {
  const other = await TestApp.create();
  await other.json("PATCH", "/v1/settings", { traceDays: 0 });
  await other.json("PUT", "/v1/sessions/conv_2", { ticket: { id: "1" } });
  expect(await other.json("GET", "/v1/sessions/conv_2/trace")).toEqual({
    session: "conv_2",
    days: 0,
    facts: [],
  });
  expect((await other.request("GET", "/v1/sessions/conv_3/trace")).status).toBe(404);
});
