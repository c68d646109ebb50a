/**
 * The four trigger recipes over the HTTP API: the visitor leaves, and the recipe's actions are
 * applied.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { TestCollector, type Transition } from "./support/collector.ts";
import { until } from "./support/wait.ts";

interface Ticket {
  status: string;
  priority: string;
  group: string | null;
  tags: string[];
  routingChannel: string;
}

interface Row {
  id: string;
  state: string;
  reason: string;
  queue: string;
  ticket: Ticket;
}

let collector: TestCollector;
let count = 0;

beforeAll(async () => {
  collector = await TestCollector.start();
  await collector.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on", bufferSeconds: 0.3 },
  });
});
afterAll(() => collector.stop());
beforeEach(() => collector.request("PUT", "/v1/triggers", []));

/** A visitor with a page and a ticket, who leaves and does not return. */
async function abandoned(): Promise<{ row: Row; fired: Transition[] }> {
  count += 1;
  const session = `conv_${count}`;
  const ticket = { id: String(count), priority: "high", group: "support", tags: ["web"] };
  await collector.request("PUT", `/v1/sessions/${session}`, { ticket });
  const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", { session });
  const page = { v: 1, key: collector.keys.publishable, session, token, page: "p", gen: 0 };
  const send = async (signal: object) => {
    const body = JSON.stringify({ ...page, ...signal });
    const response = await fetch(`${collector.url}/v1/signals`, { method: "POST", body });
    expect(response.status).toBe(200);
  };
  await send({ type: "open", seq: 1, visible: true });
  await send({ type: "leave", to: "gone" });
  const row = await until("the session to be inactive", async () => {
    const now = await collector.request<Row>("GET", `/v1/sessions/${session}`);
    return now.state !== "active" && now;
  });
  const history = await collector.history(session);
  return { row, fired: history.filter(({ cause }) => cause === "trigger") };
}

it("solve_abandoned solves and tags the ticket, and keeps the session inactive as user_offline", async () => {
  await collector.request("POST", "/v1/triggers/recipes/solve_abandoned");
  const { row, fired } = await abandoned();
  expect(row).toMatchObject({
    state: "inactive",
    reason: "user_offline",
    queue: "none",
    ticket: { status: "solved", tags: ["web", "abandoned_conversation"] },
  });
  expect(fired).toMatchObject([
    {
      triggers: ["Solve abandoned conversations"],
      ticketChanges: { status: { from: "new", to: "solved" } },
    },
  ]);
});

it("email_follow_up ends the session and routes the ticket to the follow-up group by email", async () => {
  await collector.request("POST", "/v1/triggers/recipes/email_follow_up", { group: "follow_up" });
  const { row, fired } = await abandoned();
  expect(row).toMatchObject({
    state: "ended",
    reason: "transferred_to_email",
    ticket: {
      group: "follow_up",
      routingChannel: "email",
      tags: ["web", "abandoned_conversation"],
    },
  });
  expect(fired).toMatchObject([
    {
      triggers: ["Follow up abandoned conversations by email"],
      from: { state: "inactive", reason: "user_offline" },
      to: { state: "ended" },
    },
  ]);
});

it("secondary_queue lowers the priority, and queues a returning session in the other group", async () => {
  await collector.request("POST", "/v1/triggers/recipes/secondary_queue", { group: "later" });
  const { row, fired } = await abandoned();
  expect(row).toMatchObject({ state: "inactive", ticket: { group: "later", priority: "low" } });
  expect(fired).toHaveLength(1);
  const event = { type: "end_user_message" };
  await collector.request("POST", `/v1/sessions/${row.id}/events`, event);
  const queue = await collector.request<{ queued: { session: string }[] }>(
    "GET",
    "/v1/queue?group=later",
  );
  expect(queue.queued.map(({ session }) => session)).toEqual([row.id]);
});

it("tag_abandoned adds only the tag", async () => {
  await collector.request("POST", "/v1/triggers/recipes/tag_abandoned");
  const { row, fired } = await abandoned();
  expect(row.ticket).toMatchObject({
    status: "new",
    priority: "high",
    group: "support",
    tags: ["web", "abandoned_conversation"],
  });
  expect(fired).toMatchObject([{ triggers: ["Tag abandoned conversations"] }]);
});

it("adding a recipe twice keeps one copy, and an invalid trigger is refused", async () => {
  await collector.request("POST", "/v1/triggers/recipes/tag_abandoned");
  const twice = await collector.request<unknown[]>("POST", "/v1/triggers/recipes/tag_abandoned");
  expect(twice).toHaveLength(1);
  const wrong = { name: "x", all: [{ field: "ticket.tags", op: "less_than", value: "a" }] };
  const actions = [{ type: "end_session" }];
  const response = await collector.api("PUT", "/v1/triggers", [{ ...wrong, actions }]);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "invalid_triggers" });
  expect(await collector.request("GET", "/v1/triggers")).toEqual(twice);
});
