/**
 * Cases for what tells an account that is unheard from one whose visitors left: when its last signal was
 * accepted, which of its sessions are due, and the two broadcasts.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Stored } from "../store.ts";
import {
  ACCOUNT,
  COLUMNS,
  type ConformanceCase,
  keyOf,
  LEASE_MS,
  NOW,
  sessionWithBeat,
  writeOf,
} from "./case.ts";

const idsOf = (found: readonly Stored[]) => found.map(({ session }) => session.id);

export const signalCases: readonly ConformanceCase[] = [
  {
    name: "keeps the latest time at which an account's signal was accepted",
    async run(open) {
      const store = await open();
      equal(await store.lastSignalAt(ACCOUNT), null);
      await store.noteSignals(new Map());
      await store.noteSignals(new Map([[ACCOUNT, NOW + 5]]));
      await store.noteSignals(
        new Map([
          ["desk", NOW],
          [ACCOUNT, NOW + 4],
        ]),
      );
      equal(await store.lastSignalAt(ACCOUNT), NOW + 5);
      equal(await store.lastSignalAt("desk"), NOW);
      equal(await store.lastSignalAt("other"), null);
    },
  },
  {
    name: "stores that an account is unheard and heard again among the broadcasts",
    async run(open) {
      const store = await open();
      const unheard = { type: "unheard", account: ACCOUNT, at: NOW, missed: 9 } as const;
      const heard = { type: "heard", account: ACCOUNT, at: NOW + 60_000 } as const;
      const first = await store.broadcast(unheard);
      const second = await store.broadcast(heard);
      deepEqual(await store.broadcasts(0), [
        { ...unheard, epoch: first },
        { ...heard, epoch: second },
      ]);
    },
  },
  {
    name: "returns the sessions of one account that are due by an instant, most overdue first",
    async run(open) {
      const store = await open();
      const { columns: _, ...shadow } = writeOf("shadow", { deadlineAt: NOW - 3 });
      await store.commit([
        writeOf("late", { deadlineAt: NOW - 1 }),
        writeOf("later", { deadlineAt: NOW - 2 }),
        { ...shadow, columns: { ...COLUMNS, presence: "ignored" } },
        writeOf("soon", { deadlineAt: NOW + 1 }),
        writeOf("never"),
        writeOf("other", { key: keyOf("other", "desk"), deadlineAt: NOW - 9 }),
      ]);
      deepEqual(idsOf(await store.dueOf(ACCOUNT, NOW, 10)), ["shadow", "later", "late"]);
      deepEqual(idsOf(await store.dueOf(ACCOUNT, NOW, 2)), ["shadow", "later"]);
      deepEqual(idsOf(await store.dueOf("desk", NOW, 10)), ["other"]);
      deepEqual(idsOf(await store.dueOf("empty", NOW, 10)), []);
    },
  },
  {
    name: "returns due sessions as their last beat left them",
    async run(open, reopen) {
      let store = await open();
      const ids = ["a", "b", "c"];
      for (const [index, id] of ids.entries()) {
        const session = sessionWithBeat(id, 1, NOW + index);
        await store.commit([writeOf(id, { session, deadlineAt: NOW + index + LEASE_MS })]);
      }
      const [found] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
      const [seq, leaseUntil] = [2, NOW + 1_000 + LEASE_MS];
      const renewal = { seq, leaseUntil };
      const session = sessionWithBeat("a", seq, NOW + 1_000);
      const change = { ...writeOf("a", { session, expectedVersion: 1 }), kind: "lease" } as const;
      if (found?.number === undefined || !store.renew) {
        await store.commit([{ ...change, renewal, deadlineAt: leaseUntil }]);
      } else {
        const lease = { number: found.number, expectedVersion: 1, ...renewal };
        await store.renew([{ ...lease, deadlineAt: leaseUntil }]);
      }
      const check = async () => {
        deepEqual(idsOf(await store.dueOf(ACCOUNT, leaseUntil - 1, 10)), ["b", "c"]);
        deepEqual(idsOf(await store.dueOf(ACCOUNT, leaseUntil, 10)), ["b", "c", "a"]);
        deepEqual(idsOf(await store.dueOf(ACCOUNT, leaseUntil, 1)), ["b"]);
        const last = (await store.dueOf(ACCOUNT, leaseUntil, 3)).at(-1);
        deepEqual(last?.session, session);
        equal(last?.deadlineAt, leaseUntil);
      };
      await check();
      if (!reopen) return;
      store = await reopen(store);
      await check();
    },
  },
];
