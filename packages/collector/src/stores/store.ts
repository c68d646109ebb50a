/**
 * The contract of a store: it keeps records, changes them atomically and finds those that are due.
 * It contains no business rules. The cases in `stores/suite/` check a driver against this contract.
 * @module
 */

import type { Renewal } from "../core/lease.ts";
import type { Presence, QueueStanding, Role, State, Track } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { Transition } from "../core/transition.ts";
import type { Trigger } from "../core/trigger.ts";
import type { AdminStore, AuditEntry } from "./admin.ts";
import type { ListPage, ListQuery } from "./list.ts";
import type { OutboxStore } from "./outbox.ts";
import type { RecordError } from "./record-error.ts";
import type { StateCounts } from "./state-counts.ts";

export interface SessionKey {
  readonly account: string;
  readonly id: string;
}

/** A session with what the store keeps alongside it. */
export interface Stored {
  readonly session: Session;
  /** The session as presence alone would decide it; kept while the account's mode is `shadow`. */
  readonly shadow: Session | null;
  /** Increases with each commit. */
  readonly version: number;
  /** The epoch of the last broadcast that was applied to the session. */
  readonly epoch: number;
  /** When the sweep must process the session; `null` if it never has to. */
  readonly deadlineAt: number | null;
}

/**
 * The columns that lists are filtered by and that depend on settings, and some that stores index. They are
 * derived by the engine, so no store has to; the others in a {@link ListQuery} are fields of the session.
 */
export interface IndexedColumns {
  readonly state: State;
  readonly presence: Presence;
  readonly queue: QueueStanding;
  readonly queuedAt: number | null;
  readonly assignee: string | null;
  readonly group: string | null;
  readonly capacityHeld: boolean;
}

export interface Lookup {
  readonly key: SessionKey;
  /** Ids of events about to be applied; the store returns those it has seen. */
  readonly eventIds: readonly string[];
  /** Whether {@link Found.erasedAt} is wanted. */
  readonly withErasure?: boolean;
}

export interface EraseOptions {
  /** The store remembers this time with a hash of the id for 8 days (erasure.ts); missing: nothing. */
  readonly erasedAt?: number;
  /** The session is deleted only if it has this version. */
  readonly expectedVersion?: number | undefined;
  /** Entries of the audit log, stored in one step with the deletion of the session. */
  readonly audit?: readonly AuditEntry[];
}

export interface Found {
  /** `null` if there is no such session. */
  readonly stored: Stored | null;
  /** The requested event ids that were already applied to this session. */
  readonly seenEventIds: readonly string[];
  /** When a session with this id was last erased, if the store still remembers that. */
  readonly erasedAt?: number;
  /** Names the session in {@link LeaseWrite}; missing: the store has no {@link Store.renew}. */
  readonly number?: number;
  /**
   * What is stored cannot be read; `stored` is then null. It is a sentence for the log that names the
   * record and states what to do. The other lookups are not affected.
   */
  readonly unreadable?: string;
}

interface WriteBase {
  readonly key: SessionKey;
  /** The version that was loaded; 0: the session did not exist. */
  readonly expectedVersion: number;
  readonly session: Session;
  readonly shadow: Session | null;
  readonly epoch: number;
  readonly columns: IndexedColumns;
  readonly eventIds: readonly string[];
  readonly transitions: readonly Transition[];
  readonly shadowTransitions: readonly Transition[];
}

/**
 * One session's change: all of it is stored or nothing of it. Its kind says how durable it must be:
 *
 * - `change`: must not be lost.
 * - `beats`: pages reported that they are still there, and nothing else. A store may keep it in memory
 *   for a while: after a crash the next beat reports it again.
 * - `lease`: the same, and `renewal` is the only difference from the session that was loaded.
 */
export type Write = WriteBase &
  (
    | { readonly kind: "change" | "beats"; readonly deadlineAt: number | null }
    | { readonly kind: "lease"; readonly renewal: Renewal; readonly deadlineAt: number }
  );

/** The last page of a session has renewed its lease, and nothing else has changed. */
export interface LeaseWrite extends Renewal {
  /** {@link Found.number} */
  readonly number: number;
  /** The version that the renewal was computed from; it rises by one. */
  readonly expectedVersion: number;
  readonly deadlineAt: number;
}

/** What is stored cannot be read, as in {@link Found}, and the write changed nothing. */
export interface Unreadable {
  readonly unreadable: string;
}

export type WriteOutcome = "committed" | "conflict" | Unreadable;

/** An entry of an account's log. Entries are in the order in which the store appended them. */
export interface LogEntry {
  /** Increases with each entry; unique within the store. */
  readonly cursor: number;
  /**
   * In a session's history: the cursor from which a reader that already has the entry continues. It
   * is set only if lower than `cursor`, because the entry was appended again after the log lost it.
   */
  readonly resumeCursor?: number;
  readonly session: string;
  /** When the session was created; distinguishes it from an erased session with the same id. */
  readonly sessionCreatedAt: number;
  readonly transition: Transition;
}

export interface ScanPart {
  readonly sessions: readonly Stored[];
  /** Where the next part begins; `null` after the last one. */
  readonly next: string | null;
}

export type QueueCounts = Record<Exclude<QueueStanding, "none">, number>;

/** A helpdesk agent; `capacity` is how many sessions they can hold at the same time. */
export interface Agent {
  readonly id: string;
  readonly capacity: number;
}

/** An agent that has a capacity or a session; `capacity` is `null` if none was set. */
export interface ListedAgent {
  readonly id: string;
  readonly capacity: number | null;
}

export interface AgentQuery {
  /** Only agents after this one. */
  readonly afterId?: string;
  readonly limit: number;
}

/** A session that is assigned to an agent. */
export interface Assignment {
  readonly session: string;
  readonly capacityHeld: boolean;
}

export interface AssignmentQuery {
  /** Only sessions whose id sorts after this one. */
  readonly afterSession?: string;
  /** Only sessions that take a place of the agent's capacity. */
  readonly isHeld?: true;
  readonly limit: number;
}

/** A part of a list of ids. */
export interface IdPart {
  readonly ids: readonly string[];
  /** Where the next part begins; `null` after the last one. */
  readonly next: string | null;
}

/** A key expires at that time; with `null` it is valid until it is rotated or revoked. */
export interface Expiring {
  readonly expiresAt: number | null;
}

/** A secret key as it is stored: its hash alone, so that the store's reader cannot use it. */
export interface SecretKey extends Expiring {
  /** SHA-256 in hex. */
  readonly hash: string;
  /** The start of the key, for people. */
  readonly hint: string;
  /** Missing: `admin`, as keys had no roles before. */
  readonly role?: Role;
  /** What it is for; missing: it is one of the account's own, which a rotation replaces. */
  readonly name?: string;
  /** Missing: unknown. */
  readonly createdAt?: number;
}

/** Keys are sorted newest first; older ones stay valid during the overlap of a rotation. */
export interface Account {
  readonly name: string;
  /** Increases with each change, from 1; missing: 0, of an account from before there were versions. */
  readonly version?: number;
  /** `pk_…`, public: embedded in every page. */
  readonly publishableKeys: readonly (Expiring & { readonly key: string })[];
  readonly secretKeys: readonly SecretKey[];
  /** Secrets that sign session tokens; kept in plain text, because verification needs them. */
  readonly tokenSecrets: readonly (Expiring & { readonly secret: string })[];
  readonly createdAt: number;
}

/**
 * A change that must be applied, in order, to every session of an account (`null`: of all). Its instants
 * are in steady time (engine/clock.ts): the time of a session depends on the steps before.
 */
export type Broadcast = {
  /** Increases with each broadcast. */
  readonly epoch: number;
  readonly at: number;
} & (
  | {
      readonly type: "settings";
      readonly account: string;
      readonly overrides: Overrides;
      readonly triggers: readonly Trigger[];
    }
  | { readonly type: "outage"; readonly account: null; readonly fromAt: number }
  /** From now on the time is this much ahead of steady time. */
  | { readonly type: "clock_step"; readonly account: null; readonly offsetMs: number }
  /** The account is unheard from `at` on (rule 6): by then so many of its sessions had missed. */
  | { readonly type: "unheard"; readonly account: string; readonly missed: number }
  /** A signal of the account was accepted again at `at`. */
  | { readonly type: "heard"; readonly account: string }
);

type WithoutEpoch<B> = B extends Broadcast ? Omit<B, "epoch"> : never;
export type NewBroadcast = WithoutEpoch<Exclude<Broadcast, { type: "outage" }>>;

/** The store's own clock, and the liveness watermark at the same instant. */
export interface ClockReading {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly watermark: number | null;
}

/** The collector that is the clock of a store without its own, as of its last heartbeat. */
export interface ClockKeeper {
  readonly collector: string;
  /** Names the boot of its machine, within which the following hold. */
  readonly boot: string;
  /** Steady time − the machine's monotonic clock, in milliseconds. */
  readonly base: number;
  /** The machine's monotonic clock. */
  readonly mono: number;
  /** For how long the machine was suspended in this boot, from a zero that all its processes share; `null`: not known. */
  readonly suspended: number | null;
}

/** Whether the storage drops records on its own. */
export interface Eviction {
  /** `null`: it does not say. */
  readonly mayEvict: boolean | null;
  /** A sentence for the log that states what to do; empty if it evicts nothing. */
  readonly message: string;
}

export interface Store {
  /** The webhook outbox. */
  readonly outbox: OutboxStore;
  /** Records and the audit log of the accounts' administration. */
  readonly admin: AdminStore;

  /** Results are in the order of the lookups. */
  load(lookups: readonly Lookup[]): Promise<readonly Found[]>;
  /** Results are in the order of the writes; each write is atomic on its own. */
  commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]>;
  /**
   * Renews leases in order, without their sessions being loaded: the same as {@link commit} of
   * those sessions with their last page renewed. It may return `conflict` for a lease that it
   * cannot store this way. Missing: the store has no fast path for beats.
   */
  renew?(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]>;
  /** Sessions whose deadline is at or before `now`, most overdue first. */
  due(now: number, limit: number): Promise<readonly SessionKey[]>;
  /**
   * The account's sessions whose deadline is at or before `until`, most overdue first. Those whose presence
   * is shown as neither `online` nor `ignored` may be missing, and some of 10,000 and more.
   */
  dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]>;
  /** Sessions of an account to which the broadcast `epoch` has not been applied yet. */
  notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]>;

  /** A page of an account's sessions. `listPage` makes it of what an index can do. */
  list(account: string, query: ListQuery): Promise<ListPage>;
  /** The number of sessions in the queue, of one group or of all. */
  countQueue(account: string, group?: string): Promise<QueueCounts>;
  /** A session's transitions after `afterSeq`, ascending. */
  history(
    key: SessionKey,
    afterSeq: number,
    limit: number,
    track?: Track,
  ): Promise<readonly LogEntry[]>;
  /** An account's transitions after `afterCursor`, ascending. */
  log(
    account: string,
    afterCursor: number,
    limit: number,
    track?: Track,
  ): Promise<readonly LogEntry[]>;
  /** The cursor of the account's last live log entry; 0 if there is none. */
  lastCursor(account: string): Promise<number>;
  /**
   * A cursor after which all log entries of `at` and later are, so that a reader of a period need not
   * begin at the beginning. Some earlier ones may be after it too.
   */
  logStart(account: string, at: number, track?: Track): Promise<number>;
  /** Sessions that are assigned to an agent, ascending by id. */
  assignments(
    account: string,
    agent: string,
    query: AssignmentQuery,
  ): Promise<readonly Assignment[]>;
  /** The ids of a user's sessions, in parts as {@link scan} has them. */
  sessionsOf(account: string, user: string, after: string | null, limit: number): Promise<IdPart>;
  /** The number of an account's sessions. */
  count(account: string): Promise<number>;
  /** The number of an account's sessions in each state, without reading them. Missing: unknown. */
  countByState?(account: string): Promise<StateCounts>;
  /**
   * A part of an account's sessions, at most `limit`, in an order of the store's own. `after` is null
   * for the first part, and otherwise the `next` of the part before. A session that does not change
   * meanwhile is in one of the parts. Several collectors may share the work, as with {@link due}.
   */
  scan(account: string, after: string | null, limit: number): Promise<ScanPart>;
  /**
   * Deletes at most `limit` log entries older than `before`, from the beginning of the log up to the
   * first one that is not; returns how many were deleted.
   */
  prune(account: string, before: number, limit: number): Promise<number>;
  /**
   * Deletes a session and everything stored about it; `false` if it did not exist. A long history is
   * deleted in parts and the session after it: where that ends half way, it is repeated.
   */
  erase(key: SessionKey, options?: EraseOptions): Promise<boolean>;

  /**
   * Agents that have a capacity or a session, ascending by id in the order of `compareNames`
   * (name-order.ts).
   */
  agents(account: string, query: AgentQuery): Promise<readonly ListedAgent[]>;
  /** The capacity that was set for an agent; `null` if none was. */
  capacityOf(account: string, agent: string): Promise<number | null>;
  /** Creates or replaces the agent, in one step with entries of the account's audit log. */
  putAgent(account: string, agent: Agent, audit?: readonly AuditEntry[]): Promise<void>;

  /**
   * 8 lower-case letters, made when the store was created or restored from a backup; they stay the
   * same otherwise. Within one incarnation, a session's sequence number names one transition.
   */
  incarnation(): Promise<string>;
  accounts(): Promise<readonly Account[]>;
  /**
   * Creates or replaces the account with its keys, in one step with entries of its audit log. One with
   * a `version` replaces only the version before; `false`: there is another one, and nothing was stored.
   */
  putAccount(account: Account, audit?: readonly AuditEntry[]): Promise<boolean>;
  /** The first `limit` broadcasts after `afterEpoch`, ascending; without a limit all of them. */
  broadcasts(afterEpoch: number, limit?: number): Promise<readonly Broadcast[]>;
  /**
   * Appends a broadcast and returns its epoch. That of an account may have entries of its audit log,
   * which are stored in one step with it. With `lastEpoch`, 0 is returned and nothing is stored if there is
   * a broadcast after that one.
   */
  broadcast(
    broadcast: NewBroadcast,
    audit?: readonly AuditEntry[],
    lastEpoch?: number,
  ): Promise<number>;
  /**
   * Whether every session of the account has applied the broadcast `epoch`. If so, a commit that would
   * create one at a lower epoch is a `conflict` from then on, in one step with finding it out: no session
   * will need an earlier broadcast. Where parts of a store are asked one by one, each does so for itself.
   */
  closeEpochs(account: string, epoch: number): Promise<boolean>;
  /** Deletes broadcasts; the last one is never among them. Those that are not there are ignored. */
  dropBroadcasts(epochs: readonly number[]): Promise<void>;
  /**
   * Gives a share of the space that deleted records took back to the system; `true` if there is more.
   * Missing: the storage does that on its own.
   */
  releaseSpace?(): Promise<boolean>;
  /**
   * Advances the liveness watermark, the last time at which collectors could receive signals, to
   * `now`, which is steady time (it never moves back). If it was more than `toleranceMs` old, an outage
   * from the watermark to `now` is broadcast in the same step, and `true` is returned.
   */
  heartbeat(now: number, toleranceMs: number): Promise<boolean>;
  /**
   * Notes when accounts' last signals were accepted, in steady time. An earlier time than the stored one
   * changes nothing.
   */
  noteSignals(lastAt: ReadonlyMap<string, number>): Promise<void>;
  /** The last time that was noted of an account's signals; `null` if none was. */
  lastSignalAt(account: string): Promise<number | null>;
  /** Reads the store's own clock, which all collectors follow. Missing: the store has none. */
  readClock?(): Promise<ClockReading>;
  /**
   * Replaces the keeper of the store's clock by the one that `change` returns, in one step with reading
   * it and the liveness watermark. Missing, and {@link readClock} too: only one process uses the store.
   */
  keepClock?(
    change: (keeper: ClockKeeper | null, watermark: number | null) => ClockKeeper,
  ): Promise<void>;

  /**
   * Calls `listener` soon after any process appended to an account's log; a call may be missed.
   * Returns a function that unsubscribes. Missing if only this process writes to the store.
   */
  onLogChange?(listener: (account: string) => void): () => void;
  /**
   * Calls `listener` with each record that a list, a log or the outbox passed over because it cannot be
   * read. Returns a function that unsubscribes. Missing: the store passes over nothing.
   */
  onUnreadable?(listener: (error: RecordError) => void): () => void;

  /** Asked every 20 s. Missing: the storage drops nothing on its own. */
  checkEviction?(): Promise<Eviction>;

  close(): Promise<void>;
}

/** The store cannot be used; the message states what to do. */
export class StoreError extends Error {
  override name = "StoreError";
}
