import { expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

const HOUR_MS = 3_600_000;

it("keeps retries and resends in steady time, and shows them by the clock", async () => {
  const harness = await TestApp.create();
  const { clock, store } = harness;
  const start = Date.now();
  clock.steady = () => start;
  const { id } = await harness.json("POST", "/v1/webhooks", { url: "https://desk.example/" });
  await harness.request("PUT", "/v1/sessions/a", { ticket: { id: "1" } });
  const key = { account: "default", id: String(id) };
  const [entry] = await store.log("default", 0, 1);
  if (!entry) throw new Error("no transition");
  const { session, sessionCreatedAt, transition } = entry;
  const attempted = { status: "failed", attempts: 1, updatedAt: start, response: 500 } as const;
  const name = { session, sessionCreatedAt, seq: transition.seq };
  const failed = { ...name, ...attempted, error: null, nextAttemptAt: null };
  const done = { cursor: entry.cursor, pausedUntil: start + 5_000, waiting: [], caughtUp: [] };
  await store.outbox.claim(key, "me", start, start + 1);
  await store.outbox.settle(key, "me", { ...done, deliveries: [failed] }, null);

  clock.stepTo(HOUR_MS);
  await harness.request("POST", `/v1/webhooks/${id}/replay`, { status: "failed" });
  expect((await store.outbox.endpoints())[0]).toMatchObject({ nextAttemptAt: start });
  const shown = new Date(start + HOUR_MS).toISOString();
  expect(await harness.json("GET", `/v1/webhooks/${id}`)).toMatchObject({
    nextAttemptAt: shown,
    pausedUntil: new Date(start + HOUR_MS + 5_000).toISOString(),
  });
  const { deliveries } = await harness.json("GET", `/v1/webhooks/${id}/deliveries`);
  expect(deliveries).toMatchObject([{ status: "pending", nextAttemptAt: shown }]);
});
