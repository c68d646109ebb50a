/**
 * Cases for the sweep: sessions that are due, and those that have not caught up with a broadcast.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import type { SessionKey } from "../store.ts";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, writeOf } from "./case.ts";

export const deadlineCases: readonly ConformanceCase[] = [
  {
    name: "returns sessions from their deadline on, most overdue first, until the deadline moves",
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
    name: "finds the sessions of one account that have not caught up with an epoch",
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
