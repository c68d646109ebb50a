/**
 * The bindings of a deployment, and RPC access to its objects.
 * @module
 */
import type { Request as EngineRequest, Outcome } from "../../engine/request.ts";
import type {
  CoordinatorLink,
  Links,
  ShardLink,
  ShardName,
} from "../../stores/durable-object/links.ts";
import type { Layouts } from "../../stores/durable-object/placement.ts";
import type { SessionKey } from "../../stores/store.ts";
import type { RelayedAttempts } from "./attempt-relay.ts";
import { coordinatorName, shardName } from "./names.ts";

/** The RPC interface of a shard. */
export interface ShardStub {
  readonly records: ShardLink;
  /** @param layouts as the caller knows them, which may be newer than here */
  submit(request: EngineRequest, hops?: number, layouts?: Layouts): Promise<Outcome>;
  /** Whether a session is here. From then on none is created here that the layouts place elsewhere. */
  holds(key: SessionKey, layouts: Layouts): Promise<boolean>;
  /** Reads new broadcasts and applies them. */
  readBroadcasts(): Promise<void>;
  /** Stores the layouts, which have a new number of shards. */
  grow(layouts: Layouts): Promise<void>;
  /** Does overdue work. */
  poll(): Promise<void>;
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
  /** How many shards an account has; it can grow, never shrink. Default 4. */
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

const DEFAULT_SHARDS = 4;

/** @throws if the variable is not a valid number of shards. */
export function shardsOf({ STILLHERE_SHARDS: shards }: Env): number {
  const count = Number(shards ?? DEFAULT_SHARDS);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return count;
  throw new Error(`STILLHERE_SHARDS is ${shards}: make it a number from 1 to 1000.`);
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
