/**
 * A store in this process's memory, for tests and first trials. Nothing survives the process.
 * @module
 */

import { nextTurn } from "../../async/turns.ts";
import { renew } from "../../core/lease.ts";
import type { Track } from "../../core/lists.ts";
import type { AuditEntry } from "../admin.ts";
import { ERASURE_KEPT_MS, erasureHashOf, withErasures } from "../erasure.ts";
import { createIncarnation } from "../incarnation.ts";
import {
  type Candidate,
  type ListPage,
  type ListQuery,
  type ListSource,
  listPage,
} from "../list.ts";
import { compareNames } from "../name-order.ts";
import { scanById } from "../scan.ts";
import { SplitMap } from "../split-map.ts";
import type { StateCounts } from "../state-counts.ts";
import type {
  Account,
  Agent,
  AgentQuery,
  Assignment,
  AssignmentQuery,
  Broadcast,
  EraseOptions,
  Found,
  IdPart,
  LeaseWrite,
  ListedAgent,
  LogEntry,
  Lookup,
  NewBroadcast,
  QueueCounts,
  ScanPart,
  SessionKey,
  Store,
  Stored,
  Write,
  WriteOutcome,
} from "../store.ts";
import { MemoryAdmin } from "./memory-admin.ts";
import { MemoryLog } from "./memory-log.ts";
import { MemoryOutbox } from "./memory-outbox.ts";
import { MemorySessions, type SessionRow } from "./memory-sessions.ts";

export class MemoryStore implements Store {
  readonly #sessions = new Map<string, MemorySessions>();
  readonly #keyByNumber = new SplitMap<number, SessionKey>();
  #lastNumber = 0;
  readonly #erasures = new Map<string, number>();
  readonly #accounts = new Map<string, Account>();
  #broadcasts: Broadcast[] = [];
  #lastEpoch = 0;
  /** Account → the epoch below which it gets no new sessions. */
  readonly #closedEpochs = new Map<string, number>();
  readonly #agents = new Map<string, Map<string, Agent>>();
  readonly #log = new MemoryLog();
  readonly admin = new MemoryAdmin();
  readonly outbox = new MemoryOutbox((key) => this.#log.entriesOf(key), this.admin);
  readonly #incarnation = createIncarnation();
  #livenessWatermark: number | null = null;
  readonly #lastSignalAt = new Map<string, number>();

  #of(account: string): MemorySessions {
    const known = this.#sessions.get(account);
    if (known) return known;
    const sessions = new MemorySessions();
    this.#sessions.set(account, sessions);
    return sessions;
  }

  #row({ account, id }: SessionKey): SessionRow | undefined {
    return this.#sessions.get(account)?.rows.get(id);
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const found = lookups.map(({ key, eventIds }) => {
      const row = this.#row(key);
      return {
        stored: row?.stored ?? null,
        seenEventIds: eventIds.filter((id) => row?.eventIds?.has(id)),
        ...(row && { number: row.number }),
      };
    });
    return withErasures(lookups, found, (hash) => this.#erasures.get(hash) ?? null);
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    return writes.map((write) => this.#commitOne(write));
  }

  #commitOne(write: Write): WriteOutcome {
    const { key, session, shadow, epoch, columns, deadlineAt } = write;
    const row = this.#row(key);
    if ((row?.stored.version ?? 0) !== write.expectedVersion) return "conflict";
    if (!row && epoch < (this.#closedEpochs.get(key.account) ?? 0)) return "conflict";
    const eventIds = withAll(row?.eventIds ?? null, write.eventIds);
    const stored = { session, shadow, epoch, deadlineAt, version: write.expectedVersion + 1 };
    this.#put({ key, stored, columns, eventIds, number: row?.number ?? this.#nextNumber(key) });
    this.#log.append("live", write, write.transitions);
    this.#log.append("shadow", write, write.shadowTransitions);
    return "committed";
  }

  #put(row: SessionRow): void {
    this.#of(row.key.account).put(row);
  }

  #nextNumber(key: SessionKey): number {
    this.#lastNumber += 1;
    this.#keyByNumber.set(this.#lastNumber, key);
    return this.#lastNumber;
  }

  #rowNumbered(number: number): SessionRow | undefined {
    const key = this.#keyByNumber.get(number);
    return key && this.#row(key);
  }

  async renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    return leases.map((lease) => {
      const { expectedVersion, deadlineAt } = lease;
      const row = this.#rowNumbered(lease.number);
      if (row?.stored.version !== expectedVersion) return "conflict";
      const session = renew(row.stored.session, lease);
      const stored = { ...row.stored, session, deadlineAt, version: expectedVersion + 1 };
      this.#of(row.key.account).renew(row, stored);
      return "committed";
    });
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    const found: SessionRow[] = [];
    for (const account of this.#sessions.keys()) {
      found.push(...(await this.#dueRows(account, now, limit)));
    }
    return found
      .sort(byDeadline)
      .slice(0, limit)
      .map(({ key }) => key);
  }

  async dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    return (await this.#dueRows(account, until, limit)).map(({ stored }) => stored);
  }

  async #dueRows(account: string, until: number, limit: number): Promise<readonly SessionRow[]> {
    const { deadlines, rows } = this.#of(account);
    const isCurrent = (id: string, deadlineAt: number) =>
      rows.get(id)?.stored.deadlineAt === deadlineAt;
    for (;;) {
      const due = deadlines.first(until, limit, isCurrent);
      if (due) return due.flatMap(({ key }) => rows.get(key) ?? []).sort(byDeadline);
      await nextTurn();
    }
  }

  async notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    return take(this.#of(account).notCaughtUp(epoch), limit).map((id) => ({ account, id }));
  }

  async list(account: string, query: ListQuery): Promise<ListPage> {
    const sessions = this.#of(account);
    const load: ListSource["load"] = async (ids) =>
      ids.flatMap((id) => sessions.rows.get(id) ?? []).map(toCandidate);
    const walk: ListSource["walk"] = (sort, after, limit) =>
      load(take(sessions.idsAfter(sort, after), limit));
    const pick: ListSource["pick"] = async (filter, limit) => {
      const ids = sessions.idsFor(filter);
      return ids && take(ids, limit);
    };
    return listPage({ walk, pick, load }, query);
  }

  async countQueue(account: string, group?: string): Promise<QueueCounts> {
    return this.#of(account).countQueue(group);
  }

  async history(
    key: SessionKey,
    afterSeq: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return this.#log.history(key, afterSeq, limit, track);
  }

  async log(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return this.#log.read(account, afterCursor, limit, track);
  }

  async lastCursor(account: string): Promise<number> {
    return this.#log.lastCursor(account);
  }

  async logStart(account: string, at: number, track: Track = "live"): Promise<number> {
    return this.#log.start(account, at, track);
  }

  async assignments(
    account: string,
    agent: string,
    { afterSession, isHeld, limit }: AssignmentQuery,
  ): Promise<readonly Assignment[]> {
    const { rows } = this.#of(account);
    const found: Assignment[] = [];
    for (const id of this.#of(account).assignedTo(agent, afterSession ?? null)) {
      if (found.length === limit) break;
      const capacityHeld = rows.get(id)?.columns.capacityHeld === true;
      if (capacityHeld || !isHeld) found.push({ session: id, capacityHeld });
    }
    return found;
  }

  async sessionsOf(
    account: string,
    user: string,
    after: string | null,
    limit: number,
  ): Promise<IdPart> {
    const ids = take(this.#of(account).ofUser(user, after), limit);
    return { ids, next: ids.length < limit ? null : (ids.at(-1) ?? null) };
  }

  async countByState(account: string): Promise<StateCounts> {
    return { ...this.#of(account).counts };
  }

  async count(account: string): Promise<number> {
    return this.#of(account).rows.size;
  }

  async scan(account: string, after: string | null, limit: number): Promise<ScanPart> {
    return scanById((query) => this.list(account, query), after, limit);
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    return this.#log.prune(account, before, limit);
  }

  async erase(
    key: SessionKey,
    { erasedAt, expectedVersion, audit = [] }: EraseOptions = {},
  ): Promise<boolean> {
    const hash = await erasureHashOf(key);
    const isExpected = () =>
      expectedVersion === undefined || this.#row(key)?.stored.version === expectedVersion;
    if (!isExpected()) return false;
    await this.outbox.eraseDeliveries(key);
    if (!isExpected()) return false;
    const row = this.#row(key);
    this.outbox.erase(key, row?.stored.session.createdAt ?? null);
    this.#log.erase(key);
    if (!row) return false;
    this.#keyByNumber.delete(row.number);
    this.#of(key.account).delete(key.id);
    this.admin.append(key.account, audit);
    if (erasedAt !== undefined) this.#remember(hash, erasedAt);
    return true;
  }

  /** Erasures are in the order of their time, but for clocks that were set. */
  #remember(hash: string, erasedAt: number): void {
    for (const [each, at] of this.#erasures) {
      if (at >= erasedAt - ERASURE_KEPT_MS) break;
      this.#erasures.delete(each);
    }
    this.#erasures.delete(hash);
    this.#erasures.set(hash, erasedAt);
  }

  async agents(
    account: string,
    { afterId = "", limit }: AgentQuery,
  ): Promise<readonly ListedAgent[]> {
    const capacities = this.#agents.get(account) ?? new Map<string, Agent>();
    const withCapacity = [...capacities.keys()]
      .filter((id) => compareNames(id, afterId) > 0)
      .sort(compareNames);
    const assigned = take(this.#of(account).agents.after(afterId), limit);
    const ids = [...new Set([...assigned, ...withCapacity.slice(0, limit)])].sort(compareNames);
    return ids
      .slice(0, limit)
      .map((id) => ({ id, capacity: capacities.get(id)?.capacity ?? null }));
  }

  async capacityOf(account: string, agent: string): Promise<number | null> {
    return this.#agents.get(account)?.get(agent)?.capacity ?? null;
  }

  async putAgent(account: string, agent: Agent, audit: readonly AuditEntry[] = []): Promise<void> {
    this.admin.append(account, audit);
    const agents = this.#agents.get(account) ?? new Map();
    this.#agents.set(account, agents.set(agent.id, agent));
  }

  async incarnation(): Promise<string> {
    return this.#incarnation;
  }

  async accounts(): Promise<readonly Account[]> {
    return [...this.#accounts.values()];
  }

  async putAccount(account: Account, audit: readonly AuditEntry[] = []): Promise<boolean> {
    const { name, version } = account;
    const stored = this.#accounts.get(name)?.version ?? 0;
    if (version !== undefined && stored !== version - 1) return false;
    this.#accounts.set(name, account);
    this.admin.append(name, audit);
    return true;
  }

  async broadcasts(afterEpoch: number, limit?: number): Promise<readonly Broadcast[]> {
    return this.#broadcasts.filter((broadcast) => broadcast.epoch > afterEpoch).slice(0, limit);
  }

  async broadcast(
    broadcast: NewBroadcast,
    audit: readonly AuditEntry[] = [],
    lastEpoch: number = Number.POSITIVE_INFINITY,
  ): Promise<number> {
    if (this.#lastEpoch > lastEpoch) return 0;
    this.admin.append(broadcast.account ?? "", audit);
    const epoch = this.#nextEpoch();
    this.#broadcasts.push({ ...broadcast, epoch });
    return epoch;
  }

  #nextEpoch(): number {
    this.#lastEpoch += 1;
    return this.#lastEpoch;
  }

  async closeEpochs(account: string, epoch: number): Promise<boolean> {
    if (take(this.#of(account).notCaughtUp(epoch), 1).length > 0) return false;
    this.#closedEpochs.set(account, Math.max(epoch, this.#closedEpochs.get(account) ?? 0));
    return true;
  }

  async dropBroadcasts(epochs: readonly number[]): Promise<void> {
    const dropped = new Set(epochs);
    this.#broadcasts = this.#broadcasts.filter(({ epoch }) => !dropped.has(epoch));
  }

  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    const fromAt = this.#livenessWatermark;
    this.#livenessWatermark = Math.max(now, fromAt ?? now);
    if (fromAt === null || now - fromAt <= toleranceMs) return false;
    const epoch = this.#nextEpoch();
    this.#broadcasts.push({ type: "outage", account: null, epoch, at: now, fromAt });
    return true;
  }

  async noteSignals(lastAt: ReadonlyMap<string, number>): Promise<void> {
    for (const [account, at] of lastAt) {
      this.#lastSignalAt.set(account, Math.max(at, this.#lastSignalAt.get(account) ?? at));
    }
  }

  async lastSignalAt(account: string): Promise<number | null> {
    return this.#lastSignalAt.get(account) ?? null;
  }

  async close(): Promise<void> {}
}

/** By deadline, then in the order in which the sessions were created. */
function byDeadline(a: SessionRow, b: SessionRow): number {
  return (a.stored.deadlineAt ?? 0) - (b.stored.deadlineAt ?? 0) || a.number - b.number;
}

function withAll(set: Set<string> | null, values: readonly string[]): Set<string> | null {
  if (values.length === 0) return set;
  const all = set ?? new Set<string>();
  for (const value of values) all.add(value);
  return all;
}

function toCandidate({ stored, columns }: SessionRow): Candidate {
  const { id, changedAt, queuedAt } = stored.session;
  return { id, changedAt, queuedAt, columns, stored };
}

function take<T>(values: Iterable<T>, limit: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length === limit) break;
    taken.push(value);
  }
  return taken;
}
