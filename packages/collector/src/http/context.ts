/**
 * What every route works with.
 * @module
 */
import type { Context } from "hono";
import type { Role } from "../core/lists.ts";
import type { DeskActivity } from "../desks/activity.ts";
import type { Conversations } from "../desks/conversations.ts";
import type { DeskKind } from "../desks/desk.ts";
import type { Desks } from "../desks/desks.ts";
import type { DryRuns } from "../desks/dry-run.ts";
import type { DeskRequest } from "../desks/exchange.ts";
import type { Inbox } from "../desks/inbox.ts";
import type { Parking } from "../desks/parking.ts";
import type { Accounts } from "../engine/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import type { Meter } from "../engine/meter.ts";
import type { Passwords } from "../engine/passwords.ts";
import type { People, Person } from "../engine/people.ts";
import type { Refusals } from "../engine/refusals.ts";
import type { SignIns } from "../engine/sign-ins.ts";
import type { Actor } from "../stores/admin.ts";
import type { Account } from "../stores/store.ts";
import type { Post } from "../webhooks/post.ts";
import type { Hash } from "./beat-key.ts";
import type { Hmac } from "./jwt.ts";
import type { RateLimits } from "./rate-limit.ts";
import type { PendingRefusal, Refusal } from "./refusal.ts";
import type { AttemptRecorder, SetupAttempts } from "./setup-attempts.ts";
import type { StreamLimits } from "./stream-slots.ts";

/** A file that the collector serves as it is. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** Files by path below the root, as `sdk.js` or `console/index.html`. */
export type Assets = ReadonlyMap<string, Asset>;

/** What the webhook routes need besides the store. */
export interface WebhookContext {
  /** Why an endpoint may not have this URL, or null. */
  refuseTarget(url: string): Promise<string | null>;
  /** Sends a message outside of the deliveries; it refuses the same targets as they do. */
  readonly post: Post;
  /** The same for a request to a desk. */
  readonly deskRequest: DeskRequest;
  /** Endpoints were changed or have something to send again: reads them immediately. */
  refresh(): Promise<void>;
}

/** The connection that a response is sent on. */
export interface ResponseConnection {
  /** A number that changes whenever the connection has taken bytes. */
  progress(): number;
  destroy(): void;
}

/** The metrics of the process, where the platform has any. */
export interface MetricsContext {
  readonly contentType: string;
  /** The metrics in the Prometheus text format. */
  scrape(): Promise<string>;
  /** The bearer token that a scrape must send; missing: none. */
  readonly token?: string | undefined;
}

export interface AppContext {
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly assets: Assets;
  readonly limits: RateLimits;
  /** How many sessions an account may have. */
  readonly maxSessions: number;
  readonly meter: Meter;
  readonly webhooks: WebhookContext;
  /** Verifies token signatures; missing: by Web Crypto, which every platform has. */
  readonly hmac?: Hmac;
  /** Looks up repeated beats; missing: the platform has no synchronous hash, and no beat is. */
  readonly hash?: Hash;
  /** Why it is not ready though the store can be written, in a sentence; `null`: it is. Missing: it always is. */
  readonly unreadyBecause?: () => Promise<string | null>;
  /** Missing: there is no `/metrics`. */
  readonly metrics?: MetricsContext;
  /** Missing: the default limits. */
  readonly streams?: StreamLimits | undefined;
  /** The connection of a response; missing, or `null`: the host gives no access to it. */
  readonly connectionOf?: (c: Context) => ResponseConnection | null;
  /** Remembers refused signals; missing: nothing does. */
  readonly attempts?: AttemptRecorder & Partial<Pick<SetupAttempts, "of">>;
  /** Receives each refused signal; the platform logs some of them. */
  readonly onRefusal?: (refusal: Refusal) => void;
  /** Receives refusals of signals that may be judged again; missing: each is final. */
  readonly deferRefusal?: (c: Context, refusal: PendingRefusal) => void;
  /** The kinds of desks; missing: those that the collector has. */
  readonly deskKinds?: readonly DeskKind[] | undefined;
  /** Hashes passwords; missing: by Web Crypto, which every platform has. */
  readonly passwords?: Passwords | undefined;
  /** Gathers refused attempts, and is closed after the requests; missing: the application has its own. */
  readonly refusals?: Refusals | undefined;
  /** Whether the headers of the proxy that sends a request are believed; missing: none is. */
  readonly isProxied?: ((c: Context) => boolean) | undefined;
  /** Missing: people sign in with their passwords alone. */
  readonly signOn?: SignOn | undefined;
  /** The deployment's secret, which may create accounts; missing: `/v1/accounts` is not there. */
  readonly adminSecret?: string | undefined;
  /** Missing: nobody signs in by a token. */
  readonly enter?: Enter | undefined;
  /** The address that a request came from. It is used for rate limits; refused sign-ins and invitations store it. */
  addressOf(c: Context): string;
}

/** Signing on by what a proxy has found out. */
export interface SignOn {
  /** Who sends the request, by e-mail address; `null`: the proxy does not say, or is not believed. */
  userOf(c: Context): string | null;
  /** The role of those who are no person of an account; `null`: they are refused. */
  readonly role: Role | null;
}

/** Signs in by a token of this process; `null`: it is another one, or may not be used from there. */
export type Enter = (
  c: Context,
  token: string,
) => Promise<{ readonly account: string; readonly person: Person } | null>;

/** What routes work with that know people. */
export interface PeopleContext extends AppContext {
  readonly people: People;
  readonly signIns: SignIns;
  /** Gathers refused attempts for the audit log. */
  readonly refusals: Refusals;
}

/** What routes work with that know desks. */
export interface DeskContext extends AppContext {
  readonly desks: Desks;
  readonly inbox: Inbox;
  readonly conversations: Conversations;
  readonly parking: Parking;
  readonly dryRuns: DryRuns;
  readonly deskActivity: DeskActivity;
}

/** Who sends a request to the server API. */
export interface Principal {
  readonly account: Account;
  readonly role: Role;
  /** As the audit log names them. */
  readonly actor: Actor;
  /** Whether their access still holds; streams ask again and again. */
  isValid(): boolean | Promise<boolean>;
}

/** Hono's environment; {@link authorize} sets it. */
export interface Env {
  Variables: {
    account: Account;
    principal: Principal;
  };
}
