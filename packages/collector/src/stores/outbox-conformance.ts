/**
 * What every store must pass to be an outbox for webhooks; see `stores/conformance.ts`.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, transitionOf, writeOf } from "./conformance.ts";
import type { Delivery, Endpoint, Settlement, Waiting } from "./outbox.ts";
import type { Store } from "./store.ts";

const KEY = { account: ACCOUNT, id: "wh_1" };
const NAME = { session: "a", sessionCreatedAt: NOW };
const SOON = NOW + 1_000;

function endpointOf(change: Partial<Endpoint> = {}): Endpoint {
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

function waitingOf(change: Partial<Waiting> = {}): Waiting {
  const begun = { attempts: 1, waitingSince: NOW, nextAttemptAt: SOON };
  return { ...NAME, again: [], nextSeq: 1, ...begun, ...change };
}

function deliveryOf(seq: number, change: Partial<Delivery> = {}): Delivery {
  const last = { updatedAt: NOW, response: 200, error: null, nextAttemptAt: null };
  return { ...NAME, seq, status: "delivered", attempts: 1, ...last, ...change };
}

function settlementOf(change: Partial<Settlement> = {}): Settlement {
  return { cursor: 0, pausedUntil: null, waiting: [], caughtUp: [], deliveries: [], ...change };
}

/** A store with an endpoint that has come to nothing yet, and a session with three transitions. */
async function prepare(open: () => Promise<Store>): Promise<Store> {
  const store = await open();
  await store.commit([
    writeOf("a", { transitions: [transitionOf(1), transitionOf(2), transitionOf(3)] }),
  ]);
  await store.outbox.addEndpoint(endpointOf(), 0);
  return store;
}

async function settleOnce({ outbox }: Store, change: Partial<Settlement>): Promise<void> {
  ok(await outbox.claim(KEY, "me", NOW, SOON));
  ok(await outbox.settle(KEY, "me", settlementOf(change), null));
}

async function waitingNow({ outbox }: Store): Promise<readonly Waiting[]> {
  const claim = await outbox.claim(KEY, "reader", NOW, SOON);
  await outbox.settle(KEY, "reader", settlementOf({ cursor: claim?.cursor ?? 0 }), null);
  return claim?.waiting ?? [];
}

export const outboxConformanceCases: readonly ConformanceCase[] = [
  {
    name: "endpoints are kept with how far they have come, by account and id",
    async run(open) {
      const { outbox } = await open();
      const other = endpointOf({ account: "desk", id: "wh_0" });
      const second = endpointOf({ id: "wh_2", name: "log" });
      for (const endpoint of [second, endpointOf(), other]) {
        equal(await outbox.addEndpoint(endpoint, 7), true);
      }
      const begun = { cursor: 7, pausedUntil: null, nextAttemptAt: null };
      deepEqual(await outbox.endpoints(), [
        { endpoint: other, ...begun },
        { endpoint: endpointOf(), ...begun },
        { endpoint: second, ...begun },
      ]);
    },
  },
  {
    name: "a name is one endpoint's within its account",
    async run(open) {
      const { outbox } = await open();
      await outbox.addEndpoint(endpointOf(), 0);
      equal(await outbox.addEndpoint(endpointOf({ id: "wh_2" }), 0), false);
      await outbox.addEndpoint(endpointOf({ id: "wh_2", name: "log" }), 0);
      const second = { account: ACCOUNT, id: "wh_2" };
      equal(await outbox.changeEndpoint(second, { name: "desk" }), "taken");
      ok(await outbox.changeEndpoint(second, { name: "log" }));
      deepEqual(
        (await outbox.endpoints()).map(({ endpoint }) => endpoint.name),
        ["desk", "log"],
      );
    },
  },
  {
    name: "a change leaves alone what it does not name",
    async run(open) {
      const { outbox } = await open();
      await outbox.addEndpoint(endpointOf(), 0);
      const disabled = { at: NOW, reason: "gone" } as const;
      const changed = endpointOf({ disabled });
      deepEqual(await outbox.changeEndpoint(KEY, { disabled }), changed);
      deepEqual((await outbox.endpoints())[0]?.endpoint, changed);
      equal(await outbox.changeEndpoint({ account: "desk", id: "wh_1" }, { disabled }), null);
    },
  },
  {
    name: "one owner at a time has an endpoint, until its claim runs out or is let go",
    async run(open) {
      const { outbox } = await prepare(open);
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
    name: "what is done under a claim is kept as one",
    async run(open) {
      const store = await prepare(open);
      const waiting = waitingOf({ again: [1], nextSeq: 3, nextAttemptAt: SOON + 7 });
      const pending = deliveryOf(3, { status: "pending", response: null, error: "timeout" });
      await settleOnce(store, {
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
      deepEqual(await waitingNow(store), [waiting]);
      const listed = await store.outbox.deliveries(KEY, { limit: 10 });
      deepEqual(
        listed.map(({ position: _, ...delivery }) => delivery),
        [pending, deliveryOf(2)],
      );
      await settleOnce(store, { cursor: 3, caughtUp: [NAME] });
      deepEqual(await waitingNow(store), []);
    },
  },
  {
    name: "nothing is kept once the claim is lost",
    async run(open) {
      const store = await prepare(open);
      const done = settlementOf({ cursor: 2, waiting: [waitingOf()], deliveries: [deliveryOf(1)] });
      for (const end of [
        () => store.outbox.changeEndpoint(KEY, { url: "https://desk.example/other" }),
        () => store.outbox.moveCursor(KEY, 1, true),
        () => store.outbox.sendAgain(KEY, [], NOW),
      ]) {
        ok(await store.outbox.claim(KEY, "me", NOW, SOON));
        await end();
        equal(await store.outbox.settle(KEY, "me", done, SOON), false);
      }
      equal((await store.outbox.endpoints())[0]?.cursor, 1);
      deepEqual(await waitingNow(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
    },
  },
  {
    name: "a cursor moves back, and forward only where that is meant",
    async run(open) {
      const { outbox } = await prepare(open);
      const cursor = async () => (await outbox.endpoints())[0]?.cursor;
      await outbox.moveCursor(KEY, 3, true);
      equal(await cursor(), 3);
      await outbox.moveCursor(KEY, 9, false);
      equal(await cursor(), 3);
      await outbox.moveCursor(KEY, 1, false);
      equal(await cursor(), 1);
    },
  },
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
        store.outbox.sendAgain(
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
          again: [1, 2],
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
      equal(await store.outbox.sendAgain(KEY, [{ ...NAME, seq: 1 }], SOON + 9), 1);
      equal(await store.outbox.sendAgain(KEY, [{ ...NAME, seq: 3 }], SOON + 9), 0);
      deepEqual(await waitingNow(store), [waitingOf({ again: [1], nextSeq: 3 })]);
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
      equal(await store.outbox.sendAgain(KEY, [{ ...NAME, seq: 1 }], NOW), 0);
    },
  },
  {
    name: "a removed endpoint leaves nothing behind",
    async run(open) {
      const store = await prepare(open);
      await settleOnce(store, { waiting: [waitingOf()], deliveries: [deliveryOf(1)] });
      ok(await store.outbox.claim(KEY, "me", NOW, SOON));
      equal(await store.outbox.removeEndpoint(KEY), true);
      equal(await store.outbox.removeEndpoint(KEY), false);
      equal(await store.outbox.settle(KEY, "me", settlementOf(), SOON), false);
      await store.outbox.addEndpoint(endpointOf(), 0);
      deepEqual(await waitingNow(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
    },
  },
];
