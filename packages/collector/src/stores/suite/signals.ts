/**
 * Cases for what tells an account that is unheard from one whose visitors left: when its last signal was
 * accepted, which of its sessions are due, and the two broadcasts.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Session } from "../../core/session.ts";
import type { SessionKey, Store, Stored } from "../store.ts";
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
      const other = { key: keyOf("a", "desk"), session: sessionWithBeat("a", 1, NOW) };
      await store.commit([writeOf("a", { ...other, deadlineAt: NOW + LEASE_MS })]);
      const [seq, leaseUntil] = [2, NOW + 1_000 + LEASE_MS];
      const session = sessionWithBeat("a", seq, NOW + 1_000);
      for (const key of [keyOf("a"), keyOf("a", "desk")]) {
        await renewLease(store, key, { seq, leaseUntil }, session);
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

/** Renews a lease for the first time, on the fast path if the store has one. */
async function renewLease(
  store: Store,
  key: SessionKey,
  renewal: { readonly seq: number; readonly leaseUntil: number },
  session: Session,
): Promise<void> {
  const deadlineAt = renewal.leaseUntil;
  const [found] = await store.load([{ key, eventIds: [] }]);
  if (found?.number !== undefined && store.renew) {
    await store.renew([{ number: found.number, expectedVersion: 1, ...renewal, deadlineAt }]);
    return;
  }
  const write = {
    ...writeOf(key.id, { key, session, expectedVersion: 1 }),
    kind: "lease",
  } as const;
  await store.commit([{ ...write, renewal, deadlineAt }]);
}
