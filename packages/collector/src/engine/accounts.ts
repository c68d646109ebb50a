/**
 * Accounts: found by any key that is still good; keys are made, rotated with an overlap, revoked.
 * @module
 */
import type { Account, Expiring, Store } from "../stores/store.ts";
import type { Clock } from "./clock.ts";
import { createKeys, type FreshKeys, hashOf, isSameHash } from "./keys.ts";

/** The account that the first start makes. */
export const DEFAULT_ACCOUNT = "default";

/** How long the keys before a rotation stay good, so that nobody need hurry. */
export const ROTATION_OVERLAP_MS = 24 * 3_600_000;

export class Accounts {
  readonly #store: Store;
  readonly #clock: Clock;
  #byName = new Map<string, Account>();
  #byPublishableKey = new Map<string, Account>();
  #bySecretHash = new Map<string, Account>();
  #read = "";
  #terms = 0;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Reads the accounts anew: another process may have made or rotated keys. */
  async refresh(): Promise<void> {
    const accounts = await this.#store.accounts();
    const read = JSON.stringify(accounts);
    if (read !== this.#read) this.#terms += 1;
    this.#read = read;
    this.#byName = new Map(accounts.map((account) => [account.name, account]));
    this.#byPublishableKey = new Map(
      accounts.flatMap((each) => each.publishableKeys.map(({ key }) => [key, each])),
    );
    this.#bySecretHash = new Map(
      accounts.flatMap((each) => each.secretKeys.map(({ hash }) => [hash, each])),
    );
  }

  /** Another number whenever any account or key has changed: what was checked by them is to be checked anew. */
  get terms(): number {
    return this.#terms;
  }

  /** When the next key of pages or tokens ends; `Infinity`: none does. */
  keysExpireAt({ publishableKeys, tokenSecrets }: Account): number {
    const now = this.#clock.now();
    const ends = [...publishableKeys, ...tokenSecrets].map(
      ({ expiresAt }) => expiresAt ?? Infinity,
    );
    return Math.min(Infinity, ...ends.filter((endsAt) => endsAt > now));
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
    const account = this.#byPublishableKey.get(key);
    const isGood =
      account && this.#unexpired(account.publishableKeys).some((each) => each.key === key);
    return isGood ? account : null;
  }

  async bySecretKey(key: string): Promise<Account | null> {
    const hash = await hashOf(key);
    const account = this.#bySecretHash.get(hash);
    const isGood =
      account && this.#unexpired(account.secretKeys).some((each) => isSameHash(each.hash, hash));
    return isGood ? account : null;
  }

  /** Secrets that sign tokens of the account, the newest first. */
  tokenSecrets({ tokenSecrets }: Account): readonly string[] {
    return this.#unexpired(tokenSecrets).map(({ secret }) => secret);
  }

  #unexpired<T extends Expiring>(keys: readonly T[]): readonly T[] {
    const now = this.#clock.now();
    return keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  /**
   * Creates an account, or gives it new keys. The old ones stay good for `overlapMs`; 0 revokes them
   * at once.
   */
  async put(
    name: string,
    { keys = createKeys(), overlapMs = ROTATION_OVERLAP_MS } = {},
  ): Promise<FreshKeys> {
    const now = this.#clock.now();
    const old = this.byName(name);
    const until = now + overlapMs;
    await this.#store.putAccount({
      name,
      publishableKeys: [
        { key: keys.publishableKey, expiresAt: null },
        ...this.#expiring(old?.publishableKeys, until),
      ],
      secretKeys: [
        { hash: await hashOf(keys.secretKey), hint: keys.secretKey.slice(0, 7), expiresAt: null },
        ...this.#expiring(old?.secretKeys, until),
      ],
      tokenSecrets: [
        { secret: keys.tokenSecret, expiresAt: null },
        ...this.#expiring(old?.tokenSecrets, until),
      ],
      createdAt: old?.createdAt ?? now,
    });
    await this.refresh();
    return keys;
  }

  /** The keys that are still good, each ending at `until` or sooner. */
  #expiring<T extends Expiring>(keys: readonly T[] | undefined, until: number): readonly T[] {
    return this.#unexpired(
      (keys ?? []).map((key) => ({ ...key, expiresAt: Math.min(key.expiresAt ?? until, until) })),
    );
  }
}
