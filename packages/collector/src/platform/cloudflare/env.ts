/**
 * The bindings of a deployment, and RPC access to its objects.
 * @module
 */
import type { Request as EngineRequest, Outcome } from "../../engine/request.ts";
import type {
  CoordinatorLink,
  Links,
  Revision,
  ShardLink,
  ShardName,
} from "../../stores/durable-object/links.ts";
import type { Layouts } from "../../stores/durable-object/placement.ts";
import type { SessionKey } from "../../stores/store.ts";
import type { RelayedAttempts } from "./attempt-relay.ts";
import type { ShardGauges } from "./figures.ts";
import { coordinatorName, shardName } from "./names.ts";

/** The RPC interface of a shard. */
export interface ShardStub {
  readonly records: ShardLink;
  /** @param layouts as the caller knows them, which may be newer than here */
  submit(request: EngineRequest, hops?: number, layouts?: Layouts): Promise<Outcome>;
  /**
   * The same for a signal that was checked by what the Worker knows. `null`: the shard knows of later keys or
   * settings, and nothing was applied.
   */
  submitChecked(
    request: EngineRequest,
    layouts: Layouts,
    checkedBy: Revision,
  ): Promise<Outcome | null>;
  /** Whether a session is here. From then on none is created here that the layouts place elsewhere. */
  holds(key: SessionKey, layouts: Layouts): Promise<boolean>;
  /** Reads new broadcasts and the account's revision; returns the latter. */
  readBroadcasts(): Promise<number>;
  /** Stores the layouts, which have a new number of shards. */
  grow(layouts: Layouts): Promise<void>;
  /** Does overdue work. */
  poll(): Promise<void>;
  gauges(): Promise<ShardGauges>;
}

/** The RPC interface of the coordinator. */
export interface CoordinatorStub {
  readonly records: CoordinatorLink;
  fetch(request: Request): Promise<Response>;
  /** Takes signals that the Worker has refused, for `GET /v1/setup/attempts`. */
  addAttempts(attempts: RelayedAttempts): Promise<void>;
  /** Does everything that an alarm that did not fire should have done, also in the shards. */
  poll(): Promise<void>;
}

export interface Namespace<T> {
  getByName(name: string): T;
}

export interface Env {
  readonly COORDINATOR: Namespace<CoordinatorStub>;
  readonly SHARD: Namespace<ShardStub>;
  /** How many shards an account has; it can grow, never shrink. Default 1. */
  readonly STILLHERE_SHARDS?: string;
  /** The keys of the account `default`; change them to rotate: the old ones stay valid for 24 h. */
  readonly STILLHERE_PUBLISHABLE_KEY?: string;
  readonly STILLHERE_SECRET_KEY?: string;
  readonly STILLHERE_TOKEN_SECRET?: string;
  /** A secret that may list and create accounts (`/v1/accounts`). */
  readonly STILLHERE_ADMIN_SECRET?: string;
  /** The bearer token of `/metrics`; missing: there is no such route. */
  readonly STILLHERE_METRICS_TOKEN?: string;
  /** Sessions that an account may have. Default 10,000,000. */
  readonly STILLHERE_MAX_SESSIONS?: string;
  /** `true` lets webhooks go to plain http, for a receiver beside a local run. */
  readonly STILLHERE_ALLOW_PRIVATE_WEBHOOKS?: string;
}

const DEFAULT_SHARDS = 1;
const MAX_SHARDS = 1_000;
const DEFAULT_MAX_SESSIONS = 10_000_000;

/** The number of shards; the default where the variable is not valid, which {@link settingsProblem} says. */
export function shardsOf({ STILLHERE_SHARDS: shards }: Env): number {
  const count = Number(shards ?? DEFAULT_SHARDS);
  return isCount(count, MAX_SHARDS) ? count : DEFAULT_SHARDS;
}

/** The most sessions of an account; the default where the variable is not valid. */
export function maxSessionsOf({ STILLHERE_MAX_SESSIONS: sessions }: Env): number {
  const count = Number(sessions ?? DEFAULT_MAX_SESSIONS);
  return isCount(count) ? count : DEFAULT_MAX_SESSIONS;
}

/** What is wrong with the deployment's variables, in a sentence; `null`: nothing. */
export function settingsProblem(env: Env): string | null {
  const { STILLHERE_SHARDS: shards, STILLHERE_MAX_SESSIONS: sessions } = env;
  if (shards !== undefined && !isCount(Number(shards), MAX_SHARDS)) {
    return `STILLHERE_SHARDS is "${shards}": make it a number from 1 to ${MAX_SHARDS}.`;
  }
  if (sessions !== undefined && !isCount(Number(sessions))) {
    return `STILLHERE_MAX_SESSIONS is "${sessions}": make it a number from 1 on.`;
  }
  if (env.STILLHERE_PUBLISHABLE_KEY && env.STILLHERE_SECRET_KEY && env.STILLHERE_TOKEN_SECRET) {
    return null;
  }
  return "This deployment has no keys yet: set STILLHERE_PUBLISHABLE_KEY (pk_…), STILLHERE_SECRET_KEY (sk_…) and STILLHERE_TOKEN_SECRET with `wrangler secret put`.";
}

function isCount(count: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(count) && count >= 1 && count <= max;
}

/** RPC access to the objects of a space; the layouts are read once. */
export function linksOf(env: Env, space: string): Links {
  const coordinator = () => env.COORDINATOR.getByName(coordinatorName(space)).records;
  let known: Layouts | undefined;
  return {
    coordinator,
    shard: (name: ShardName) => env.SHARD.getByName(shardName(space, name)).records,
    async layouts() {
      known ??= await coordinator().layouts();
      return known;
    },
  };
}
