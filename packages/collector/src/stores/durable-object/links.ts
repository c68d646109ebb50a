/**
 * The RPC interfaces between the objects. A deployment has one coordinator, which stores the
 * accounts, their agents, settings, logs and webhooks, and for each account a number of shards,
 * which store its sessions.
 * @module
 */
import type { Track } from "../../core/lists.ts";
import type { AdminStore, AuditEntry } from "../admin.ts";
import type { ListPage, ListQuery } from "../list.ts";
import type { OutboxStore } from "../outbox.ts";
import type {
  Account,
  Agent,
  AgentQuery,
  Assignment,
  AssignmentQuery,
  Broadcast,
  EraseOptions,
  Found,
  LogEntry,
  Lookup,
  NewBroadcast,
  QueueCounts,
  SessionKey,
  Stored,
  Write,
  WriteOutcome,
} from "../store.ts";
import type { DirectoryEntry, TermChange, Unrelayed } from "./directory.ts";
import type { Layouts } from "./placement.ts";

export interface ShardName {
  readonly account: string;
  readonly index: number;
}

/** A session that is due, with its deadline. */
export interface DueEntry {
  readonly id: string;
  readonly deadlineAt: number;
}

/** The sessions of one shard. */
export interface ShardLink {
  load(lookups: readonly Lookup[]): Promise<readonly Found[]>;
  commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]>;
  due(now: number, limit: number): Promise<readonly DueEntry[]>;
  dueOf(until: number, limit: number): Promise<readonly Stored[]>;
  noteSignal(at: number): Promise<void>;
  /** When the shard's last signal was accepted; `null` if never. */
  lastSignalAt(): Promise<number | null>;
  notCaughtUp(epoch: number, limit: number): Promise<readonly string[]>;
  /** As in the contract of a store, for this shard. */
  closeEpochs(epoch: number): Promise<boolean>;
  /** @param ids the only sessions that can match; `null`, the default: any can */
  list(query: ListQuery, ids?: readonly string[] | null): Promise<ListPage>;
  /** What the directory may not have of this shard for the hash of a term. */
  unrelayed(hash: number): Promise<Unrelayed>;
  countQueue(group: string | null): Promise<QueueCounts>;
  assignments(agent: string, query: AssignmentQuery): Promise<readonly Assignment[]>;
  /** Agents that have sessions here, ascending by id. */
  assignees(query: AgentQuery): Promise<readonly string[]>;
  /** Ids after one, ascending. */
  sessionsOf(user: string, afterId: string, limit: number): Promise<readonly string[]>;
  count(): Promise<number>;
  /** Whether the shard has the session, or remembers that it was erased. */
  has(key: SessionKey): Promise<boolean>;
  erase(key: SessionKey, options: EraseOptions): Promise<boolean>;
}

/**
 * An entry of a shard's relay queue for the account's log and the directory; `erased`: erase the session,
 * `terms`: for the directory alone, `silence`: the shard is unheard, or heard again (it has no session).
 */
export interface RelayEntry {
  /** Rises with each entry of the shard. */
  readonly number: number;
  readonly kind: Track | "erased" | "terms" | "silence";
  readonly session: string;
  readonly sessionCreatedAt: number;
  readonly seq: number;
  readonly at: number;
  /** The transition as `transition-codec.ts` encodes it; of an erasure its entries of the audit log, of a silence its broadcast. */
  readonly body: string;
  readonly terms: TermChange | null;
}

/** Of an account's keys and settings. */
export interface Revision {
  /** The version of the account, which its keys are in. */
  readonly version: number;
  /** The last broadcast that was read. */
  readonly epoch: number;
}

/** What the Worker has to know to handle signals. */
export interface Configuration {
  readonly accounts: readonly Account[];
  readonly broadcasts: readonly Broadcast[];
  readonly layouts: Layouts;
}

/** Everything that concerns an account as a whole. */
export interface CoordinatorLink {
  /** Registers a shard; returns the layouts. */
  registerShard(shard: ShardName): Promise<Layouts>;
  layouts(): Promise<Layouts>;
  /** All registered shards. */
  shards(): Promise<readonly ShardName[]>;
  /** Applies to log and directory: each entry once, and the entries of a shard in order. */
  relay(shard: ShardName, entries: readonly RelayEntry[]): Promise<void>;
  /** Sessions that may have the term with the hash, at most `limit`, in any order. */
  directory(account: string, hash: number, limit: number): Promise<readonly DirectoryEntry[]>;
  history(key: SessionKey, afterSeq: number, limit: number, track: Track): Promise<LogEntry[]>;
  log(account: string, afterCursor: number, limit: number, track: Track): Promise<LogEntry[]>;
  lastCursor(account: string): Promise<number>;
  logStart(account: string, at: number, track: Track): Promise<number>;
  prune(account: string, before: number, limit: number): Promise<number>;
  /** Agents that have a capacity, ascending by id. */
  agents(account: string, query: AgentQuery): Promise<readonly Agent[]>;
  /** The capacities of those of the agents that have one. */
  capacitiesOf(account: string, agents: readonly string[]): Promise<readonly Agent[]>;
  putAgent(account: string, agent: Agent, audit?: readonly AuditEntry[]): Promise<void>;
  incarnation(): Promise<string>;
  accounts(): Promise<readonly Account[]>;
  /** In one call, with the broadcasts after an epoch. */
  configuration(afterEpoch: number): Promise<Configuration>;
  /** {@link Revision.version}; 0: there is no such account. */
  accountVersion(account: string): Promise<number>;
  putAccount(account: Account, audit?: readonly AuditEntry[]): Promise<boolean>;
  /** Without a limit all of them. */
  broadcasts(afterEpoch: number, limit?: number): Promise<readonly Broadcast[]>;
  broadcast(
    broadcast: NewBroadcast,
    audit?: readonly AuditEntry[],
    lastEpoch?: number,
  ): Promise<number>;
  dropBroadcasts(epochs: readonly number[]): Promise<void>;
  heartbeat(now: number, toleranceMs: number): Promise<boolean>;
  readonly outbox: OutboxStore;
  readonly admin: AdminStore;
}

/** RPC access to the objects of a deployment. */
export interface Links {
  /** The layouts; outdated ones cost an extra hop, but lose nothing. */
  layouts(): Promise<Layouts>;
  coordinator(): CoordinatorLink;
  shard(name: ShardName): ShardLink;
}
