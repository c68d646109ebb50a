/**
 * What was sent: listed, kept for a while, sent again, erased with its session.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, transitionOf, writeOf } from "./case.ts";
import {
  deliveryOf,
  KEY,
  NAME,
  prepare,
  SOON,
  settleOnce,
  waitingNow,
  waitingOf,
} from "./endpoint.ts";

export const deliveryCases: readonly ConformanceCase[] = [
  {
    name: "deliveries are listed newest first, by status, from a place on; one that changes stays",
    async run(open) {
      const store = await prepare(open);
      await settleOnce(store, {
        deliveries: [deliveryOf(1), deliveryOf(2, { status: "pending" }), deliveryOf(3)],
      });
      await settleOnce(store, { deliveries: [deliveryOf(2, { status: "failed", attempts: 9 })] });
      const seqs = async (query: object) =>
        (await store.outbox.deliveries(KEY, { limit: 10, ...query })).map(({ seq }) => seq);
      deepEqual(await seqs({}), [3, 2, 1]);
      deepEqual(await seqs({ limit: 1 }), [3]);
      deepEqual(await seqs({ status: "delivered" }), [3, 1]);
      deepEqual(await seqs({ status: "failed" }), [2]);
      deepEqual(await seqs({ status: "pending" }), []);
      const [first] = await store.outbox.deliveries(KEY, { limit: 1 });
      deepEqual(await seqs({ beforePosition: first?.position }), [2, 1]);
      deepEqual(await seqs({ beforePosition: first?.position, status: "delivered" }), [1]);
    },
  },
  {
    name: "of each status the newest deliveries are kept, and all that are pending",
    async run(open) {
      const store = await prepare(open);
      const transitions = [4, 5, 6].map(transitionOf);
      await store.commit([writeOf("a", { expectedVersion: 1, transitions })]);
      await settleOnce(store, {
        deliveries: [
          deliveryOf(1, { status: "pending" }),
          deliveryOf(2, { status: "pending" }),
          deliveryOf(3),
          deliveryOf(4),
          deliveryOf(5, { status: "failed" }),
          deliveryOf(6, { status: "superseded" }),
        ],
      });
      await store.outbox.trimDeliveries(KEY, 1);
      const left = await store.outbox.deliveries(KEY, { limit: 10 });
      deepEqual(
        left.map(({ seq }) => seq),
        [6, 5, 4, 2, 1],
      );
      await store.outbox.forgetDeliveries("desk", NOW + 1);
      await store.outbox.forgetDeliveries(ACCOUNT, NOW);
      equal((await store.outbox.deliveries(KEY, { limit: 10 })).length, 5);
      await store.outbox.forgetDeliveries(ACCOUNT, NOW + 1);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
    },
  },
  {
    name: "a transition that was passed is sent again before what comes next",
    async run(open) {
      const store = await prepare(open);
      const [, second] = await store.log(ACCOUNT, 0, 10);
      await settleOnce(store, { cursor: second?.cursor ?? 0, deliveries: [deliveryOf(1)] });
      const again = (...seqs: number[]) =>
        store.outbox.resend(
          KEY,
          seqs.map((seq) => ({ ...NAME, seq })),
          SOON,
        );
      equal(await again(3), 0, "3 is yet to come");
      equal(await again(9), 0, "there is no 9");
      equal(await again(2, 1, 2), 2);
      equal(await again(1), 0, "1 waits already");
      deepEqual(await waitingNow(store), [
        waitingOf({
          resends: [1, 2],
          nextSeq: 3,
          attempts: 0,
          waitingSince: SOON,
          nextAttemptAt: SOON,
        }),
      ]);
      const [listed] = await store.outbox.deliveries(KEY, { status: "pending", limit: 10 });
      equal(listed?.seq, 1);
    },
  },
  {
    name: "a session that waits keeps its turn when more is to be sent again",
    async run(open) {
      const store = await prepare(open);
      await settleOnce(store, { cursor: 99, waiting: [waitingOf({ nextSeq: 3 })] });
      equal(await store.outbox.resend(KEY, [{ ...NAME, seq: 1 }], SOON + 9), 1);
      equal(await store.outbox.resend(KEY, [{ ...NAME, seq: 3 }], SOON + 9), 0);
      deepEqual(await waitingNow(store), [waitingOf({ resends: [1], nextSeq: 3 })]);
    },
  },
  {
    name: "an erased session leaves nothing, also where it is settled afterwards",
    async run(open) {
      const store = await prepare(open);
      const kept = { cursor: 3, waiting: [waitingOf()], deliveries: [deliveryOf(1)] };
      await settleOnce(store, kept);
      await store.erase(keyOf("a"));
      deepEqual(await waitingNow(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
      await settleOnce(store, kept);
      deepEqual(await waitingNow(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
      equal(await store.outbox.resend(KEY, [{ ...NAME, seq: 1 }], NOW), 0);
    },
  },
];
