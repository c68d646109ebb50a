/**
 * Agent capacity, and what happens when a session returns to an agent without free capacity.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
  await prepare("a", "b", "c", "d");
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

const row = (id: string) => collector.request<Row>("GET", `/v1/sessions/${id}`);
const sendEvent = (id: string, event: object) =>
  collector.request("POST", `/v1/sessions/${id}/events`, event);

/** No session becomes inactive while it is prepared, however long that takes. */
const setSilence = (seconds: number) =>
  collector.request("PATCH", "/v1/settings", { inactivity: { seconds } });

/** Lets the period of silence of sessions pass. */
async function silence(...ids: string[]): Promise<void> {
  await setSilence(1);
  for (const id of ids) {
    await until(`${id} to be inactive`, async () => (await row(id)).state === "inactive");
  }
  await setSilence(600);
}

/** When each first session was queued, by suffix. */
const queuedAtOf = new Map<string, string>();

/** First sessions, each of an agent with a capacity of one, which are silent together. */
async function prepare(...suffixes: string[]): Promise<void> {
  for (const suffix of suffixes) {
    const [first, agent] = [`first_${suffix}`, `ann_${suffix}`];
    await collector.request("PUT", `/v1/agents/${agent}`, { capacity: 1 });
    await collector.request("PUT", `/v1/sessions/${first}`, { ticket: { id: first } });
    queuedAtOf.set(suffix, (await row(first)).queuedAt);
    await sendEvent(first, { type: "assigned", agent });
  }
  await silence(...suffixes.map((suffix) => `first_${suffix}`));
}

/** Two sessions of an agent with a capacity of one: the first is inactive, the second active. */
async function fullAgent(suffix: string) {
  const [first, second, agent] = [`first_${suffix}`, `second_${suffix}`, `ann_${suffix}`];
  await collector.request("PUT", `/v1/sessions/${second}`, {
    ticket: { id: second },
    assignee: agent,
  });
  // Sessions follow a change of the settings, as of the routing, some time after it.
  await expect
    .poll(() => collector.request("GET", `/v1/agents/${agent}`), { timeout: 60_000 })
    .toEqual({ id: agent, capacity: 1, held: 1, sessions: [first, second] });
  return { first, second, queuedAt: queuedAtOf.get(suffix) };
}

beforeEach(() => collector.request("PATCH", "/v1/settings", { capacity: { onReturn: null } }));

it("by default, a returning session stays with its agent, who then exceeds the capacity", async () => {
  const { first } = await fullAgent("a");
  await sendEvent(first, { type: "end_user_message" });
  expect(await row(first)).toMatchObject({ assignee: "ann_a", capacityHeld: true });
  expect(await collector.request("GET", "/v1/agents/ann_a")).toMatchObject({ held: 2 });
});

it("requeue puts a returning session back at its queue position, in the same commit", async () => {
  const { first, second, queuedAt } = await fullAgent("b");
  await collector.request("PATCH", "/v1/settings", { capacity: { onReturn: "requeue" } });
  await sendEvent(first, { type: "end_user_message" });
  expect(await row(first)).toMatchObject({
    state: "active",
    assignee: null,
    queue: "queued",
    queuedAt,
  });
  expect(await row(second)).toMatchObject({ assignee: "ann_b", capacityHeld: true });
  expect(await collector.request("GET", "/v1/agents/ann_b")).toMatchObject({ held: 1 });
});

it("requeue leaves a returning session with an agent who has free capacity", async () => {
  const { first, second } = await fullAgent("c");
  await collector.request("PATCH", "/v1/settings", { capacity: { onReturn: "requeue" } });
  await sendEvent(second, { type: "session_ended", by: "agent" });
  await sendEvent(first, { type: "end_user_message" });
  expect(await row(first)).toMatchObject({ assignee: "ann_c", capacityHeld: true });
});

it("requeue leaves a returning session whose capacity was held throughout with its agent", async () => {
  await collector.request("PATCH", "/v1/settings", {
    routing: "omnichannel",
    capacity: { countInactive: true, onReturn: "requeue" },
  });
  await collector.request("PUT", "/v1/agents/ann_e", { capacity: 1 });
  await collector.request("PUT", "/v1/sessions/kept", { ticket: { id: "e" }, assignee: "ann_e" });
  await silence("kept");
  expect(await row("kept")).toMatchObject({ capacityHeld: true });
  await sendEvent("kept", { type: "end_user_message" });
  expect(await row("kept")).toMatchObject({ assignee: "ann_e", state: "active" });
  await collector.request("PATCH", "/v1/settings", {
    routing: null,
    capacity: { countInactive: null, onReturn: null },
  });
});

it("requeue keeps one of two sessions that return together to a capacity of one", async () => {
  const { first, second } = await fullAgent("d");
  await silence(second);
  await collector.request("PATCH", "/v1/settings", { capacity: { onReturn: "requeue" } });
  await Promise.all([first, second].map((id) => sendEvent(id, { type: "end_user_message" })));
  const rows = await Promise.all([row(first), row(second)]);
  expect(rows.map(({ assignee }) => assignee).sort()).toEqual(["ann_d", null].sort());
});

it("the queue is ordered, lists direct sessions separately, and an unknown agent is not found", async () => {
  await collector.request("PATCH", "/v1/settings", { routing: "omnichannel" });
  await collector.request("PUT", "/v1/sessions/w1", { ticket: { id: "w1", group: "vip" } });
  await collector.request("PUT", "/v1/sessions/w2", { ticket: { id: "w2", group: "vip" } });
  const queue = await collector.request<{ queued: object[] }>("GET", "/v1/queue?group=vip");
  expect(queue).toMatchObject({
    queued: [
      { position: 1, session: "w1" },
      { position: 2, session: "w2" },
    ],
    direct: [],
  });
  await setSilence(1);
  await until("direct sessions", async () => {
    const now = await collector.request<{ direct: { session: string }[] }>(
      "GET",
      "/v1/queue?group=vip",
    );
    return now.direct.map(({ session }) => session).join() === "w1,w2";
  });
  expect((await collector.api("GET", "/v1/agents/nobody")).status).toBe(404);
});
