/**
 * Shadow mode: everything is decided and written down, nothing that others see changes.
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
const row = () => collector.ask<Row>("GET", path);

async function signal(body: object): Promise<{ nextMs: number }> {
  const { token } = await collector.ask<{ token: string }>("POST", "/v1/tokens", {
    session: "conv_1",
  });
  const page = { v: 1, key: collector.keys.publishable, session: "conv_1", token, page: "p" };
  const response = await fetch(`${collector.url}/v1/signals`, {
    method: "POST",
    body: JSON.stringify({ ...page, ...body }),
  });
  return (await response.json()) as { nextMs: number };
}

it("is refused to be on before the terms are accepted", async () => {
  const response = await collector.api("PATCH", "/v1/settings", { presence: { mode: "on" } });
  expect(await response.json()).toMatchObject({ code: "invalid_settings" });
});

it("off asks pages for nothing", async () => {
  expect(await signal({ type: "open", gen: 0, seq: 1, visible: true })).toEqual({ nextMs: 0 });
  expect(await row()).toMatchObject({ presence: "ignored" });
});

it("decides and reports, and changes nothing outside", async () => {
  await collector.ask("POST", "/v1/triggers/recipes/solve_abandoned");
  await collector.ask("PATCH", "/v1/settings", {
    presence: { mode: "shadow", bufferSeconds: 0.3 },
  });
  await collector.ask("PUT", path, { ticket: { id: "1" } });
  expect(await signal({ type: "open", gen: 0, seq: 2, visible: true })).toEqual({ nextMs: 10_000 });
  await signal({ type: "leave", gen: 0 });
  const seen = await until("the shadow's verdict", async () => {
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
  const { transitions } = await collector.ask<{ transitions: Transition[] }>(
    "GET",
    `${path}/transitions?track=shadow`,
  );
  expect(transitions.some(({ to }) => to.reason === "user_offline")).toBe(true);
  expect(transitions.at(-1)).toMatchObject({ triggers: ["Solve abandoned conversations"] });
  const insights = await collector.ask("GET", "/v1/insights");
  expect(insights).toMatchObject({ track: "shadow", departures: 1, contradicted: 0 });
});

it("switched on decides from the next signal; what the shadow did is not carried over", async () => {
  await collector.ask("PATCH", "/v1/settings", { termsAccepted: true, presence: { mode: "on" } });
  await until("the change", async () => (await row()).presence === "unknown");
  expect(await row()).toMatchObject({ state: "active", queue: "queued", ticket: { tags: [] } });
  expect((await row()).shadow).toBeUndefined();
});

it("tried again goes on where its history ended", async () => {
  const shadows = async () =>
    (await collector.ask<{ transitions: Transition[] }>("GET", `${path}/transitions?track=shadow`))
      .transitions;
  const before = await shadows();
  for (const mode of ["shadow", "off", "shadow"]) {
    await collector.ask("PATCH", "/v1/settings", { presence: { mode } });
    await collector.ask("POST", `${path}/events`, { type: "end_user_message" });
  }
  expect(await signal({ type: "open", gen: 1, seq: 1, visible: true })).toEqual({ nextMs: 10_000 });
  const after = await shadows();
  expect(after.length).toBeGreaterThan(before.length);
  expect(after.map(({ seq }) => seq)).toEqual(after.map((_, index) => index + 1));
});
