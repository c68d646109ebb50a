/**
 * What the objects ask of each other. A deployment has one coordinator, which keeps the accounts, their
 * agents, settings, logs and webhooks, and for each account a number of shards, which keep its
 * sessions.
 * @module
 */
import type { OutboxStore } from "../outbox.ts";
import type {
  Account,
  Agent,
  Assignment,
  Broadcast,
  Found,
  ListQuery,
  LogEntry,
  Lookup,
  NewBroadcast,
  SessionKey,
  Stored,
  Track,
  Write,
  WriteOutcome,
} from "../store.ts";
import type { Layouts } from "./placement.ts";

export interface ShardName {
  readonly account: string;
  readonly index: number;
}

/** A session that waits for a place in the merged queue. */
export interface QueuedEntry {
  readonly queuedAt: number | null;
  readonly stored: Stored;
}

/** A session with the instant at which it is due. */
export interface DueEntry {
  readonly id: string;
  readonly deadlineAt: number;
}

/** The sessions of one shard. */
export interface ShardLink {
  load(lookups: readonly Lookup[]): Promise<readonly Found[]>;
  commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]>;
  due(now: number, limit: number): Promise<readonly DueEntry[]>;
  behind(epoch: number, limit: number): Promise<readonly string[]>;
  list(query: ListQuery): Promise<readonly Stored[]>;
  queue(group: string | null): Promise<readonly QueuedEntry[]>;
  assignments(agent: string | null): Promise<readonly Assignment[]>;
  sessionsOf(user: string): Promise<readonly string[]>;
  count(): Promise<number>;
  has(id: string): Promise<boolean>;
  erase(id: string): Promise<boolean>;
}

/** An entry of a shard's outbox on its way to the account's log; `erased`: forget the session. */
export interface RelayEntry {
  /** Rises with each entry of the shard. */
  readonly number: number;
  readonly kind: Track | "erased";
  readonly session: string;
  readonly sessionCreatedAt: number;
  readonly seq: number;
  readonly at: number;
  /** The transition as `transition-codec.ts` writes it. */
  readonly body: string;
}

/** What concerns an account as a whole. */
export interface CoordinatorLink {
  /** A shard says that it exists; answers how many shards there are. */
  registerShard(shard: ShardName): Promise<Layouts>;
  layouts(): Promise<Layouts>;
  /** Shards that exist. */
  shards(): Promise<readonly ShardName[]>;
  /** Appends to the account's log, each entry once and a shard's in order. */
  append(shard: ShardName, entries: readonly RelayEntry[]): Promise<void>;
  history(key: SessionKey, afterSeq: number, limit: number, track: Track): Promise<LogEntry[]>;
  log(account: string, afterCursor: number, limit: number, track: Track): Promise<LogEntry[]>;
  lastCursor(account: string): Promise<number>;
  prune(account: string, before: number, limit: number): Promise<number>;
  agents(account: string): Promise<readonly Agent[]>;
  putAgent(account: string, agent: Agent): Promise<void>;
  accounts(): Promise<readonly Account[]>;
  putAccount(account: Account): Promise<void>;
  broadcasts(afterEpoch: number): Promise<readonly Broadcast[]>;
  broadcast(broadcast: NewBroadcast): Promise<number>;
  hear(now: number, toleranceMs: number): Promise<boolean>;
  readonly outbox: OutboxStore;
}

/** The ways to the objects of a deployment. */
export interface Links {
  /** Numbers of shards; an old answer costs a detour, and loses nothing. */
  layouts(): Promise<Layouts>;
  coordinator(): CoordinatorLink;
  shard(name: ShardName): ShardLink;
}
