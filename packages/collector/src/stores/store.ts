/**
 * What a store must do, and all it must do: keep records, change them atomically, and find those
 * that are due. It knows no rule. `stores/conformance.ts` proves a driver against this contract.
 * @module
 */
import type { Renewal } from "../core/lease.ts";
import type { Presence, QueueStanding, Session, State } from "../core/session.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { Transition } from "../core/transition.ts";
import type { Trigger } from "../core/trigger.ts";
import type { OutboxStore } from "./outbox.ts";

export interface SessionKey {
  readonly account: string;
  readonly id: string;
}

/** A session as it is kept. */
export interface Stored {
  readonly session: Session;
  /** What the session would be if presence decided: kept while the account's mode is `shadow`. */
  readonly shadow: Session | null;
  /** Rises with each commit. */
  readonly version: number;
  /** The last broadcast that the session has been told. */
  readonly epoch: number;
  /** When the sweep is to look at it; null: never by itself. */
  readonly deadlineAt: number | null;
}

/** What lists are filtered by; derived from the session, so that no store needs to know how. */
export interface IndexedColumns {
  readonly state: State;
  readonly presence: Presence;
  readonly queue: QueueStanding;
  readonly queuedAt: number | null;
  readonly assignee: string | null;
  readonly group: string | null;
  readonly user: string | null;
  readonly capacityHeld: boolean;
}

export interface Lookup {
  readonly key: SessionKey;
  /** Ids of events that are about to be applied: which of them were applied before? */
  readonly eventIds: readonly string[];
}

export interface Found {
  /** Null: no such session. */
  readonly stored: Stored | null;
  /** Those of the asked event ids that this session has seen. */
  readonly seenEventIds: readonly string[];
  /** What the store's {@link Store.renew} calls the session by; missing: it cannot be renewed there. */
  readonly number?: number;
}

/** One session's change. All of it is kept, or nothing of it is. */
export interface Write {
  readonly key: SessionKey;
  /** The version that was loaded; 0: there was none. */
  readonly expectedVersion: number;
  readonly session: Session;
  readonly shadow: Session | null;
  readonly epoch: number;
  readonly columns: IndexedColumns;
  readonly deadlineAt: number | null;
  readonly eventIds: readonly string[];
  readonly transitions: readonly Transition[];
  readonly shadowTransitions: readonly Transition[];
  /**
   * Pages have said that they are still there, and nothing else: who loses this write knows less for
   * a while, but nothing that the next beat does not say again. Missing: it must not be lost.
   */
  readonly isRenewal?: boolean;
  /** All in which a renewal's session differs from the one that was loaded; missing: in more. */
  readonly renewal?: Renewal | null;
}

/** The last page of a session has renewed its lease, and nothing else has changed. */
export interface LeaseWrite extends Renewal {
  /** {@link Found.number} */
  readonly number: number;
  /** The version that is known; it rises by one. */
  readonly expectedVersion: number;
  readonly deadlineAt: number;
}

export type WriteOutcome = "committed" | "conflict";

/** What happened, or what would have happened if presence decided. */
export type Track = "live" | "shadow";

/** An entry of an account's history, in the order in which the store took them. */
export interface LogEntry {
  /** Rises with each entry; unique within the store. */
  readonly cursor: number;
  /**
   * In a session's history: where a reader goes on who has the entry already, if that is before its
   * cursor, because a log that had lost it was given it again.
   */
  readonly resumeCursor?: number;
  readonly session: string;
  /** When the session was created: tells a session from an erased one of the same name. */
  readonly sessionCreatedAt: number;
  readonly transition: Transition;
}

export interface ListQuery {
  readonly state?: State;
  readonly presence?: Presence;
  readonly queue?: QueueStanding;
  readonly assignee?: string;
  /** Sessions whose id is above this one. */
  readonly afterId?: string;
  readonly limit: number;
}

/** Somebody at the desk, and how many sessions they can hold at once. */
export interface Agent {
  readonly id: string;
  readonly capacity: number;
}

/** A session that somebody has. */
export interface Assignment {
  readonly agent: string;
  readonly session: string;
  readonly capacityHeld: boolean;
}

/** A key is good until then; null: until it is rotated or revoked. */
export interface Expiring {
  readonly expiresAt: number | null;
}

/** The newest of each kind of key comes first; older ones are good while a rotation overlaps. */
export interface Account {
  readonly name: string;
  /** `pk_…`, known to every page. */
  readonly publishableKeys: readonly (Expiring & { readonly key: string })[];
  /** SHA-256 of each secret key in hex, and enough of the key to recognise it. */
  readonly secretKeys: readonly (Expiring & { readonly hash: string; readonly hint: string })[];
  /** Sign session tokens; kept readable, since verifying needs them. */
  readonly tokenSecrets: readonly (Expiring & { readonly secret: string })[];
  readonly createdAt: number;
}

/** Something that every session of an account (null: of all accounts) must be told, in order. */
export type Broadcast = {
  /** Rises with each broadcast. */
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
);

export type NewBroadcast =
  Extract<Broadcast, { type: "settings" }> extends infer B ? Omit<B, "epoch"> : never;

export interface Store {
  /** What webhooks need. */
  readonly outbox: OutboxStore;

  /** Answers in the order of the questions. */
  load(lookups: readonly Lookup[]): Promise<readonly Found[]>;
  /** Answers in the order of the writes; each is atomic by itself. */
  commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]>;
  /**
   * Renews leases, one after the other: as {@link commit} of the same sessions with their last page
   * renewed, for whoever has not loaded them. It may refuse one that it has no room for as a conflict.
   * Missing: the store knows no short way.
   */
  renew?(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]>;
  /** Sessions whose deadline is at or before `now`, most overdue first. */
  due(now: number, limit: number): Promise<readonly SessionKey[]>;
  /** Sessions of an account that have not been told the broadcast `epoch` yet. */
  notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]>;

  /** Sessions of an account by id, ascending. */
  list(account: string, query: ListQuery): Promise<readonly Stored[]>;
  /** Sessions with a standing in the queue, by place, then id. */
  queue(account: string, group: string | null): Promise<readonly Stored[]>;
  /** A session's transitions above `afterSeq`, ascending. */
  history(
    key: SessionKey,
    afterSeq: number,
    limit: number,
    track?: Track,
  ): Promise<readonly LogEntry[]>;
  /** An account's transitions above `afterCursor`, ascending. */
  log(
    account: string,
    afterCursor: number,
    limit: number,
    track?: Track,
  ): Promise<readonly LogEntry[]>;
  /** The cursor of the account's last live log entry; 0: none. */
  lastCursor(account: string): Promise<number>;
  /** Sessions that somebody has, or one agent has, by agent, then session. */
  assignments(account: string, agent?: string): Promise<readonly Assignment[]>;
  /** Ids of a user's sessions, ascending. */
  sessionsOf(account: string, user: string): Promise<readonly string[]>;
  /** How many sessions an account has. */
  count(account: string): Promise<number>;
  /** Forgets history from before an instant; answers how many entries went. */
  prune(account: string, before: number, limit: number): Promise<number>;
  /** Removes a session with all that was kept of it; false: it was not there. */
  erase(key: SessionKey): Promise<boolean>;

  /** Agents by id, ascending. */
  agents(account: string): Promise<readonly Agent[]>;
  /** Creates the agent or replaces it. */
  putAgent(account: string, agent: Agent): Promise<void>;

  accounts(): Promise<readonly Account[]>;
  /** Creates the account or replaces its keys. */
  putAccount(account: Account): Promise<void>;
  /** Broadcasts above `afterEpoch`, ascending. */
  broadcasts(afterEpoch: number): Promise<readonly Broadcast[]>;
  /** Appends a broadcast and answers with its epoch. */
  broadcast(broadcast: NewBroadcast): Promise<number>;
  /**
   * Moves the mark of when anybody last could hear to `now` (it never moves back). Where it was more
   * than `toleranceMs` old, an outage from the mark to `now` is broadcast in the same step. True: so
   * it was.
   */
  heartbeat(now: number, toleranceMs: number): Promise<boolean>;

  /**
   * Calls `listener` when an account's log has something new by whomever, as soon as may be; a call
   * may be missed. Returns the way to stop. Missing: nobody else writes to this store.
   */
  onLogChange?(listener: (account: string) => void): () => void;

  close(): Promise<void>;
}

/** The store cannot be used; the message says what to do. */
export class StoreError extends Error {
  override name = "StoreError";
}
