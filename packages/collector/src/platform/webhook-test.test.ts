import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { createEndpoint } from "../webhooks/endpoints.ts";
import { startCollector } from "./node.ts";

vi.mock("./assets.ts", () => ({ readAssets: () => new Map() }));

let received: string[];
const receiver = createServer((request, response) => {
  received.push(String(request.headers["webhook-id"]));
  response.writeHead(202).end();
});
beforeEach(async () => {
  received = [];
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => receiver.close(resolve)));

/** Tests an endpoint of the receiver, which is on this machine. */
async function testReceiver(allowPrivateWebhooks: boolean): Promise<unknown> {
  const store = new MemoryStore();
  const { port } = receiver.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const endpoint = createEndpoint({ account: "default", url, events: "all" }, Date.now());
  const collector = await startCollector({
    store,
    host: "127.0.0.1",
    port: 0,
    allowPrivateWebhooks,
    onError: () => {},
  });
  try {
    const { secretKey } = await collector.accounts.put("default");
    await store.outbox.addEndpoint(endpoint, 0);
    const response = await fetch(`${collector.url}/v1/webhooks/${endpoint.id}/test`, {
      method: "POST",
      headers: { Authorization: `Bearer ${secretKey}` },
    });
    return await response.json();
  } finally {
    await collector.close();
  }
}

it("sends a test of a webhook to a private address only where deliveries may go there", async () => {
  const refused = { delivered: false, response: null, error: "target_refused" };
  expect(await testReceiver(false)).toMatchObject(refused);
  expect(received).toEqual([]);
  expect(await testReceiver(true)).toMatchObject({ delivered: true, response: 202, error: null });
  expect(received).toEqual([expect.stringMatching(/^test_/)]);
});
