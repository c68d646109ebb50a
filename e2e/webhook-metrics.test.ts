/**
 * The webhook metrics: attempts, delivery times, and outbox entries that are not delivered yet.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;
let status = 204;
const receiver = createServer((request, response) => {
  request.resume();
  response.writeHead(status).end();
});

beforeAll(async () => {
  collector = await TestCollector.start("--allow-private-webhooks");
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  await collector.request("POST", "/v1/webhooks", { url: `http://127.0.0.1:${port}/` });
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await collector.stop();
});

/** The value of a metric; 0 if it is absent. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${collector.url}/metrics`)).text();
  const found = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(found?.slice(name.length + 1) ?? 0);
}

const waitForMetric = (name: string, value: number) =>
  until(`${name} ${value}`, async () => (await metric(name)) === value);

it("counts deliveries, and measures how long they take", async () => {
  const startedAt = performance.now();
  await collector.request("PUT", "/v1/sessions/taken", { ticket: { id: "1" } });
  await waitForMetric('stillhere_webhook_attempts_total{outcome="delivered"}', 1);
  await waitForMetric("stillhere_webhook_delivery_seconds_count", 1);
  const seconds = await metric("stillhere_webhook_delivery_seconds_sum");
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThan((performance.now() - startedAt) / 1_000);
  await waitForMetric('stillhere_outbox_entries{state="unread"}', 0);
  await waitForMetric('stillhere_outbox_entries{state="pending"}', 0);
});

it("counts failed attempts, and shows an entry as pending until it is delivered", async () => {
  status = 500;
  await collector.request("PUT", "/v1/sessions/waits", { ticket: { id: "2" } });
  await waitForMetric('stillhere_outbox_entries{state="pending"}', 1);
  await until(
    "a failed attempt",
    async () => (await metric('stillhere_webhook_attempts_total{outcome="failed"}')) > 0,
  );
  status = 204;
  await waitForMetric('stillhere_outbox_entries{state="pending"}', 0);
  await waitForMetric('stillhere_webhook_attempts_total{outcome="delivered"}', 2);
});
