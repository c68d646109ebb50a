/**
 * A store in this process's memory, for tests and first trials. Nothing survives the process.
 * @module
 */

import { renew } from "../../core/lease.ts";
import type { Track } from "../../core/lists.ts";
import type { Session } from "../../core/session.ts";
import { ERASURE_KEPT_MS, erasureHashOf, withErasures } from "../erasure.ts";
import { createIncarnation } from "../incarnation.ts";
import {
  type Candidate,
  comparePositions,
  type ListOrder,
  type ListPage,
  type ListQuery,
  type ListSource,
  listPage,
  positionOf,
  termOf,
  termsOf,
} from "../list.ts";
import { scanById } from "../scan.ts";
import { noSessions, type StateCounts } from "../state-counts.ts";
import type {
  Account,
  Agent,
  Assignment,
  Broadcast,
  EraseOptions,
  Found,
  IndexedColumns,
  LeaseWrite,
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
import { MemoryOutbox } from "./memory-outbox.ts";

interface SessionRow {
  readonly key: SessionKey;
  readonly stored: Stored;
  readonly columns: IndexedColumns;
  readonly eventIds: Set<string>;
  readonly number: number;
}

export class MemoryStore implements Store {
  readonly #rows = new Map<string, SessionRow>();
  readonly #nameByNumber = new Map<number, string>();
  readonly #idsByTerm = new Map<string, Set<string>>();
  #lastNumber = 0;
  readonly #erasures = new Map<string, number>();
  readonly #accounts = new Map<string, Account>();
  #broadcasts: Broadcast[] = [];
  #lastEpoch = 0;
  /** Account → the epoch below which it gets no new sessions. */
  readonly #closedEpochs = new Map<string, number>();
  readonly #agents = new Map<string, Map<string, Agent>>();
  readonly outbox = new MemoryOutbox(({ account, id }) =>
    this.#log.filter(
      (entry) => entry.account === account && entry.session === id && entry.track === "live",
    ),
  );
  #log: (LogEntry & { readonly account: string; readonly track: Track })[] = [];
  #lastCursor = 0;
  readonly #incarnation = createIncarnation();
  #livenessWatermark: number | null = null;
  readonly #lastSignalAt = new Map<string, number>();

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const found = lookups.map(({ key, eventIds }) => {
      const row = this.#rows.get(nameOf(key));
      return {
        stored: row?.stored ?? null,
        seenEventIds: eventIds.filter((id) => row?.eventIds.has(id)),
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
    const name = nameOf(key);
    const row = this.#rows.get(name);
    if ((row?.stored.version ?? 0) !== write.expectedVersion) return "conflict";
    if (!row && epoch < (this.#closedEpochs.get(key.account) ?? 0)) return "conflict";
    const eventIds = row?.eventIds ?? new Set();
    for (const id of write.eventIds) eventIds.add(id);
    const stored = { session, shadow, epoch, deadlineAt, version: write.expectedVersion + 1 };
    const number = row?.number ?? this.#nextNumber(name);
    this.#rows.set(name, { key, stored, columns, eventIds, number });
    this.#reindex(key, row?.stored.session ?? null, session);
    this.#append("live", write, write.transitions);
    this.#append("shadow", write, write.shadowTransitions);
    return "committed";
  }

  /** Moves a session's entries in the index of terms. */
  #reindex({ account, id }: SessionKey, before: Session | null, after: Session | null): void {
    const named = (session: Session | null) =>
      session ? termsOf(session).map((term) => `${account}\n${term}`) : [];
    for (const term of named(before)) {
      const ids = this.#idsByTerm.get(term);
      ids?.delete(id);
      if (ids?.size === 0) this.#idsByTerm.delete(term);
    }
    for (const term of named(after)) {
      const ids = this.#idsByTerm.get(term) ?? new Set();
      this.#idsByTerm.set(term, ids.add(id));
    }
  }

  #nextNumber(name: string): number {
    this.#lastNumber += 1;
    this.#nameByNumber.set(this.#lastNumber, name);
    return this.#lastNumber;
  }

  async renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    return leases.map(({ number, expectedVersion, deadlineAt, ...renewal }) => {
      const name = this.#nameByNumber.get(number) ?? "";
      const row = this.#rows.get(name);
      if (row?.stored.version !== expectedVersion) return "conflict";
      const session = renew(row.stored.session, renewal);
      const stored = { ...row.stored, session, deadlineAt, version: expectedVersion + 1 };
      this.#rows.set(name, { ...row, stored });
      return "committed";
    });
  }

  #append(track: Track, { key, session }: Write, transitions: Write["transitions"]): void {
    for (const transition of transitions) {
      this.#lastCursor += 1;
      this.#log.push({
        account: key.account,
        track,
        cursor: this.#lastCursor,
        session: key.id,
        sessionCreatedAt: session.createdAt,
        transition,
      });
    }
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    return dueRows([...this.#rows.values()], now, limit).map((row) => row.key);
  }

  async dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    return dueRows(this.#rowsOf(account), until, limit).map((row) => row.stored);
  }

  async notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    return this.#rowsOf(account)
      .filter((row) => row.stored.epoch < epoch)
      .slice(0, limit)
      .map((row) => row.key);
  }

  async list(account: string, query: ListQuery): Promise<ListPage> {
    const sorted = new Map<ListOrder, readonly SessionRow[]>();
    const inOrder = (sort: ListOrder) => {
      const position = ({ stored }: SessionRow) => positionOf(stored.session, sort);
      const rows = this.#rowsOf(account)
        .filter(({ columns }) => sort !== "waiting" || columns.queue !== "none")
        .sort((a, b) => comparePositions(position(a), position(b)));
      sorted.set(sort, rows);
      return rows;
    };
    const walk: ListSource["walk"] = async (sort, after, limit) => {
      const isBehind = ({ stored }: SessionRow) =>
        after === null || comparePositions(positionOf(stored.session, sort), after) > 0;
      const rows = sorted.get(sort) ?? inOrder(sort);
      const from = rows.findIndex(isBehind);
      return from < 0 ? [] : rows.slice(from, from + limit).map(toCandidate);
    };
    const pick: ListSource["pick"] = async (filter, limit) => {
      const term = termOf(filter);
      return term === null ? null : this.#idsBy(account, term).slice(0, limit);
    };
    const load: ListSource["load"] = async (ids) =>
      ids.flatMap((id) => this.#rows.get(nameOf({ account, id })) ?? []).map(toCandidate);
    return listPage({ walk, pick, load }, query);
  }

  #idsBy(account: string, term: string): string[] {
    return [...(this.#idsByTerm.get(`${account}\n${term}`) ?? [])];
  }

  async countQueue(account: string, group?: string): Promise<QueueCounts> {
    const counts = { queued: 0, direct: 0 };
    for (const { columns } of this.#rowsOf(account)) {
      if (group !== undefined && columns.group !== group) continue;
      if (columns.queue !== "none") counts[columns.queue] += 1;
    }
    return counts;
  }

  async history(
    key: SessionKey,
    afterSeq: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return this.#log
      .filter((entry) => entry.account === key.account && entry.session === key.id)
      .filter((entry) => entry.track === track)
      .filter((entry) => entry.transition.seq > afterSeq)
      .slice(0, limit);
  }

  async log(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return this.#log
      .filter((entry) => entry.account === account && entry.track === track)
      .filter((entry) => entry.cursor > afterCursor)
      .slice(0, limit);
  }

  async lastCursor(account: string): Promise<number> {
    return (
      this.#log.findLast((entry) => entry.account === account && entry.track === "live")?.cursor ??
      0
    );
  }

  async assignments(account: string, agent?: string): Promise<readonly Assignment[]> {
    return this.#rowsOf(account)
      .flatMap(({ key, columns: { assignee, capacityHeld } }) =>
        assignee === null ? [] : { agent: assignee, session: key.id, capacityHeld },
      )
      .filter((assignment) => agent === undefined || assignment.agent === agent)
      .sort((a, b) => compare(a.agent, b.agent) || compare(a.session, b.session));
  }

  async sessionsOf(account: string, user: string): Promise<readonly string[]> {
    return this.#idsBy(account, `u ${user}`).sort(compare);
  }

  async countByState(account: string): Promise<StateCounts> {
    const counts = noSessions();
    for (const { key, columns } of this.#rows.values()) {
      if (key.account === account) counts[columns.state] += 1;
    }
    return counts;
  }

  async count(account: string): Promise<number> {
    return this.#rowsOf(account).length;
  }

  async scan(account: string, after: string | null, limit: number): Promise<ScanPart> {
    return scanById((query) => this.list(account, query), after, limit);
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    const isOld = (entry: LogEntry & { account: string }) =>
      entry.account === account && entry.transition.at < before;
    const pruned = new Set(this.#log.filter(isOld).slice(0, limit));
    this.#log = this.#log.filter((entry) => !pruned.has(entry));
    return pruned.size;
  }

  async erase(key: SessionKey, { erasedAt, expectedVersion }: EraseOptions = {}): Promise<boolean> {
    const hash = await erasureHashOf(key);
    const version = this.#rows.get(nameOf(key))?.stored.version;
    if (expectedVersion !== undefined && version !== expectedVersion) return false;
    this.#log = this.#log.filter(
      (entry) => entry.account !== key.account || entry.session !== key.id,
    );
    this.outbox.erase(key);
    const name = nameOf(key);
    this.#nameByNumber.delete(this.#rows.get(name)?.number ?? 0);
    this.#reindex(key, this.#rows.get(name)?.stored.session ?? null, null);
    const existed = this.#rows.delete(name);
    if (existed && erasedAt !== undefined) this.#remember(hash, erasedAt);
    return existed;
  }

  #remember(hash: string, erasedAt: number): void {
    for (const [each, at] of this.#erasures) {
      if (at < erasedAt - ERASURE_KEPT_MS) this.#erasures.delete(each);
    }
    this.#erasures.set(hash, erasedAt);
  }

  async agents(account: string): Promise<readonly Agent[]> {
    const agents = this.#agents.get(account)?.values() ?? [];
    return [...agents].sort((a, b) => compare(a.id, b.id));
  }

  async putAgent(account: string, agent: Agent): Promise<void> {
    const agents = this.#agents.get(account) ?? new Map();
    this.#agents.set(account, agents.set(agent.id, agent));
  }

  async incarnation(): Promise<string> {
    return this.#incarnation;
  }

  async accounts(): Promise<readonly Account[]> {
    return [...this.#accounts.values()];
  }

  async putAccount(account: Account): Promise<void> {
    this.#accounts.set(account.name, account);
  }

  async broadcasts(afterEpoch: number): Promise<readonly Broadcast[]> {
    return this.#broadcasts.filter((broadcast) => broadcast.epoch > afterEpoch);
  }

  async broadcast(broadcast: NewBroadcast): Promise<number> {
    const epoch = this.#nextEpoch();
    this.#broadcasts.push({ ...broadcast, epoch });
    return epoch;
  }

  #nextEpoch(): number {
    this.#lastEpoch += 1;
    return this.#lastEpoch;
  }

  async closeEpochs(account: string, epoch: number): Promise<boolean> {
    if (this.#rowsOf(account).some(({ stored }) => stored.epoch < epoch)) return false;
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

  #rowsOf(account: string): SessionRow[] {
    return [...this.#rows.values()].filter((row) => row.key.account === account);
  }
}

/** The rows whose deadline is at or before `now`, most overdue first. */
function dueRows(rows: readonly SessionRow[], now: number, limit: number): readonly SessionRow[] {
  return rows
    .filter((row) => (row.stored.deadlineAt ?? Number.POSITIVE_INFINITY) <= now)
    .sort((a, b) => (a.stored.deadlineAt ?? 0) - (b.stored.deadlineAt ?? 0))
    .slice(0, limit);
}

function toCandidate({ stored, columns }: SessionRow): Candidate {
  const { id, changedAt, queuedAt } = stored.session;
  return { id, changedAt, queuedAt, columns, stored };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function nameOf({ account, id }: SessionKey): string {
  return `${account}\n${id}`;
}
