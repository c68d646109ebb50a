/**
 * What every route is given.
 * @module
 */
import type { Context } from "hono";
import type { Accounts } from "../engine/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import type { Meter } from "../engine/meter.ts";
import type { Account } from "../stores/store.ts";
import type { Hmac } from "./jwt.ts";
import type { RateLimits } from "./rate-limit.ts";

/** A file that the collector serves as it is. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** Files by path below the root, as `sdk.js` or `console/index.html`. */
export type Assets = ReadonlyMap<string, Asset>;

/** What the routes of webhooks need besides the store. */
export interface WebhookContext {
  /** Why an endpoint cannot have this URL; null: it can. */
  refuseTarget(url: string): Promise<string | null>;
  /** Endpoints were changed, or have something to send again: look at once. */
  refresh(): Promise<void>;
}

export interface AppContext {
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly assets: Assets;
  readonly limits: RateLimits;
  /** Sessions that an account may have. */
  readonly maxSessions: number;
  readonly meter: Meter;
  readonly webhooks: WebhookContext;
  /** How tokens are checked; missing: by the cryptography that is there everywhere. */
  readonly hmac?: Hmac;
  /** The address that a request came from; it is counted by, and kept nowhere. */
  addressOf(c: Context): string;
}

/** Hono's environment: `account` is there behind {@link requireSecretKey}. */
export interface Env {
  Variables: { account: Account };
}
