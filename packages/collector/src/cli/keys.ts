/**
 * `stillhere keys` and `stillhere token`: what an operator does with an account from the shell.
 * @module
 */
import { Accounts } from "../engine/accounts.ts";
import { createSystemClock } from "../engine/clock.ts";
import { mintToken } from "../http/session-token.ts";
import { openStore } from "../platform/open-store.ts";
import { UsageError } from "./failure.ts";

export interface KeysOptions {
  readonly store: string;
  readonly account?: string;
  readonly create: boolean;
  readonly rotate: boolean;
  /** Hours that the old keys stay good after a rotation; 0 revokes them at once. */
  readonly overlap: number;
}

export async function keys(options: KeysOptions): Promise<void> {
  await withAccounts(options.store, async (accounts) => {
    if (options.create || options.rotate) return renew(accounts, options);
    const wanted = options.account ? [known(accounts, options.account)] : accounts.all();
    for (const { name, publishableKeys, secretKeys } of wanted) {
      for (const { key, expiresAt } of publishableKeys)
        console.log(`${name}  ${key}${end(expiresAt)}`);
      for (const { hint, expiresAt } of secretKeys)
        console.log(`${name}  ${hint}…${end(expiresAt)}`);
    }
  });
}

async function renew(accounts: Accounts, { account, create, overlap }: KeysOptions): Promise<void> {
  const name = account ?? "default";
  if (create && accounts.byName(name)) {
    throw new UsageError(`The account ${name} is there already: give it new keys with --rotate.`);
  }
  if (!create) known(accounts, name);
  const fresh = await accounts.put(name, { overlapMs: overlap * 3_600_000 });
  const old = overlap > 0 ? `the old ones end in ${overlap} h` : "the old ones have ended";
  console.log(`New keys of ${name}${create ? "" : `; ${old}`}. They are shown only once:`);
  console.log(`  publishable key  ${fresh.publishableKey}`);
  console.log(`  secret key       ${fresh.secretKey}`);
  console.log(`  token secret     ${fresh.tokenSecret}`);
}

function end(expiresAt: number | null): string {
  return expiresAt === null ? "" : `  until ${new Date(expiresAt).toISOString()}`;
}

export async function token(options: {
  readonly store: string;
  readonly account: string;
  readonly session: string;
  readonly user?: string;
  readonly ttl: number;
}): Promise<void> {
  await withAccounts(options.store, async (accounts) => {
    const account = known(accounts, options.account);
    const wanted = {
      session: options.session,
      user: options.user ?? null,
      ttlSeconds: options.ttl,
    };
    console.log((await mintToken(accounts, account, wanted, Date.now())).token);
  });
}

async function withAccounts(
  address: string,
  work: (accounts: Accounts) => Promise<void>,
): Promise<void> {
  const store = await openStore(address);
  try {
    const accounts = new Accounts(store, createSystemClock());
    await accounts.refresh();
    await work(accounts);
  } finally {
    await store.close();
  }
}

function known(accounts: Accounts, name: string) {
  const account = accounts.byName(name);
  if (account) return account;
  const names = accounts.names().join(", ");
  throw new UsageError(
    names
      ? `There is no account ${name}: this store has ${names}.`
      : "This store has no account yet: `stillhere serve` creates one at its first start.",
  );
}
