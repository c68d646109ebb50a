/**
 * Accounts and their keys. Secret keys are kept as hashes: they are high-entropy random values, so a
 * plain SHA-256 is enough and there is nothing to guess.
 * @module
 */
import type { Account, Store } from "../stores/store.ts";

/** An account's keys as they are shown once, when made. */
export interface FreshKeys {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly tokenSecret: string;
}

export class Accounts {
  readonly #store: Store;
  #byName = new Map<string, Account>();
  #byPublishableKey = new Map<string, Account>();
  #bySecretHash = new Map<string, Account>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads the accounts anew: another process may have made or rotated keys. */
  async refresh(): Promise<void> {
    const accounts = await this.#store.accounts();
    this.#byName = new Map(accounts.map((account) => [account.name, account]));
    this.#byPublishableKey = new Map(accounts.map((account) => [account.publishableKey, account]));
    this.#bySecretHash = new Map(accounts.map((account) => [account.secretKey.hash, account]));
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  all(): readonly Account[] {
    return [...this.#byName.values()];
  }

  byName(name: string): Account | null {
    return this.#byName.get(name) ?? null;
  }

  byPublishableKey(key: string): Account | null {
    return this.#byPublishableKey.get(key) ?? null;
  }

  async bySecretKey(key: string): Promise<Account | null> {
    return this.#bySecretHash.get(await hashOf(key)) ?? null;
  }

  /** Creates an account, or gives it new keys; the old ones stop working at once. */
  async put(name: string, now: number, keys: FreshKeys = createKeys()): Promise<FreshKeys> {
    await this.#store.putAccount({
      name,
      publishableKey: keys.publishableKey,
      secretKey: { hash: await hashOf(keys.secretKey), hint: keys.secretKey.slice(0, 7) },
      tokenSecret: keys.tokenSecret,
      createdAt: this.byName(name)?.createdAt ?? now,
    });
    await this.refresh();
    return keys;
  }
}

export function createKeys(): FreshKeys {
  return {
    publishableKey: `pk_${randomText(16)}`,
    secretKey: `sk_${randomText(24)}`,
    tokenSecret: `ts_${randomText(32)}`,
  };
}

/** Random bytes as base64url. */
export function randomText(bytes: number): string {
  const text = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function hashOf(key: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
