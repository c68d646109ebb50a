import { expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { Accounts, MAX_KEYS } from "./accounts.ts";
import { Clock } from "./clock.ts";
import { hashOf } from "./keys.ts";

const HOUR = 3_600_000;

it("keeps five keys of each kind at most: a further rotation ends the oldest", async () => {
  let now = 0;
  const accounts = new Accounts(new MemoryStore(), new Clock(() => now));
  const secrets: string[] = [];
  for (let index = 0; index < 350; index += 1) {
    secrets.unshift((await accounts.put("shop", { overlapMs: HOUR })).secretKey);
  }
  const [account] = accounts.all();
  expect(account?.publishableKeys).toHaveLength(MAX_KEYS);
  expect(account?.secretKeys).toHaveLength(MAX_KEYS);
  expect(account?.tokenSecrets).toHaveLength(MAX_KEYS);
  expect(accounts.bySecretHash(await hashOf(secrets[MAX_KEYS - 1] ?? ""))).toBe(account);
  expect(accounts.bySecretHash(await hashOf(secrets[MAX_KEYS] ?? ""))).toBeNull();
  expect(account && accounts.fullUntil(account)).toBe(HOUR);
  now = HOUR;
  expect(account && accounts.fullUntil(account)).toBeNull();
});
