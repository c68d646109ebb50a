/**
 * Cases for broadcasts, and for the liveness watermark that detects outages.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, writeOf } from "./case.ts";

export const broadcastCases: readonly ConformanceCase[] = [
  {
    name: "stores broadcasts in the order of increasing epochs",
    async run(open) {
      const store = await open();
      const settings = { type: "settings", account: ACCOUNT, at: NOW, triggers: [] } as const;
      const first = await store.broadcast({ ...settings, overrides: { routing: "omnichannel" } });
      const second = await store.broadcast({ ...settings, overrides: {} });
      ok(second > first);
      deepEqual(await store.broadcasts(0), [
        { ...settings, overrides: { routing: "omnichannel" }, epoch: first },
        { ...settings, overrides: {}, epoch: second },
      ]);
      equal((await store.broadcasts(first)).length, 1);
    },
  },
  {
    name: "reads the first of the broadcasts, as many as are asked for",
    async run(open) {
      const store = await open();
      const settings = { type: "settings", account: ACCOUNT, at: NOW, triggers: [] } as const;
      const epochs: number[] = [];
      for (const routing of ["messaging", "omnichannel", "messaging"]) {
        epochs.push(await store.broadcast({ ...settings, overrides: { routing } }));
      }
      const [first = 0, second, third] = epochs;
      const read = async (after: number, limit: number) =>
        (await store.broadcasts(after, limit)).map(({ epoch }) => epoch);
      deepEqual(await read(0, 2), [first, second]);
      deepEqual(await read(first, 2), [second, third]);
      deepEqual(await read(first, 1), [second]);
    },
  },
  {
    name: "appends a broadcast only after the one that was the last, where that is asked for",
    async run(open) {
      const store = await open();
      const settings = { type: "settings", account: ACCOUNT, at: NOW, triggers: [] } as const;
      const append = (routing: string, lastEpoch?: number) =>
        store.broadcast({ ...settings, overrides: { routing } }, [], lastEpoch);
      const first = await append("first", 0);
      equal(await append("too late", 0), 0);
      const epochs = await Promise.all(["a", "b", "c"].map((routing) => append(routing, first)));
      equal(epochs.filter((epoch) => epoch > first).length, 1);
      equal(epochs.filter((epoch) => epoch === 0).length, 2);
      ok((await append("whatever there is")) > first);
      equal((await store.broadcasts(0)).length, 3);
    },
  },
  {
    name: "drops broadcasts, and never uses their epochs again",
    async run(open, reopen) {
      let store = await open();
      const settings = { type: "settings", account: ACCOUNT, at: NOW, triggers: [] } as const;
      const epochs: number[] = [];
      for (const routing of ["messaging", "omnichannel", "messaging"]) {
        epochs.push(await store.broadcast({ ...settings, overrides: { routing } }));
      }
      const [first = 0, second = 0, last = 0] = epochs;
      await store.dropBroadcasts([first, second, last + 1_000]);
      if (reopen) store = await reopen(store);
      deepEqual(await store.broadcasts(0), [
        { ...settings, overrides: { routing: "messaging" }, epoch: last },
      ]);
      await store.dropBroadcasts([]);
      ok((await store.broadcast({ ...settings, overrides: {} })) > last);
    },
  },
  {
    name: "closes the epochs that every session of an account has left",
    async run(open, reopen) {
      let store = await open();
      const settings = { type: "settings", account: ACCOUNT, at: NOW, triggers: [] } as const;
      const first = await store.broadcast({ ...settings, overrides: {} });
      const second = await store.broadcast({ ...settings, overrides: {} });
      const create = (id: string, epoch: number, account = ACCOUNT) =>
        store.commit([writeOf(id, { epoch, key: keyOf(id, account) })]);
      // In several partitions and shards, of which only some have sessions at the first epoch.
      for (const id of ["a", "e"]) await create(id, first);
      for (const id of ["b", "c", "d"]) await create(id, second);
      await create("other", first, "other");
      equal(await store.closeEpochs(ACCOUNT, second), false);
      equal(await store.closeEpochs(ACCOUNT, first), true);
      for (const id of ["a", "e"]) {
        await store.commit([writeOf(id, { expectedVersion: 1, epoch: second })]);
      }
      equal(await store.closeEpochs(ACCOUNT, second), true);
      equal(await store.closeEpochs(ACCOUNT, first), true, "and none is opened again");
      if (reopen) store = await reopen(store);
      for (const id of ["f", "g", "h"]) deepEqual(await create(id, first), ["conflict"]);
      deepEqual(await store.load([{ key: keyOf("f"), eventIds: [] }]), [
        { stored: null, seenEventIds: [] },
      ]);
      deepEqual(await create("f", second), ["committed"]);
      deepEqual(await create("f", first, "other"), ["committed"], "another account's are open");
      const again = writeOf("a", { expectedVersion: 2, epoch: second, eventIds: ["e1"] });
      deepEqual(await store.commit([again]), ["committed"]);
      deepEqual(await store.notCaughtUp(ACCOUNT, second, 10), []);
    },
  },
  {
    name: "broadcasts an outage once if the liveness watermark is too old",
    async run(open) {
      const store = await open();
      equal(await store.heartbeat(NOW, 5_000), false);
      equal(await store.heartbeat(NOW + 5_000, 5_000), false);
      equal(await store.heartbeat(NOW + 4_000, 5_000), false, "the watermark never moves back");
      equal(await store.heartbeat(NOW + 10_001, 5_000), true);
      equal(await store.heartbeat(NOW + 10_002, 5_000), false);
      const [outage] = await store.broadcasts(0);
      deepEqual(outage && { ...outage, epoch: 0 }, {
        type: "outage",
        account: null,
        epoch: 0,
        at: NOW + 10_001,
        fromAt: NOW + 5_000,
      });
    },
  },
];
