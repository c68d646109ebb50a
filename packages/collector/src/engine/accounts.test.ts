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

it("keeps what a later refresh has read, where an earlier one is slower", async () => {
  const store = new MemoryStore();
  const accounts = new Accounts(store, new Clock(() => 0));
  const read = store.accounts.bind(store);
  let finish = () => {};
  store.accounts = async () => {
    const before = await read();
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return before;
  };
  const slow = accounts.refresh();
  store.accounts = read;
  await accounts.put("shop");
  finish();
  await slow;
  expect(accounts.names()).toEqual(["shop"]);
});
