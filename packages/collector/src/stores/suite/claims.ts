/**
 * Cases for claims on endpoints: one owner at a time, and settlements that are atomic.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ACCOUNT, type ConformanceCase, NOW } from "./case.ts";
import {
  claimAndSettle,
  deliveryOf,
  endpointOf,
  KEY,
  openPrepared,
  readWaiting,
  SESSION_NAME,
  SOON,
  settlementOf,
  waitingOf,
} from "./endpoint.ts";

export const claimCases: readonly ConformanceCase[] = [
  {
    name: "an endpoint has one owner at a time, until the claim expires or is released",
    async run(open) {
      const { outbox } = await openPrepared(open);
      deepEqual(await outbox.claim(KEY, "me", NOW, SOON), {
        endpoint: endpointOf(),
        cursor: 0,
        pausedUntil: null,
        waiting: [],
      });
      equal(await outbox.claim(KEY, "you", SOON - 1, SOON + 1), null);
      equal(await outbox.settle(KEY, "me", settlementOf(), SOON + 5), true);
      equal(await outbox.claim(KEY, "you", SOON + 4, SOON + 9), null);
      ok(await outbox.claim(KEY, "you", SOON + 5, SOON + 9));
      equal(await outbox.settle(KEY, "me", settlementOf({ cursor: 9 }), SOON), false);
      equal(await outbox.settle(KEY, "you", settlementOf({ cursor: 1 }), null), true);
      equal((await outbox.claim(KEY, "me", SOON + 6, SOON + 9))?.cursor, 1);
      equal(await outbox.claim({ account: ACCOUNT, id: "none" }, "me", NOW, SOON), null);
    },
  },
  {
    name: "a settlement stores cursor, pause, waiting sessions and deliveries",
    async run(open) {
      const store = await openPrepared(open);
      const waiting = waitingOf({ resends: [1], nextSeq: 3, nextAttemptAt: SOON + 7 });
      const pending = deliveryOf(3, { status: "pending", response: null, error: "timeout" });
      await claimAndSettle(store, {
        cursor: 3,
        pausedUntil: SOON,
        waiting: [waiting],
        deliveries: [deliveryOf(2), pending],
      });
      const [standing] = await store.outbox.endpoints();
      deepEqual(standing, {
        endpoint: endpointOf(),
        cursor: 3,
        pausedUntil: SOON,
        nextAttemptAt: SOON + 7,
      });
      deepEqual(await readWaiting(store), [waiting]);
      const listed = await store.outbox.deliveries(KEY, { limit: 10 });
      deepEqual(
        listed.map(({ position: _, ...delivery }) => delivery),
        [pending, deliveryOf(2)],
      );
      await claimAndSettle(store, { cursor: 3, caughtUp: [SESSION_NAME] });
      deepEqual(await readWaiting(store), []);
    },
  },
  {
    name: "a settlement after the claim ended stores nothing",
    async run(open) {
      const store = await openPrepared(open);
      const done = settlementOf({ cursor: 2, waiting: [waitingOf()], deliveries: [deliveryOf(1)] });
      for (const end of [
        () => store.outbox.changeEndpoint(KEY, { url: "https://desk.example/other" }),
        () => store.outbox.moveCursor(KEY, 1, true),
        () => store.outbox.resend(KEY, [], NOW),
      ]) {
        ok(await store.outbox.claim(KEY, "me", NOW, SOON));
        await end();
        equal(await store.outbox.settle(KEY, "me", done, SOON), false);
      }
      equal((await store.outbox.endpoints())[0]?.cursor, 1);
      deepEqual(await readWaiting(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
    },
  },
  {
    name: "a cursor moves back freely, and forward only if allowed",
    async run(open) {
      const { outbox } = await openPrepared(open);
      const cursor = async () => (await outbox.endpoints())[0]?.cursor;
      await outbox.moveCursor(KEY, 3, true);
      equal(await cursor(), 3);
      await outbox.moveCursor(KEY, 9, false);
      equal(await cursor(), 3);
      await outbox.moveCursor(KEY, 1, false);
      equal(await cursor(), 1);
    },
  },
];
