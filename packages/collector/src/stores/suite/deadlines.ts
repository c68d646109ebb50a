/**
 * Who must be looked at: sessions that are due, and those that have not been told a broadcast.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import type { SessionKey } from "../store.ts";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, writeOf } from "./case.ts";

export const wakeCases: readonly ConformanceCase[] = [
  {
    name: "sessions are due at their deadline, the most overdue first, until it moves",
    async run(open) {
      const store = await open();
      await store.commit([
        writeOf("late", { deadlineAt: NOW - 1 }),
        writeOf("later", { deadlineAt: NOW - 2 }),
        writeOf("now", { deadlineAt: NOW }),
        writeOf("soon", { deadlineAt: NOW + 1 }),
        writeOf("never"),
      ]);
      const idsOf = (keys: readonly SessionKey[]) => keys.map(({ id }) => id);
      deepEqual(idsOf(await store.due(NOW, 10)), ["later", "late", "now"]);
      deepEqual(idsOf(await store.due(NOW, 1)), ["later"]);
      await store.commit([
        writeOf("later", { expectedVersion: 1, deadlineAt: NOW + 9 }),
        writeOf("late", { expectedVersion: 1, deadlineAt: null }),
      ]);
      deepEqual(idsOf(await store.due(NOW, 10)), ["now"]);
      deepEqual(await store.due(NOW, 10), [keyOf("now")]);
    },
  },
  {
    name: "sessions behind an epoch are found, of that account only",
    async run(open) {
      const store = await open();
      await store.commit([
        writeOf("old", { epoch: 1 }),
        writeOf("new", { epoch: 2 }),
        writeOf("other", { key: keyOf("other", "desk"), epoch: 0 }),
      ]);
      deepEqual(await store.notCaughtUp(ACCOUNT, 2, 10), [keyOf("old")]);
      deepEqual(await store.notCaughtUp(ACCOUNT, 1, 10), []);
    },
  },
];
