/**
 * What an operator sees of webhooks: attempts, how long they took, and what is still to be delivered.
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
  await collector.ask("POST", "/v1/webhooks", { url: `http://127.0.0.1:${port}/` });
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await collector.stop();
});

/** The value of one line of the figures; 0 where it is not there yet. */
async function figure(line: string): Promise<number> {
  const text = await (await fetch(`${collector.url}/metrics`)).text();
  const found = text.split("\n").find((each) => each.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1) ?? 0);
}

const is = (line: string, wanted: number) =>
  until(`${line} ${wanted}`, async () => (await figure(line)) === wanted);

it("counts what was delivered, and how long that took", async () => {
  await collector.ask("PUT", "/v1/sessions/taken", { ticket: { id: "1" } });
  await is('stillhere_webhook_attempts_total{outcome="delivered"}', 1);
  expect(await figure("stillhere_webhook_delivery_seconds_count")).toBe(1);
  expect(await figure("stillhere_webhook_delivery_seconds_sum")).toBeLessThan(10);
  await is('stillhere_outbox_entries{state="unread"}', 0);
  await is('stillhere_outbox_entries{state="pending"}', 0);
});

it("counts what failed, and shows that it waits until it is taken", async () => {
  status = 500;
  await collector.ask("PUT", "/v1/sessions/waits", { ticket: { id: "2" } });
  await is('stillhere_outbox_entries{state="pending"}', 1);
  expect(await figure('stillhere_webhook_attempts_total{outcome="failed"}')).toBeGreaterThan(0);
  status = 204;
  await is('stillhere_outbox_entries{state="pending"}', 0);
  expect(await figure('stillhere_webhook_attempts_total{outcome="delivered"}')).toBe(2);
});
