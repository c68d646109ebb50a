/**
 * Agents and what a return does to one who is full.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.stop());

interface Row {
  id: string;
  state: string;
  assignee: string | null;
  queue: string;
  queuedAt: string;
  capacityHeld: boolean;
}

const row = (id: string) => collector.ask<Row>("GET", `/v1/sessions/${id}`);
const happens = (id: string, event: object) =>
  collector.ask("POST", `/v1/sessions/${id}/events`, event);

/** Two sessions of an agent with room for one; the first fell silent, the second is active. */
async function fullAgent(
  suffix: string,
): Promise<{ first: string; second: string; place: string }> {
  const [first, second, agent] = [`first_${suffix}`, `second_${suffix}`, `ann_${suffix}`];
  await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 1 } });
  await collector.ask("PUT", `/v1/agents/${agent}`, { capacity: 1 });
  await collector.ask("PUT", `/v1/sessions/${first}`, { ticket: { id: first } });
  const place = (await row(first)).queuedAt;
  await happens(first, { type: "assigned", agent });
  await until("silence", async () => (await row(first)).state === "inactive");
  await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 600 } });
  await collector.ask("PUT", `/v1/sessions/${second}`, { ticket: { id: second }, assignee: agent });
  expect(await collector.ask("GET", `/v1/agents/${agent}`)).toEqual({
    id: agent,
    capacity: 1,
    held: 1,
    sessions: [first, second],
  });
  return { first, second, place };
}

beforeEach(() => collector.ask("PATCH", "/v1/settings", { capacity: { onReturn: null } }));

it("exceed: the session comes back to its agent, who then holds too many", async () => {
  const { first } = await fullAgent("a");
  await happens(first, { type: "end_user_message" });
  expect(await row(first)).toMatchObject({ assignee: "ann_a", capacityHeld: true });
  expect(await collector.ask("GET", "/v1/agents/ann_a")).toMatchObject({ held: 2 });
});

it("requeue: the session goes back to its first place, in the same commit", async () => {
  const { first, second, place } = await fullAgent("b");
  await collector.ask("PATCH", "/v1/settings", { capacity: { onReturn: "requeue" } });
  await happens(first, { type: "end_user_message" });
  expect(await row(first)).toMatchObject({
    state: "active",
    assignee: null,
    queue: "queued",
    queuedAt: place,
  });
  expect(await row(second)).toMatchObject({ assignee: "ann_b", capacityHeld: true });
  expect(await collector.ask("GET", "/v1/agents/ann_b")).toMatchObject({ held: 1 });
});

it("requeue leaves a session with an agent who has room", async () => {
  const { first, second } = await fullAgent("c");
  await collector.ask("PATCH", "/v1/settings", { capacity: { onReturn: "requeue" } });
  await happens(second, { type: "session_ended", by: "agent" });
  await happens(first, { type: "end_user_message" });
  expect(await row(first)).toMatchObject({ assignee: "ann_c", capacityHeld: true });
});

it("requeue takes nothing from an agent who held the place all along", async () => {
  await collector.ask("PATCH", "/v1/settings", {
    routing: "omnichannel",
    capacity: { countInactive: true, onReturn: "requeue" },
    inactivity: { seconds: 1 },
  });
  await collector.ask("PUT", "/v1/agents/ann_e", { capacity: 1 });
  await collector.ask("PUT", "/v1/sessions/kept", { ticket: { id: "e" }, assignee: "ann_e" });
  await until("silence", async () => (await row("kept")).state === "inactive");
  expect(await row("kept")).toMatchObject({ capacityHeld: true });
  await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 600 } });
  await happens("kept", { type: "end_user_message" });
  expect(await row("kept")).toMatchObject({ assignee: "ann_e", state: "active" });
  await collector.ask("PATCH", "/v1/settings", {
    routing: null,
    capacity: { countInactive: null, onReturn: null },
  });
});

it("of two that come back at once to one place, one is requeued", async () => {
  const { first, second } = await fullAgent("d");
  await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 1 } });
  await until("silence", async () => (await row(second)).state === "inactive");
  await collector.ask("PATCH", "/v1/settings", {
    inactivity: { seconds: 600 },
    capacity: { onReturn: "requeue" },
  });
  await Promise.all([first, second].map((id) => happens(id, { type: "end_user_message" })));
  const rows = await Promise.all([row(first), row(second)]);
  expect(rows.map(({ assignee }) => assignee).sort()).toEqual(["ann_d", null].sort());
});

it("the queue is in order, direct apart, and an agent nobody knows is not found", async () => {
  await collector.ask("PATCH", "/v1/settings", {
    routing: "omnichannel",
    inactivity: { seconds: 600 },
  });
  await collector.ask("PUT", "/v1/sessions/w1", { ticket: { id: "w1", group: "vip" } });
  await collector.ask("PUT", "/v1/sessions/w2", { ticket: { id: "w2", group: "vip" } });
  const queue = await collector.ask<{ queued: object[] }>("GET", "/v1/queue?group=vip");
  expect(queue).toMatchObject({
    queued: [
      { position: 1, session: "w1" },
      { position: 2, session: "w2" },
    ],
    direct: [],
  });
  await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 1 } });
  await until("direct", async () => {
    const now = await collector.ask<{ direct: { session: string }[] }>(
      "GET",
      "/v1/queue?group=vip",
    );
    return now.direct.map(({ session }) => session).join() === "w1,w2";
  });
  expect((await collector.api("GET", "/v1/agents/nobody")).status).toBe(404);
});
