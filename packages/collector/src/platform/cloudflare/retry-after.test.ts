/**
 * Whatever `Retry-After` a receiver sends to the edge's delivery, the attempt ends, the next one is due within ten
 * minutes, and it delivers. The receiver is a real server; time is the test's own.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Clock } from "../../engine/clock.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import { NOW, transitionOf, writeOf } from "../../stores/suite/case.ts";
import { endpointOf, KEY } from "../../stores/suite/endpoint.ts";
import { DeliveryTrim } from "../../webhooks/delivery-trim.ts";
import { CLAIM_MS, DeliveryWorker } from "../../webhooks/delivery-worker.ts";
import { createEndpoint } from "../../webhooks/endpoints.ts";
import { createWebhookSender } from "../../webhooks/sender.ts";
import { postByFetch } from "./post.ts";

let retryAfter = "";
let requests = 0;
// Its connections are used again, however long the machine stalls between two attempts.
const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  requests += 1;
  request.resume();
  response.writeHead(requests === 1 ? 503 : 204, { "Retry-After": retryAfter }).end();
});
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The first retry, with the most jitter. */
const FIRST_DELAY_MS = 1_100;
const LONGEST_MS = 600_000;

it.each([
  ["0", FIRST_DELAY_MS],
  ["-5", FIRST_DELAY_MS],
  ["", FIRST_DELAY_MS],
  ["soon", FIRST_DELAY_MS],
  ["1e9", FIRST_DELAY_MS],
  ["NaN", FIRST_DELAY_MS],
  ["Thu, 01 Jan 1970 00:00:00 GMT", FIRST_DELAY_MS],
  ["Fri, 99 Foo 2026 99:99:99 GMT", FIRST_DELAY_MS],
  ["120", 120_000],
  ["86400", LONGEST_MS],
  ["999999999", LONGEST_MS],
  ["99999999999999999999", LONGEST_MS],
  ["Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_MS],
])(
  "after `Retry-After: %s` the next attempt is %i ms later, and delivers",
  async (sent, delayMs) => {
    retryAfter = sent;
    requests = 0;
    const store = new MemoryStore();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { secrets } = createEndpoint({ ...KEY, url, events: "all" }, NOW);
    await store.outbox.addEndpoint(endpointOf({ url, secrets }), 0);
    await store.commit([writeOf("a", { transitions: [transitionOf(1)] })]);
    let now = NOW;
    const deliver = async () => {
      const claim = await store.outbox.claim(KEY, "me", now, now + CLAIM_MS);
      if (!claim) throw new Error("The endpoint is claimed.");
      const common = { store, clock: new Clock(() => now), owner: "me", trim: new DeliveryTrim() };
      const send = createWebhookSender(postByFetch, () => store.incarnation());
      return new DeliveryWorker({ ...common, send, claim, claimedAt: now, random: () => 1 }).run();
    };
    expect(await deliver()).toEqual({ reason: "idle", nextAt: NOW + delayMs });
    now = NOW + delayMs;
    expect(await deliver()).toEqual({ reason: "idle", nextAt: null });
    const [delivery] = await store.outbox.deliveries(KEY, { limit: 10 });
    expect(delivery).toMatchObject({ status: "delivered", attempts: 2, response: 204 });
    expect(requests).toBe(2);
  },
);
