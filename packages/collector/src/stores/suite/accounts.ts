/**
 * Cases for accounts and their keys.
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Account } from "../store.ts";
import { type ConformanceCase, NOW } from "./case.ts";

const accountOf = (name: string): Account => ({
  name,
  publishableKeys: [{ key: `pk_${name}`, expiresAt: null }],
  secretKeys: [{ hash: `hash of ${name}`, hint: "sk_1234", expiresAt: NOW }],
  tokenSecrets: [{ secret: `ts_${name}`, expiresAt: null }],
  createdAt: NOW,
});

export const accountCases: readonly ConformanceCase[] = [
  {
    name: "stores accounts and replaces them by name",
    async run(open) {
      const store = await open();
      deepEqual(await store.accounts(), []);
      await store.putAccount(accountOf("shop"));
      await store.putAccount(accountOf("desk"));
      const rotated = { ...accountOf("shop"), tokenSecrets: [] };
      await store.putAccount(rotated);
      const accounts = [...(await store.accounts())].sort((a, b) => (a.name < b.name ? -1 : 1));
      deepEqual(accounts, [accountOf("desk"), rotated]);
    },
  },
  {
    name: "has an incarnation of eight lower-case letters",
    async run(open) {
      const store = await open();
      const incarnation = await store.incarnation();
      match(incarnation, /^[a-z]{8}$/);
      await store.putAccount(accountOf("shop"));
      equal(await store.incarnation(), incarnation);
      return undefined;
    },
  },
  {
    name: "keeps its incarnation when it is opened again",
    async run(open, reopen) {
      if (!reopen) return { skipped: "nothing survives closing the store" };
      const store = await open();
      const incarnation = await store.incarnation();
      equal(await (await reopen(store)).incarnation(), incarnation);
      return undefined;
    },
  },
];
