/**
 * Cases for the clock that a store's collectors share: its own, or that of a collector.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { ClockKeeper, ClockReading } from "../store.ts";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, writeOf } from "./case.ts";

export const clockCases: readonly ConformanceCase[] = [
  {
    name: "stores a step of the clock among the broadcasts, and finds sessions that lack it",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a"), writeOf("b")]);
      const settings = { type: "settings", account: ACCOUNT, at: NOW, triggers: [] } as const;
      const step = {
        type: "clock_step",
        account: null,
        at: NOW + 1,
        offsetMs: -3_600_000,
      } as const;
      const before = await store.broadcast({ ...settings, overrides: {} });
      const epoch = await store.broadcast(step);
      ok(epoch > before);
      deepEqual(await store.broadcasts(before), [{ ...step, epoch }]);
      equal((await store.notCaughtUp(ACCOUNT, epoch, 10)).length, 2);
      await store.commit([writeOf("a", { expectedVersion: 1, epoch })]);
      deepEqual(await store.notCaughtUp(ACCOUNT, epoch, 10), [keyOf("b")]);
    },
  },
  {
    name: "lets the liveness watermark be behind a step of the clock: both are in steady time",
    async run(open) {
      const store = await open();
      equal(await store.heartbeat(NOW, 5_000), false);
      const step = { type: "clock_step", account: null, at: NOW, offsetMs: 3_600_000 } as const;
      const epoch = await store.broadcast(step);
      equal(await store.heartbeat(NOW + 5_000, 5_000), false);
      deepEqual(await store.broadcasts(epoch), []);
    },
  },
  {
    name: "without a clock of its own, names the collector that is its clock",
    async run(open, reopen) {
      let store = await open();
      if (!store.keepClock) return { skipped: "the store has a clock of its own, or one process" };
      const first = {
        collector: "a",
        boot: "one",
        base: NOW - 1_000.25,
        mono: 1_000.5,
        suspended: null,
      };
      const second = { collector: "b", boot: "two", base: NOW + 0.75, mono: 0.125, suspended: 7.5 };
      const seen: (ClockKeeper | null)[] = [];
      const watermarks: (number | null)[] = [];
      const replace = (next: ClockKeeper) =>
        store.keepClock?.((keeper, watermark) => {
          seen.push(keeper && { ...keeper });
          watermarks.push(watermark);
          return next;
        });
      await replace(first);
      await store.heartbeat(NOW, 5_000);
      if (reopen) store = await reopen(store);
      await replace(second);
      await replace(second);
      deepEqual(seen, [null, first, second]);
      deepEqual(watermarks, [null, NOW, NOW]);
    },
  },
  {
    name: "with a clock of its own, reads it together with the liveness watermark",
    async run(open) {
      const store = await open();
      if (!store.readClock) return { skipped: "the store has no clock of its own" };
      const read = () => store.readClock?.() as Promise<ClockReading>;
      const first = await read();
      equal(first.watermark, null);
      ok(first.now > NOW, "epoch milliseconds");
      await store.heartbeat(NOW, 5_000);
      const second = await read();
      equal(second.watermark, NOW);
      ok(second.now >= first.now && second.now < first.now + 60_000);
    },
  },
];
