/**
 * `stillhere keys` and `stillhere token`: what an operator does with an account from the shell.
 * @module
 */
import { Accounts } from "../engine/accounts.ts";
import { mintToken } from "../http/session-token.ts";
import { openStore } from "../platform/open-store.ts";
import { UsageError } from "./failure.ts";

export async function keys(options: {
  readonly store: string;
  readonly account?: string;
  readonly rotate: boolean;
}): Promise<void> {
  await withAccounts(options.store, async (accounts) => {
    if (options.rotate) {
      const account = known(accounts, options.account ?? "default");
      const fresh = await accounts.put(account.name, Date.now());
      console.log(`New keys of ${account.name}; the old ones no longer work. Shown only once:`);
      console.log(`  publishable key  ${fresh.publishableKey}`);
      console.log(`  secret key       ${fresh.secretKey}`);
      console.log(`  token secret     ${fresh.tokenSecret}`);
      return;
    }
    const wanted = options.account ? [known(accounts, options.account)] : accounts.all();
    for (const { name, publishableKey, secretKey } of wanted) {
      console.log(`${name}  ${publishableKey}  ${secretKey.hint}…`);
    }
  });
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
    console.log((await mintToken(account, wanted, Date.now())).token);
  });
}

async function withAccounts(
  address: string,
  work: (accounts: Accounts) => Promise<void>,
): Promise<void> {
  const store = await openStore(address);
  try {
    const accounts = new Accounts(store);
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
