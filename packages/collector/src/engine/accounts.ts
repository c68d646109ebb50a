/**
 * Accounts, found by any of their unexpired keys. Keys are created, rotated with an overlap, and revoked.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Role } from "../core/lists.ts";
import { isOwnKey } from "../core/own-key.ts";
import type { Actor, AuditEntry } from "../stores/admin.ts";
import type { Account, Expiring, SecretKey, Store } from "../stores/store.ts";
import { createEntry } from "./audit.ts";
import type { Clock } from "./clock.ts";
import { createKeys, createSecretKey, type FreshKeys, hashOf, hintOf, isSameHash } from "./keys.ts";

/** The account that the first start creates. */
export const DEFAULT_ACCOUNT = "default";

/** How long the earlier keys stay valid after a rotation, so that pages and servers can change over. */
export const ROTATION_OVERLAP_MS = 24 * 3_600_000;

/**
 * How many unexpired keys of each kind an account may have. Each token is checked against every token
 * secret, and all keys are kept in memory.
 */
export const MAX_KEYS = 5;

/** How many unexpired secret keys an account may have, with those that were added by name or role. */
export const MAX_SECRET_KEYS = 20;

const HOUR_MS = 3_600_000;

export interface WantedKey {
  readonly role: Role;
  readonly name?: string | undefined;
  readonly overlapMs: number;
}

export interface AddedKey {
  /** The key itself, which is not stored. */
  readonly secret: string;
  readonly key: SecretKey;
}

/** Names a secret key in the API and in the audit log. */
export function keyIdOf({ hash }: Pick<SecretKey, "hash">): string {
  return hash.slice(0, 16);
}

export function roleOf({ role }: SecretKey): Role {
  return role ?? "admin";
}

const isOwn = (key: SecretKey) => isOwnKey({ role: roleOf(key), name: key.name });

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

  publishableKeys({ publishableKeys }: Account): Account["publishableKeys"] {
    return this.#unexpired(publishableKeys);
  }

  /** Unexpired secret keys of the account, newest first. */
  secretKeys({ secretKeys }: Account): readonly SecretKey[] {
    return this.#unexpired(secretKeys);
  }

  /** Until when the account has as many keys of its own as it may have; `null`: it may get further ones. */
  fullUntil({ secretKeys }: Account): number | null {
    const valid = this.#unexpired(secretKeys).filter(isOwn);
    if (valid.length < MAX_KEYS) return null;
    return Math.min(...valid.map(({ expiresAt }) => expiresAt ?? Infinity));
  }

  #unexpired<T extends Expiring>(keys: readonly T[]): readonly T[] {
    const now = this.#clock.now();
    return keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  /**
   * Creates an account, or gives it new keys. The old ones stay valid for `overlapMs`; 0 revokes them
   * immediately. The oldest of more than {@link MAX_KEYS} end immediately, too. Keys that were added with a
   * name or another role than `admin` stay as they are.
   * @param by who does it, for the audit log; missing: it has no entry
   */
  async put(
    name: string,
    {
      keys = createKeys(),
      overlapMs = ROTATION_OVERLAP_MS,
      by,
    }: { keys?: FreshKeys; overlapMs?: number; by?: Actor | undefined } = {},
  ): Promise<FreshKeys> {
    const hash = await hashOf(keys.secretKey);
    await this.#change(name, (old) => {
      const now = this.#clock.now();
      const until = now + overlapMs;
      const own = old?.secretKeys.filter(isOwn);
      const added = old?.secretKeys.filter((key) => !isOwn(key)) ?? [];
      const fresh = { hash, hint: hintOf(keys.secretKey), createdAt: now, expiresAt: null };
      const account = {
        name,
        publishableKeys: [
          { key: keys.publishableKey, expiresAt: null },
          ...this.#expiring(old?.publishableKeys, until),
        ],
        secretKeys: [fresh, ...this.#expiring(own, until), ...this.#unexpired(added)],
        tokenSecrets: [
          { secret: keys.tokenSecret, expiresAt: null },
          ...this.#expiring(old?.tokenSecrets, until),
        ],
        createdAt: old?.createdAt ?? now,
      };
      const action = old ? "keys_rotated" : "account_created";
      const to = { key: keyIdOf(fresh), ...(old && { overlapHours: overlapMs / HOUR_MS }) };
      return {
        account,
        audit: by ? [createEntry(now, { by, action, to })] : [],
        outcome: undefined,
      };
    });
    return keys;
  }

  /** Creates an account with keys; `null`: there is one of that name. */
  async create(name: string, by: Actor): Promise<FreshKeys | null> {
    const keys = createKeys();
    const hash = await hashOf(keys.secretKey);
    return this.#change<FreshKeys | null>(name, (old) => {
      if (old) return { outcome: null };
      const now = this.#clock.now();
      const key = { hash, hint: hintOf(keys.secretKey), createdAt: now, expiresAt: null };
      const account = {
        name,
        publishableKeys: [{ key: keys.publishableKey, expiresAt: null }],
        secretKeys: [key],
        tokenSecrets: [{ secret: keys.tokenSecret, expiresAt: null }],
        createdAt: now,
      };
      const to = { key: keyIdOf(key) };
      const entry = createEntry(now, { by, action: "account_created", to });
      return { account, audit: [entry], outcome: keys };
    });
  }

  /**
   * Gives the account a further secret key. Those of the same name and role stay valid for `overlapMs`.
   * "full": it has {@link MAX_SECRET_KEYS}, and none was added.
   */
  async addKey(account: string, wanted: WantedKey, by: Actor): Promise<AddedKey | "full" | null> {
    const secret = createSecretKey();
    const hash = await hashOf(secret);
    return this.#change<AddedKey | "full" | null>(account, (old) => {
      if (!old) return { outcome: null };
      const now = this.#clock.now();
      const { name, role, overlapMs } = wanted;
      const until = now + overlapMs;
      const isReplaced = (key: SecretKey) => key.name === name && roleOf(key) === role;
      const others = this.#unexpired(
        old.secretKeys.map((key) =>
          isReplaced(key) ? { ...key, expiresAt: Math.min(key.expiresAt ?? until, until) } : key,
        ),
      );
      if (others.length >= MAX_SECRET_KEYS) return { outcome: "full" };
      const key: SecretKey = {
        hash,
        hint: hintOf(secret),
        role,
        ...(name !== undefined && { name }),
        createdAt: now,
        expiresAt: null,
      };
      const replaced = this.#unexpired(old.secretKeys).filter(isReplaced).map(keyIdOf);
      const to = { role, name: name ?? null, overlapHours: overlapMs / HOUR_MS, replaced };
      const entry = createEntry(now, { by, action: "key_created", target: keyIdOf(key), to });
      return {
        account: { ...old, secretKeys: [key, ...others] },
        audit: [entry],
        outcome: { secret, key },
      };
    });
  }

  /** Ends a secret key immediately, but not the last one with the role `admin`. */
  async revokeKey(
    account: string,
    id: string,
    by: Actor,
  ): Promise<"revoked" | "last_admin" | null> {
    return this.#change(account, (old) => {
      const valid = this.#unexpired(old?.secretKeys ?? []);
      const key = valid.find((each) => keyIdOf(each) === id);
      if (!old || !key) return { outcome: null };
      const left = valid.filter((each) => each !== key);
      const isLasting = (each: SecretKey) => roleOf(each) === "admin" && each.expiresAt === null;
      if (isLasting(key) && !left.some(isLasting)) return { outcome: "last_admin" };
      const from = { role: roleOf(key), name: key.name ?? null };
      const entry = createEntry(this.#clock.now(), { by, action: "key_revoked", target: id, from });
      return { account: { ...old, secretKeys: left }, audit: [entry], outcome: "revoked" };
    });
  }

  /** Decides again where another process has changed the account meanwhile. */
  async #change<T>(name: string, decide: (old: Account | null) => AccountChange<T>): Promise<T> {
    for (;;) {
      const old = this.byName(name);
      const { account, audit, outcome } = decide(old);
      if (!account) return outcome;
      const version = (old?.version ?? 0) + 1;
      const isStored = await this.#store.putAccount({ ...account, version }, audit);
      await this.refresh();
      if (isStored) return outcome;
    }
  }

  /** The unexpired keys, each expiring at `until` or sooner; the newest ones if there are too many. */
  #expiring<T extends Expiring>(keys: readonly T[] | undefined, until: number): readonly T[] {
    return this.#unexpired(
      (keys ?? []).map((key) => ({ ...key, expiresAt: Math.min(key.expiresAt ?? until, until) })),
    ).slice(0, MAX_KEYS - 1);
  }
}

interface AccountChange<T> {
  /** Missing: nothing is changed. */
  readonly account?: Account;
  readonly audit?: readonly AuditEntry[];
  readonly outcome: T;
}
