/**
 * Cases for accounts and their keys.
 * @module
 */
import { deepEqual } from "node:assert/strict";
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
];
