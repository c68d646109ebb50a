/**
 * Cases for records of the administration and for the audit log.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { AuditEntry, RecordWrite } from "../admin.ts";
import type { Account, Store } from "../store.ts";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, writeOf } from "./case.ts";
import { endpointOf, KEY } from "./endpoint.ts";

const idOf = (number: number) => `0000${number}`;

export const entryOf = (number: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id: idOf(number),
  at: NOW + number,
  by: { key: "k1", name: "sk_1234" },
  action: "settings_changed",
  target: null,
  from: { routing: "messaging" },
  to: { routing: "omnichannel" },
  ...change,
});

export const recordWrite = (
  id: string,
  expectedVersion: number,
  change: Partial<RecordWrite> = {},
) => ({
  id,
  expectedVersion,
  body: { text: `of ${id}` },
  expiresAt: null,
  ...change,
});

const accountOf = (change: Partial<Account>): Account => ({
  name: ACCOUNT,
  publishableKeys: [],
  secretKeys: [],
  tokenSecrets: [],
  createdAt: NOW,
  ...change,
});

async function idsOf(store: Store, account = ACCOUNT): Promise<readonly string[]> {
  return (await store.admin.audit(account, null, 100)).map(({ id }) => id);
}

export const adminCases: readonly ConformanceCase[] = [
  {
    name: "keeps records of the administration with a version that rises",
    async run(open) {
      const { admin } = await open();
      deepEqual(await admin.records(["a", "b"]), [null, null]);
      equal(await admin.commit(ACCOUNT, [recordWrite("a", 0), recordWrite("b", 0)], []), true);
      equal(
        await admin.commit(ACCOUNT, [recordWrite("a", 1, { body: [1, "é"], expiresAt: 5 })], []),
        true,
      );
      deepEqual(await admin.records(["b", "none", "a"]), [
        { id: "b", version: 1, body: { text: "of b" }, expiresAt: null },
        null,
        { id: "a", version: 2, body: [1, "é"], expiresAt: 5 },
      ]);
      equal(await admin.commit(ACCOUNT, [recordWrite("a", 2, { body: null })], []), true);
      deepEqual(await admin.records(["a"]), [null]);
      equal(await admin.commit(ACCOUNT, [recordWrite("a", 0)], []), true);
    },
  },
  {
    name: "commits all records and audit entries, or none where a version is another one",
    async run(open) {
      const store = await open();
      const { admin } = store;
      await admin.commit(ACCOUNT, [recordWrite("a", 0)], [entryOf(1)]);
      for (const wrong of [0, 2]) {
        const writes = [recordWrite("b", 0), recordWrite("a", wrong, { body: "changed" })];
        equal(await admin.commit(ACCOUNT, writes, [entryOf(2)]), false);
      }
      equal(await admin.commit(ACCOUNT, [recordWrite("c", 1)], [entryOf(2)]), false);
      deepEqual(await admin.records(["b", "c"]), [null, null]);
      deepEqual((await admin.records(["a"]))[0]?.body, { text: "of a" });
      deepEqual(await idsOf(store), [idOf(1)]);
    },
  },
  {
    name: "lets only one of many commits that expect the same version through",
    async run(open) {
      const { admin } = await open();
      const attempts = Array.from({ length: 8 }, (_, index) =>
        admin.commit(ACCOUNT, [recordWrite("a", 0, { body: index })], [entryOf(index)]),
      );
      const stored = (await Promise.all(attempts)).flatMap((done, index) => (done ? [index] : []));
      equal(stored.length, 1);
      equal((await admin.records(["a"]))[0]?.body, stored[0]);
      deepEqual(
        (await admin.audit(ACCOUNT, null, 100)).map(({ id }) => id),
        stored.map(idOf),
      );
    },
  },
  {
    name: "deletes records that have expired, and no others",
    async run(open) {
      const { admin } = await open();
      const writes = [
        recordWrite("a", 0, { expiresAt: NOW - 1 }),
        recordWrite("b", 0, { expiresAt: NOW }),
        recordWrite("c", 0, { expiresAt: NOW + 1 }),
        recordWrite("d", 0),
        recordWrite("e", 0, { expiresAt: NOW - 1 }),
      ];
      await admin.commit(ACCOUNT, writes, []);
      await admin.commit(ACCOUNT, [recordWrite("e", 1)], []);
      equal(await admin.pruneRecords(NOW, 1), 1);
      equal(await admin.pruneRecords(NOW, 10), 1);
      equal(await admin.pruneRecords(NOW, 10), 0);
      const left = (await admin.records(["a", "b", "c", "d", "e"])).map((found) => found?.id);
      deepEqual(left, [undefined, undefined, "c", "d", "e"]);
    },
  },
  {
    name: "lists audit entries newest first, in pages, by account",
    async run(open) {
      const { admin } = await open();
      for (const number of [2, 1, 3]) await admin.commit(ACCOUNT, [], [entryOf(number)]);
      await admin.commit("desk", [], [entryOf(4)]);
      deepEqual(await admin.audit(ACCOUNT, null, 10), [entryOf(3), entryOf(2), entryOf(1)]);
      deepEqual(await admin.audit(ACCOUNT, null, 2), [entryOf(3), entryOf(2)]);
      deepEqual(await admin.audit(ACCOUNT, idOf(2), 10), [entryOf(1)]);
      deepEqual(await admin.audit("desk", null, 10), [entryOf(4)]);
      // A bound between two ids: so an entry is found by its own.
      deepEqual(await admin.audit(ACCOUNT, `${idOf(2)}~`, 1), [entryOf(2)]);
    },
  },
  {
    name: "keeps an audit entry with each change, and none with a change that was not made",
    async run(open) {
      const store = await open();
      const { outbox } = store;
      const settings = { type: "settings", account: ACCOUNT, at: NOW, overrides: {}, triggers: [] };
      await store.broadcast(settings as never, [entryOf(1)]);
      await store.putAccount(accountOf({ version: 1 }), [entryOf(2)]);
      await store.putAccount(accountOf({ version: 1 }), [entryOf(90)]);
      await outbox.addEndpoint(endpointOf(), 0, [entryOf(3)]);
      await outbox.addEndpoint(endpointOf({ id: "wh_2" }), 0, [entryOf(91)]);
      await outbox.changeEndpoint(KEY, { url: "https://b.example" }, [entryOf(4)]);
      await outbox.changeEndpoint({ ...KEY, id: "none" }, { name: "x" }, [entryOf(92)]);
      await outbox.removeEndpoint(KEY, [entryOf(5)]);
      await outbox.removeEndpoint(KEY, [entryOf(93)]);
      await store.commit([writeOf("a")]);
      await store.erase(keyOf("a"), { erasedAt: NOW, audit: [entryOf(6)], expectedVersion: 1 });
      await store.erase(keyOf("a"), { erasedAt: NOW, audit: [entryOf(94)], expectedVersion: 1 });
      await store.admin.commit(ACCOUNT, [], [entryOf(7)]);
      await store.putAgent(ACCOUNT, { id: "ann", capacity: 2 }, [entryOf(8)]);
      await store.broadcast(settings as never, [entryOf(95)], 0);
      deepEqual(await idsOf(store), [8, 7, 6, 5, 4, 3, 2, 1].map(idOf));
      deepEqual(await store.admin.audit(ACCOUNT, idOf(5), 2), [entryOf(4), entryOf(3)]);
    },
  },
  {
    name: "deletes the oldest audit entries of an account, wherever they were stored",
    async run(open) {
      const store = await open();
      const { admin, outbox } = store;
      await admin.commit(ACCOUNT, [], [entryOf(1)]);
      await outbox.addEndpoint(endpointOf(), 0, [entryOf(2)]);
      await store.commit([writeOf("a")]);
      await store.erase(keyOf("a"), { audit: [entryOf(3)] });
      await admin.commit(ACCOUNT, [], [entryOf(4)]);
      await admin.commit("desk", [], [entryOf(1)]);
      equal(await admin.pruneAudit(ACCOUNT, idOf(4), 2), 2);
      equal((await idsOf(store)).length, 2);
      equal(await admin.pruneAudit(ACCOUNT, idOf(4), 2), 1);
      deepEqual([await idsOf(store), await idsOf(store, "desk")], [[idOf(4)], [idOf(1)]]);
    },
  },
  {
    name: "replaces an account only by the version after it",
    async run(open) {
      const store = await open();
      equal(await store.putAccount(accountOf({ version: 2 })), false);
      deepEqual(await store.accounts(), []);
      equal(await store.putAccount(accountOf({ createdAt: 1 })), true);
      equal(await store.putAccount(accountOf({ version: 1 })), true);
      const attempts = [1, 2, 3].map((createdAt) =>
        store.putAccount(accountOf({ version: 2, createdAt })),
      );
      equal((await Promise.all(attempts)).filter((isStored) => isStored).length, 1);
      equal((await store.accounts())[0]?.version, 2);
    },
  },
  {
    name: "keeps records and audit entries when it is opened again",
    async run(open, reopen) {
      if (!reopen) return { skipped: "nothing survives closing the store" };
      const store = await open();
      await store.admin.commit(ACCOUNT, [recordWrite("a", 0)], [entryOf(1)]);
      const { admin } = await reopen(store);
      equal((await admin.records(["a"]))[0]?.version, 1);
      deepEqual(await admin.audit(ACCOUNT, null, 10), [entryOf(1)]);
      return undefined;
    },
  },
];
