/**
 * What the outbox cases write into stores: an endpoint, what it waits for and what it was sent.
 * @module
 */
import { ok } from "node:assert/strict";
import type { Delivery, Endpoint, Settlement, Waiting } from "../outbox.ts";
import type { Store } from "../store.ts";
import { ACCOUNT, NOW, transitionOf, writeOf } from "./case.ts";

export const KEY = { account: ACCOUNT, id: "wh_1" };
export const NAME = { session: "a", sessionCreatedAt: NOW };
export const SOON = NOW + 1_000;

export function endpointOf(change: Partial<Endpoint> = {}): Endpoint {
  return {
    ...KEY,
    name: "desk",
    url: "https://desk.example/hook",
    events: "all",
    secrets: [{ secret: "whsec_1", expiresAt: null }],
    disabled: null,
    createdAt: NOW,
    ...change,
  };
}

export function waitingOf(change: Partial<Waiting> = {}): Waiting {
  const begun = { attempts: 1, waitingSince: NOW, nextAttemptAt: SOON };
  return { ...NAME, resends: [], nextSeq: 1, ...begun, ...change };
}

export function deliveryOf(seq: number, change: Partial<Delivery> = {}): Delivery {
  const last = { updatedAt: NOW, response: 200, error: null, nextAttemptAt: null };
  return { ...NAME, seq, status: "delivered", attempts: 1, ...last, ...change };
}

export function settlementOf(change: Partial<Settlement> = {}): Settlement {
  return { cursor: 0, pausedUntil: null, waiting: [], caughtUp: [], deliveries: [], ...change };
}

/** A store with an endpoint that has come to nothing yet, and a session with three transitions. */
export async function prepare(open: () => Promise<Store>): Promise<Store> {
  const store = await open();
  await store.commit([
    writeOf("a", { transitions: [transitionOf(1), transitionOf(2), transitionOf(3)] }),
  ]);
  await store.outbox.addEndpoint(endpointOf(), 0);
  return store;
}

export async function settleOnce({ outbox }: Store, change: Partial<Settlement>): Promise<void> {
  ok(await outbox.claim(KEY, "me", NOW, SOON));
  ok(await outbox.settle(KEY, "me", settlementOf(change), null));
}

export async function waitingNow({ outbox }: Store): Promise<readonly Waiting[]> {
  const claim = await outbox.claim(KEY, "reader", NOW, SOON);
  await outbox.settle(KEY, "reader", settlementOf({ cursor: claim?.cursor ?? 0 }), null);
  return claim?.waiting ?? [];
}
