import { expect, it } from "vitest";
import { Clock } from "../engine/clock.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { ACCOUNT, NOW, transitionOf, writeOf } from "../stores/suite/case.ts";
import { claimAndSettle, endpointOf, KEY, waitingOf } from "../stores/suite/endpoint.ts";
import { DeliveryTrim } from "./delivery-trim.ts";
import { CLAIM_MS, DeliveryWorker } from "./delivery-worker.ts";

const send = async () =>
  ({ outcome: "delivered", response: 200, error: null, retryAfterMs: null }) as const;

it("stores in parts which sessions wait no longer", async () => {
  const store = new MemoryStore();
  await store.outbox.addEndpoint(endpointOf(), 0);
  const ids = Array.from({ length: 3_000 }, (_, index) => `s_${index}`);
  await store.commit(ids.map((id) => writeOf(id, { transitions: [transitionOf(1)] })));
  const nothing = { nextSeq: 2, attempts: 1, nextAttemptAt: NOW };
  await claimAndSettle(store, {
    cursor: await store.lastCursor(ACCOUNT),
    waiting: ids.map((session) => waitingOf({ session, ...nothing })),
  });
  const claim = await store.outbox.claim(KEY, "me", NOW, NOW + CLAIM_MS);
  if (!claim) throw new Error("The endpoint is claimed.");
  const settle = store.outbox.settle.bind(store.outbox);
  const parts: number[] = [];
  store.outbox.settle = (...parameters) => {
    parts.push(parameters[2].caughtUp.length);
    return settle(...parameters);
  };
  const clock = new Clock(() => NOW);
  const common = { store, clock, owner: "me", send, trim: new DeliveryTrim(), random: () => 0.5 };
  await new DeliveryWorker({ ...common, claim, claimedAt: NOW }).run();
  expect(parts.reduce((sum, count) => sum + count, 0)).toBe(ids.length);
  // Those in flight come on top.
  expect(Math.max(...parts)).toBeLessThanOrEqual(532);
});

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
    send,
    trim: new DeliveryTrim(),
    random: () => 0.5,
  });
  expect((await worker.run()).reason).toBe("idle");
  expect(stolen).toEqual([]);
  expect(reads).toBeGreaterThan(20);
  const [status] = await store.outbox.endpoints(ACCOUNT);
  expect(status?.cursor).toBe(await store.lastCursor(ACCOUNT));
});
