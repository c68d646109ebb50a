/**
 * The data of the outbox cases: an endpoint, its waiting sessions and its deliveries.
 * @module
 */
import { ok } from "node:assert/strict";
import type { Delivery, Endpoint, Settlement, WaitingSession } from "../outbox.ts";
import type { Store } from "../store.ts";
import { ACCOUNT, NOW, transitionOf, writeOf } from "./case.ts";

export const KEY = { account: ACCOUNT, id: "wh_1" };
export const SESSION_NAME = { session: "a", sessionCreatedAt: NOW };
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

export function waitingOf(change: Partial<WaitingSession> = {}): WaitingSession {
  const begun = { attempts: 1, waitingSince: NOW, nextAttemptAt: SOON };
  return { ...SESSION_NAME, resends: [], nextSeq: 1, ...begun, ...change };
}

export function deliveryOf(seq: number, change: Partial<Delivery> = {}): Delivery {
  const last = { updatedAt: NOW, response: 200, error: null, nextAttemptAt: null };
  return { ...SESSION_NAME, seq, status: "delivered", attempts: 1, ...last, ...change };
}

export function settlementOf(change: Partial<Settlement> = {}): Settlement {
  return { cursor: 0, pausedUntil: null, waiting: [], caughtUp: [], deliveries: [], ...change };
}

/** A store with an endpoint at cursor 0 and a session with three transitions. */
export async function openPrepared(open: () => Promise<Store>): Promise<Store> {
  const store = await open();
  await store.commit([
    writeOf("a", { transitions: [transitionOf(1), transitionOf(2), transitionOf(3)] }),
  ]);
  await store.outbox.addEndpoint(endpointOf(), 0);
  return store;
}

export async function claimAndSettle(
  { outbox }: Store,
  change: Partial<Settlement>,
): Promise<void> {
  ok(await outbox.claim(KEY, "me", NOW, SOON));
  ok(await outbox.settle(KEY, "me", settlementOf(change), null));
}

export async function readWaiting({ outbox }: Store): Promise<readonly WaitingSession[]> {
  const claim = await outbox.claim(KEY, "reader", NOW, SOON);
  await outbox.settle(KEY, "reader", settlementOf({ cursor: claim?.cursor ?? 0 }), null);
  return claim?.waiting ?? [];
}
