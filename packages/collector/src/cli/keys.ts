/**
 * `stillhere keys` and `stillhere token`: account administration from the shell.
 * @module
 */
import { existsSync } from "node:fs";
import { Accounts, MAX_KEYS, roleOf } from "../engine/accounts.ts";
import { createSystemClock } from "../engine/clock.ts";
import { mintToken } from "../http/session-token.ts";
import { openStore, parseStore } from "../platform/open-store.ts";
import type { Account, Store } from "../stores/store.ts";
import { UsageError } from "./failure.ts";

export interface KeysOptions {
  readonly store: string;
  readonly account?: string;
  readonly create: boolean;
  readonly rotate: boolean;
  /** Hours that the old keys stay valid after a rotation; 0 revokes them immediately. */
  readonly overlap: number;
}

export async function keys(options: KeysOptions): Promise<void> {
  await withAccounts(options.store, async (accounts) => {
    if (options.create || options.rotate) return issueKeys(accounts, options);
    const wanted = options.account ? [requireAccount(accounts, options.account)] : accounts.all();
    for (const { name, publishableKeys, secretKeys } of wanted) {
      for (const { key, expiresAt } of publishableKeys)
        console.log(`${name}  ${key}${expiryText(expiresAt)}`);
      for (const key of secretKeys) {
        const about = [roleOf(key), ...(key.name === undefined ? [] : [key.name])].join(", ");
        console.log(`${name}  ${key.hint}…  ${about}${expiryText(key.expiresAt)}`);
      }
    }
    console.log(
      "Secret keys cannot be shown again; for new ones: stillhere keys --rotate [--account NAME]",
    );
  });
}

async function issueKeys(
  accounts: Accounts,
  { account, create, overlap }: KeysOptions,
): Promise<void> {
  const name = account ?? "default";
  if (create && accounts.byName(name)) {
    throw new UsageError(`The account ${name} already exists: give it new keys with --rotate.`);
  }
  const existing = create ? null : requireAccount(accounts, name);
  if (existing && overlap > 0) requireSpace(accounts, existing);
  const fresh = await accounts.put(name, { overlapMs: overlap * 3_600_000, by: { cli: "keys" } });
  const old = overlap > 0 ? `the old ones expire in ${overlap} h` : "the old ones are revoked";
  console.log(`New keys of ${name}${create ? "" : `; ${old}`}. They are shown only once:`);
  console.log(`  publishable key  ${fresh.publishableKey}`);
  console.log(`  secret key       ${fresh.secretKey}`);
  console.log(`  token secret     ${fresh.tokenSecret}`);
}

/** @throws {UsageError} if a rotation would end a key that pages or servers may still use. */
function requireSpace(accounts: Accounts, account: Account): void {
  const until = accounts.fullUntil(account);
  if (until === null) return;
  const at = new Date(until).toISOString();
  throw new UsageError(
    `${account.name} has ${MAX_KEYS} keys of each kind, which is the maximum: wait until the oldest end at ${at}, or end all of them now with --overlap 0.`,
  );
}

function expiryText(expiresAt: number | null): string {
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
    const account = requireAccount(accounts, options.account);
    const wanted = {
      session: options.session,
      user: options.user ?? null,
      ttlSeconds: options.ttl,
    };
    console.log((await mintToken(accounts, account, wanted, Date.now())).token);
  });
}

/** Opens a store that exists. */
export async function withAccounts(
  address: string,
  work: (accounts: Accounts, store: Store) => Promise<void>,
): Promise<void> {
  requireStore(address);
  const store = await openStore(address, { create: false });
  try {
    const accounts = new Accounts(store, createSystemClock());
    await accounts.refresh();
    await work(accounts, store);
  } finally {
    await store.close();
  }
}

/** @throws {UsageError} if there is no store: only `serve` creates one. */
function requireStore(address: string): void {
  const { kind, path } = parseStore(address);
  if (kind === "memory") {
    throw new UsageError(
      "A store in memory can only be read by its own process: name another one.",
    );
  }
  if (kind === "redis" || existsSync(path)) return;
  throw new UsageError(
    `There is no store ${path}: name one with --store, or create it with \`stillhere serve\`.`,
  );
}

export function requireAccount(accounts: Accounts, name: string) {
  const account = accounts.byName(name);
  if (account) return account;
  const names = accounts.names().join(", ");
  throw new UsageError(
    names
      ? `There is no account ${name}: this store has ${names}.`
      : "This store has no account yet: `stillhere serve` creates one at its first start.",
  );
}
