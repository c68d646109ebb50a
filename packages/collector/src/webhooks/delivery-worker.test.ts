import { expect, it } from "vitest";
import { Clock } from "../engine/clock.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { ACCOUNT, NOW, transitionOf, writeOf } from "../stores/suite/case.ts";
import { endpointOf, KEY } from "../stores/suite/endpoint.ts";
import { DeliveryTrim } from "./delivery-trim.ts";
import { CLAIM_MS, DeliveryWorker } from "./delivery-worker.ts";

it("keeps its claim while it reads a long log, in which nothing is for the webhook", async () => {
  const store = new MemoryStore();
  await store.outbox.addEndpoint(endpointOf({ events: "notified" }), 0);
  const transitions = Array.from({ length: 4_000 }, (_, index) => transitionOf(index + 1));
  await store.commit([writeOf("a", { transitions })]);
  let now = NOW;
  const log = store.log.bind(store);
  let reads = 0;
  const stolen: unknown[] = [];
  store.log = async (...parameters) => {
    now += CLAIM_MS / 4;
    reads += 1;
    const claim = await store.outbox.claim(KEY, "another collector", now, now + CLAIM_MS);
    if (claim) stolen.push(claim);
    return log(...parameters);
  };
  const claim = await store.outbox.claim(KEY, "me", now, now + CLAIM_MS);
  if (!claim) throw new Error("The endpoint is claimed.");
  const worker = new DeliveryWorker({
    store,
    clock: new Clock(() => now),
    owner: "me",
    claim,
    claimedAt: now,
    send: async () => ({ outcome: "delivered", response: 200, error: null, retryAfterMs: null }),
    trim: new DeliveryTrim(),
    random: () => 0.5,
  });
  expect((await worker.run()).reason).toBe("idle");
  expect(stolen).toEqual([]);
  expect(reads).toBeGreaterThan(20);
  const [status] = await store.outbox.endpoints(ACCOUNT);
  expect(status?.cursor).toBe(await store.lastCursor(ACCOUNT));
});
