/**
 * What every route is given.
 * @module
 */
import type { Accounts } from "../engine/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import type { Account } from "../stores/store.ts";

/** A file that the collector serves as it is. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** Files by path below the root, as `sdk.js` or `console/index.html`. */
export type Assets = ReadonlyMap<string, Asset>;

export interface Room {
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly assets: Assets;
}

/** Hono's environment: `account` is there behind {@link requireSecretKey}. */
export interface Env {
  Variables: { account: Account };
}
