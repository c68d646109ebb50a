/**
 * Cases for broadcasts, and for the liveness watermark that detects outages.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ACCOUNT, type ConformanceCase, NOW } from "./case.ts";

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
