/**
 * Shadow mode: verdicts are decided and recorded, and nothing outside changes.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestCollector, type Transition } from "./support/collector.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.stop());

interface Row {
  state: string;
  presence: string;
  queue: string;
  ticket: { tags: string[] };
  shadow?: { state: string; reason: string; presence: string };
}

const path = "/v1/sessions/conv_1";
const row = () => collector.request<Row>("GET", path);

async function signal(body: object): Promise<{ nextMs: number }> {
  const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
    session: "conv_1",
  });
  const page = { v: 1, key: collector.keys.publishable, session: "conv_1", token, page: "p" };
  const response = await fetch(`${collector.url}/v1/signals`, {
    method: "POST",
    body: JSON.stringify({ ...page, ...body }),
  });
  return (await response.json()) as { nextMs: number };
}

it("presence cannot be on before the terms are accepted", async () => {
  const response = await collector.api("PATCH", "/v1/settings", { presence: { mode: "on" } });
  expect(await response.json()).toMatchObject({ code: "invalid_settings" });
});

it("mode off requests no beats from pages", async () => {
  expect(await signal({ type: "open", gen: 0, seq: 1, visible: true })).toEqual({ nextMs: 0 });
  expect(await row()).toMatchObject({ presence: "ignored" });
});

it("mode shadow records verdicts and triggers, and leaves the live state unchanged", async () => {
  await collector.request("POST", "/v1/triggers/recipes/solve_abandoned");
  await collector.request("PATCH", "/v1/settings", {
    presence: { mode: "shadow", bufferSeconds: 0.3 },
  });
  await collector.request("PUT", path, { ticket: { id: "1" } });
  expect(await signal({ type: "open", gen: 0, seq: 2, visible: true })).toEqual({ nextMs: 10_000 });
  await signal({ type: "leave", gen: 0 });
  const seen = await until("the shadow verdict", async () => {
    const now = await row();
    return now.shadow?.presence === "offline" && now;
  });
  expect(seen).toMatchObject({
    state: "active",
    presence: "ignored",
    queue: "queued",
    ticket: { tags: [] },
    shadow: { state: "inactive", reason: "user_offline" },
  });
  const live = await collector.history("conv_1");
  expect(live.map(({ to }) => to.state)).toEqual(["active"]);
  const { transitions } = await collector.request<{ transitions: Transition[] }>(
    "GET",
    `${path}/transitions?track=shadow`,
  );
  expect(transitions.some(({ to }) => to.reason === "user_offline")).toBe(true);
  expect(transitions.at(-1)).toMatchObject({ triggers: ["Solve abandoned conversations"] });
  const insights = await collector.request("GET", "/v1/insights");
  expect(insights).toMatchObject({ track: "shadow", departures: 1, contradicted: 0 });
});

it("mode on decides from the next signal, and discards the shadow state", async () => {
  await collector.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on" },
  });
  await until("the live presence", async () => (await row()).presence === "unknown");
  expect(await row()).toMatchObject({ state: "active", queue: "queued", ticket: { tags: [] } });
  expect((await row()).shadow).toBeUndefined();
});

it("a later shadow run continues the sequence of the shadow history", async () => {
  const shadows = async () =>
    (
      await collector.request<{ transitions: Transition[] }>(
        "GET",
        `${path}/transitions?track=shadow`,
      )
    ).transitions;
  const before = await shadows();
  for (const mode of ["shadow", "off", "shadow"]) {
    await collector.request("PATCH", "/v1/settings", { presence: { mode } });
    await collector.request("POST", `${path}/events`, { type: "end_user_message" });
  }
  expect(await signal({ type: "open", gen: 1, seq: 1, visible: true })).toEqual({ nextMs: 10_000 });
  const after = await shadows();
  expect(after.length).toBeGreaterThan(before.length);
  expect(after.map(({ seq }) => seq)).toEqual(after.map((_, index) => index + 1));
});
