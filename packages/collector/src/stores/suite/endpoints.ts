/**
 * Cases for webhook endpoints: added, changed and removed.
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
  SOON,
  settlementOf,
  waitingOf,
} from "./endpoint.ts";

export const endpointCases: readonly ConformanceCase[] = [
  {
    name: "lists endpoints with their cursor, by account and id",
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
    name: "the name of an endpoint is unique within its account",
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
    name: "a change keeps the fields that it does not name",
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
    name: "removing an endpoint deletes everything about it",
    async run(open) {
      const store = await openPrepared(open);
      await claimAndSettle(store, { waiting: [waitingOf()], deliveries: [deliveryOf(1)] });
      ok(await store.outbox.claim(KEY, "me", NOW, SOON));
      equal(await store.outbox.removeEndpoint(KEY), true);
      equal(await store.outbox.removeEndpoint(KEY), false);
      equal(await store.outbox.settle(KEY, "me", settlementOf(), SOON), false);
      await store.outbox.addEndpoint(endpointOf(), 0);
      deepEqual(await readWaiting(store), []);
      deepEqual(await store.outbox.deliveries(KEY, { limit: 10 }), []);
    },
  },
];
