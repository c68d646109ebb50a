/**
 * Accounts, found by any of their unexpired keys. Keys are created, rotated with an overlap, and revoked.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Account, Expiring, SecretKey, Store } from "../stores/store.ts";
import type { Clock } from "./clock.ts";
import { createKeys, type FreshKeys, hashOf, isSameHash } from "./keys.ts";

/** The account that the first start creates. */
export const DEFAULT_ACCOUNT = "default";

/** How long the earlier keys stay valid after a rotation, so that pages and servers can change over. */
export const ROTATION_OVERLAP_MS = 24 * 3_600_000;

/**
 * How many unexpired keys of each kind an account may have. Each token is checked against every token
 * secret, and all keys are kept in memory.
 */
export const MAX_KEYS = 5;

export class Accounts {
  readonly #store: Store;
  readonly #clock: Clock;
  #byName = new Map<string, Account>();
  #byPublishableKey = new Map<string, Account>();
  #bySecretHash = new Map<string, Account>();
  readonly #listeners = new Set<() => void>();
  #refreshes = 0;
  /** The latest refresh whose accounts are here. */
  #lastRefresh = 0;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Reads the accounts again: another process may have created or rotated keys. */
  async refresh(): Promise<void> {
    this.#refreshes += 1;
    const refresh = this.#refreshes;
    const accounts = await this.#store.accounts();
    const byName = new Map<string, Account>();
    const byPublishableKey = new Map<string, Account>();
    const bySecretHash = new Map<string, Account>();
    const budget = new TurnBudget();
    let hasChanged = accounts.length !== this.#byName.size;
    for (const account of accounts) {
      const { name, publishableKeys, secretKeys } = account;
      hasChanged ||= JSON.stringify(account) !== JSON.stringify(this.#byName.get(name));
      byName.set(name, account);
      for (const { key } of publishableKeys) byPublishableKey.set(key, account);
      for (const { hash } of secretKeys) bySecretHash.set(hash, account);
      await budget.step();
    }
    // A later refresh was faster, and has read newer accounts.
    if (refresh < this.#lastRefresh) return;
    this.#lastRefresh = refresh;
    this.#byName = byName;
    this.#byPublishableKey = byPublishableKey;
    this.#bySecretHash = bySecretHash;
    if (hasChanged) for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` whenever an account or a key has changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** When the next publishable key or token secret expires; `Infinity`: none does. */
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
    const isValid =
      account && this.#unexpired(account.publishableKeys).some((each) => each.key === key);
    return isValid ? account : null;
  }

  /** The account that has an unexpired secret key with this hash ({@link hashOf}). */
  bySecretHash(hash: string): Account | null {
    const account = this.#bySecretHash.get(hash);
    return account && this.secretKey(account, hash) ? account : null;
  }

  /** The account's unexpired secret key with this hash. */
  secretKey({ secretKeys }: Account, hash: string): SecretKey | null {
    return this.#unexpired(secretKeys).find((each) => isSameHash(each.hash, hash)) ?? null;
  }

  /** Unexpired secrets that sign tokens of the account, newest first. */
  tokenSecrets({ tokenSecrets }: Account): readonly string[] {
    return this.#unexpired(tokenSecrets).map(({ secret }) => secret);
  }

  /** Until when the account has as many keys as it may have; `null`: it may get further ones. */
  fullUntil({ secretKeys }: Account): number | null {
    const valid = this.#unexpired(secretKeys);
    if (valid.length < MAX_KEYS) return null;
    return Math.min(...valid.map(({ expiresAt }) => expiresAt ?? Infinity));
  }

  #unexpired<T extends Expiring>(keys: readonly T[]): readonly T[] {
    const now = this.#clock.now();
    return keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  /**
   * Creates an account, or gives it new keys. The old ones stay valid for `overlapMs`; 0 revokes them
   * immediately. The oldest of more than {@link MAX_KEYS} end immediately, too.
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

  /** The unexpired keys, each expiring at `until` or sooner; the newest ones if there are too many. */
  #expiring<T extends Expiring>(keys: readonly T[] | undefined, until: number): readonly T[] {
    return this.#unexpired(
      (keys ?? []).map((key) => ({ ...key, expiresAt: Math.min(key.expiresAt ?? until, until) })),
    ).slice(0, MAX_KEYS - 1);
  }
}
