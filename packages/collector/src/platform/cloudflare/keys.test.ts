import { expect, it } from "vitest";
import { Accounts, DEFAULT_ACCOUNT, keyIdOf } from "../../engine/accounts.ts";
import { Clock } from "../../engine/clock.ts";
import { hashOf } from "../../engine/keys.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import type { Env } from "./env.ts";
import { syncKeys } from "./keys.ts";

const secretsOf = (name: string) =>
  ({
    STILLHERE_PUBLISHABLE_KEY: `pk_${name}`,
    STILLHERE_SECRET_KEY: `sk_${name}`,
    STILLHERE_TOKEN_SECRET: `ts_${name}`,
  }) as unknown as Env;

/** Each start reads the store again. */
function deploymentOn(store: MemoryStore) {
  const accounts = new Accounts(store, new Clock(() => 1_000));
  return {
    accounts,
    async start(name: string) {
      await accounts.refresh();
      await syncKeys(accounts, store.admin, secretsOf(name));
    },
    isValid: async (name: string) => accounts.bySecretHash(await hashOf(`sk_${name}`)) !== null,
  };
}

it("takes the deployment's secrets once: a key that was revoked does not come back", async () => {
  const { accounts, start, isValid } = deploymentOn(new MemoryStore());
  await start("first");
  expect(await isValid("first")).toBe(true);
  const by = { cli: "test" };
  await accounts.addKey(DEFAULT_ACCOUNT, { role: "admin", name: "desk", overlapMs: 0 }, by);
  const id = keyIdOf({ hash: await hashOf("sk_first") });
  expect(await accounts.revokeKey(DEFAULT_ACCOUNT, id, by)).toBe("revoked");
  await start("first");
  expect(await isValid("first")).toBe(false);
});

it("rotates to the deployment's secrets when these have changed, with an overlap", async () => {
  const { accounts, start, isValid } = deploymentOn(new MemoryStore());
  await start("first");
  await start("second");
  await start("second");
  expect([await isValid("first"), await isValid("second")]).toEqual([true, true]);
  expect(accounts.byName(DEFAULT_ACCOUNT)?.secretKeys).toHaveLength(2);
});

it("keeps the keys of a deployment from before the hash of its secrets was kept", async () => {
  const store = new MemoryStore();
  const { accounts, start } = deploymentOn(store);
  const keys = { publishableKey: "pk_first", secretKey: "sk_first", tokenSecret: "ts_first" };
  await accounts.put(DEFAULT_ACCOUNT, { keys });
  await start("first");
  expect(accounts.byName(DEFAULT_ACCOUNT)?.secretKeys).toHaveLength(1);
});
