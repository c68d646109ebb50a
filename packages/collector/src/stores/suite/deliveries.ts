/**
 * Cases for deliveries: listed, pruned, resent, erased with their session.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, transitionOf, writeOf } from "./case.ts";
import {
  claimAndSettle,
  deliveryOf,
  endpointOf,
  KEY,
  openPrepared,
  readWaiting,
  SESSION_NAME,
  SOON,
  waitingOf,
} from "./endpoint.ts";

export const deliveryCases: readonly ConformanceCase[] = [
  {
    name: "lists deliveries newest first, by status and before a position; a change keeps the position",
    async run(open) {
      const store = await openPrepared(open);
      await claimAndSettle(store, {
        deliveries: [deliveryOf(1), deliveryOf(2, { status: "pending" }), deliveryOf(3)],
      });
      await claimAndSettle(store, {
        deliveries: [deliveryOf(2, { status: "failed", attempts: 9 })],
      });
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
    name: "finds the deliveries of a session's transitions, to one endpoint and of no other session",
    async run(open) {
      const store = await openPrepared(open);
      const other = { id: "wh_2", name: "other" };
      await store.outbox.addEndpoint(endpointOf(other), 0);
      const transitions = [transitionOf(1), transitionOf(2)];
      await store.commit([writeOf("aa", { transitions })]);
      await claimAndSettle(store, {
        deliveries: [
          deliveryOf(3, { status: "failed", response: null, error: "timeout" }),
          deliveryOf(1),
          deliveryOf(2, { session: "aa" }),
        ],
      });
      const find = (from: number, to: number, change: Partial<typeof SESSION_NAME> = {}) =>
        store.outbox.deliveriesOfSession(KEY, { ...SESSION_NAME, ...change }, { from, to });
      const all = await find(1, 9);
      const listed = await store.outbox.deliveries(KEY, { limit: 10 });
      deepEqual(
        all,
        listed.filter(({ session }) => session === "a").sort((a, b) => a.seq - b.seq),
      );
      deepEqual(
        all.map(({ seq, error }) => ({ seq, error })),
        [
          { seq: 1, error: null },
          { seq: 3, error: "timeout" },
        ],
      );
      deepEqual(
        (await find(2, 3)).map(({ seq }) => seq),
        [3],
      );
      deepEqual(await find(4, 3), []);
      deepEqual(await find(1, 9, { sessionCreatedAt: NOW + 1 }), []);
      const elsewhere = { account: ACCOUNT, id: other.id };
      deepEqual(
        await store.outbox.deliveriesOfSession(elsewhere, SESSION_NAME, { from: 1, to: 9 }),
        [],
      );
    },
  },
  {
    name: "trims to the newest deliveries of each status, and keeps all pending ones",
    async run(open) {
      const store = await openPrepared(open);
      const transitions = [4, 5, 6].map(transitionOf);
      await store.commit([writeOf("a", { expectedVersion: 1, transitions })]);
      await claimAndSettle(store, {
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
      const prune = async (account: string, before: number) => {
        for (let after: string | null = null; ; ) {
          after = await store.outbox.pruneDeliveries(account, before, after, 2);
          if (after === null) return;
        }
      };
      await prune("desk", NOW + 1);
      await prune(ACCOUNT, NOW);
      equal((await store.outbox.deliveries(KEY, { limit: 10 })).length, 5);
      await prune(ACCOUNT, NOW + 1);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
    },
  },
  {
    name: "resends a transition below the cursor before the next one",
    async run(open) {
      const store = await openPrepared(open);
      const [, second] = await store.log(ACCOUNT, 0, 10);
      await claimAndSettle(store, { cursor: second?.cursor ?? 0, deliveries: [deliveryOf(1)] });
      const resend = (...seqs: number[]) =>
        store.outbox.resend(
          KEY,
          seqs.map((seq) => ({ ...SESSION_NAME, seq })),
          SOON,
        );
      equal(await resend(3), 0, "3 has not been sent yet");
      equal(await resend(9), 0, "9 does not exist");
      equal(await resend(2, 1, 2), 2);
      equal(await resend(1), 0, "1 is waiting already");
      deepEqual(await readWaiting(store), [
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
    name: "a waiting session keeps its next attempt when a transition is added to resend",
    async run(open) {
      const store = await openPrepared(open);
      await claimAndSettle(store, { cursor: 99, waiting: [waitingOf({ nextSeq: 3 })] });
      equal(await store.outbox.resend(KEY, [{ ...SESSION_NAME, seq: 1 }], SOON + 9), 1);
      equal(await store.outbox.resend(KEY, [{ ...SESSION_NAME, seq: 3 }], SOON + 9), 0);
      deepEqual(await readWaiting(store), [waitingOf({ resends: [1], nextSeq: 3 })]);
    },
  },
  {
    name: "erasing a session deletes its deliveries, also if a settlement follows",
    async run(open) {
      const store = await openPrepared(open);
      const settlement = { cursor: 3, waiting: [waitingOf()], deliveries: [deliveryOf(1)] };
      await claimAndSettle(store, settlement);
      await store.erase(keyOf("a"));
      deepEqual(await readWaiting(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
      deepEqual(await store.outbox.deliveriesOfSession(KEY, SESSION_NAME, { from: 1, to: 9 }), []);
      await claimAndSettle(store, settlement);
      deepEqual(await readWaiting(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
      equal(await store.outbox.resend(KEY, [{ ...SESSION_NAME, seq: 1 }], NOW), 0);
    },
  },
];
