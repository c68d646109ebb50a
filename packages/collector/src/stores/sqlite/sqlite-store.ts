/**
 * The embedded store: one SQLite file through `node:sqlite`, without a native build. A commit has
 * reached the operating system when it resolves, so it survives the death of this process; after a power
 * cut the last commits may be missing, never half of one (WAL, `synchronous = NORMAL`:
 * https://sqlite.org/pragma.html#pragma_synchronous).
 * @module
 */

import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { nextTurn, SharedTurns, TurnBudget } from "../../async/turns.ts";
import {
  QUEUE_STANDINGS,
  type QueueStanding,
  STATES,
  type State,
  TRACKS,
  type Track,
} from "../../core/lists.ts";
import type { AuditEntry } from "../admin.ts";
import { NO_LIMIT } from "../broadcast-pages.ts";
import { ERASURE_KEPT_MS, erasureHashOf, withErasures } from "../erasure.ts";
import { createIncarnation } from "../incarnation.ts";
import type { ListPage, ListQuery } from "../list.ts";
import { parseAccount, parseBroadcast } from "../parse-record.ts";
import { lastOldCursor } from "../prune.ts";
import { logEntryError, type RecordError, RecordErrors, readPage } from "../record-error.ts";
import { scanById } from "../scan.ts";
import { noSessions, type StateCounts } from "../state-counts.ts";
import {
  type Account,
  type Agent,
  type AgentQuery,
  type Assignment,
  type AssignmentQuery,
  type Broadcast,
  type ClockKeeper,
  type EraseOptions,
  type Found,
  type IdPart,
  type LeaseWrite,
  type ListedAgent,
  type LogEntry,
  type Lookup,
  type NewBroadcast,
  type QueueCounts,
  type ScanPart,
  type SessionKey,
  type Store,
  type Stored,
  StoreError,
  type Write,
  type WriteOutcome,
} from "../store.ts";
import { decodeTransition } from "../transition-codec.ts";
import { AccountNumbers } from "./account-numbers.ts";
import { isBusy, retryWhileBusy } from "./busy.ts";
import type { DatabaseAccess } from "./database.ts";
import { createPrivateFile, FileLock, lockFileOf } from "./file-lock.ts";
import { FileWatch } from "./file-watch.ts";
import { type GuardedDatabase, guard, type Statement } from "./guarded-database.ts";
import { LogHours } from "./log-hours.ts";
import { prepareSchema } from "./schema.ts";
import { Sessions } from "./sessions.ts";
import { SqliteAdmin } from "./sqlite-admin.ts";
import { SqliteOutbox } from "./sqlite-outbox.ts";
import { prepareStatements, type Statements } from "./statements.ts";

interface LogRow {
  cursor: number;
  session: string;
  session_created_at: number;
  seq: number;
  at: number;
  body: string;
}

/** Pages of the file kept in memory: the upper levels of every index of a million sessions. */
const CACHE_KIB = 16_384;
/**
 * Pages of the write-ahead log that are checkpointed together: 8 MB. Many of them are the same page, so larger
 * checkpoints take less of each beat; but one holds up the event loop, at 16 MB by 25 ms.
 */
const CHECKPOINT_PAGES = 2_000;
/** Rows of a session's history that are erased in one turn of the event loop. */
const ERASE_LIMIT = 500;
/** Sessions of the queue that are counted at once. */
const QUEUE_PART = 10_000;
/** Accounts that are read together. */
const ACCOUNTS_PART = 500;
/** Outdated erasures that one erasure forgets. */
const ERASURES_LIMIT = 20;
/** The share of free pages that the file keeps, for the records that come next. */
const FREE_SHARE = 0.1;

export interface SqliteStoreOptions {
  /** The lease log is compacted after at least this many entries (100,000). */
  readonly minSegmentEntries?: number;
  /** No other process knows the file, so it needs no lock. */
  readonly isPrivate?: boolean;
}

export class SqliteStore implements Store {
  readonly outbox: SqliteOutbox;
  readonly admin: SqliteAdmin;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #accounts: AccountNumbers;
  readonly #hours: LogHours;
  readonly #sessions: Sessions;
  readonly #lock: FileLock | null;
  readonly #watch: FileWatch | null;
  readonly #incarnation: string;
  readonly #unreadable = new RecordErrors();
  /** Why no statement is run: the file is gone or was replaced. */
  #fault: string | null = null;
  /** Several sessions are erased at the same time. */
  readonly #erasures = new SharedTurns();

  /**
   * Opens the file, or creates it so that only its owner can read it. Waits a while where another process
   * has it locked.
   * @throws {StoreError} if it cannot be opened or is not a file of ours.
   */
  static async open(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    const store = await retryWhileBusy(() => new SqliteStore(path, options));
    const budget = new TurnBudget();
    while (store.#sessions.readLeases()) await budget.step();
    return store;
  }

  /** As {@link open}, but throws at once where another process has the file locked. */
  constructor(path: string, { minSegmentEntries, isPrivate = false }: SqliteStoreOptions = {}) {
    const isInMemory = path === ":memory:";
    this.#lock = isPrivate || isInMemory ? null : lock(path);
    let database: DatabaseSync | undefined;
    let guarded: GuardedDatabase;
    try {
      if (!isInMemory) createPrivateFile(path);
      // What is locked is tried again by retryWhileBusy.
      database = new DatabaseSync(path, { timeout: 0 });
      this.#database = database;
      // A new file can shrink without being written again as a whole; that cannot be set later.
      this.#database.exec(`PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        PRAGMA cache_size = -${CACHE_KIB};
        PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};`);
      // What is erased is overwritten: otherwise the file, and each backup of it, would keep it for long.
      this.#database.exec("PRAGMA secure_delete = ON");
      prepareSchema(this.#database, path);
      guarded = guard(database, () => {
        if (this.#fault !== null) throw new StoreError(this.#fault);
      });
      this.#statements = prepareStatements(guarded);
      this.#incarnation = this.#readIncarnation();
    } catch (error) {
      database?.close();
      this.#lock?.release();
      throw error instanceof StoreError ? error : unusable(path, error);
    }
    this.#watch = this.#lock && new FileWatch(path);
    this.#hours = new LogHours(guarded);
    this.#accounts = new AccountNumbers(this.#statements);
    const unreadable = this.#unreadable;
    const options = { hours: this.#hours, unreadable, minSegmentEntries };
    this.#sessions = new Sessions(this.#statements, this.#accounts, options);
    const access: DatabaseAccess = {
      read: (work) => this.#read(work),
      transaction: (work) => this.#transaction(work),
    };
    this.admin = new SqliteAdmin(guarded, unreadable, access);
    this.outbox = new SqliteOutbox(guarded, unreadable, access, this.admin);
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const { erasure } = this.#statements;
    const erasedAt = (hash: string) =>
      this.#read(() => (erasure.get(hash)?.["at"] ?? null) as number | null);
    const found = await this.#read(() => this.#sessions.load(lookups));
    return withErasures(lookups, found, erasedAt);
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    return this.#committing(() => this.#sessions.commit(writes));
  }

  async renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    return this.#committing(() => this.#sessions.renew(leases));
  }

  /** Runs a transaction that memory follows. */
  #committing<T>(work: () => { readonly outcomes: T; readonly committed: () => void }): Promise<T> {
    let committed = () => {};
    return this.#transaction(
      () => {
        const result = work();
        committed = result.committed;
        return result.outcomes;
      },
      () => committed(),
    );
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    for (;;) {
      const { due, renewed } = await this.#read(() => this.#sessions.due(now, limit));
      if (due) return due;
      if (renewed.length > 0) {
        await this.#transaction(() => this.#sessions.clearDeadlines(renewed));
      }
      // Many may fall due together: what has arrived meanwhile runs between one share and the next.
      await nextTurn();
    }
  }

  async dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    const budget = new TurnBudget();
    const search = await this.#read(() => this.#sessions.searchDueOf(account, until, limit));
    while (await this.#read(() => this.#sessions.searchSome(search))) await budget.step();
    const found: Stored[] = [];
    for (const read of this.#sessions.foundDue(search)) {
      const stored = await this.#read(read);
      if (stored) found.push(stored);
      if (found.length === limit) break;
      await budget.step();
    }
    return found;
  }

  async notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    const rows = await this.#read(() =>
      this.#statements.behind.all(this.#accounts.of(account), epoch, limit),
    );
    return rows.map((row) => ({ account, id: row["id"] as string }));
  }

  async list(account: string, query: ListQuery): Promise<ListPage> {
    return this.#read(() => this.#sessions.list(account, query));
  }

  async countQueue(account: string, group?: string): Promise<QueueCounts> {
    const counts = { none: 0, queued: 0, direct: 0 };
    const of = { account: this.#accounts.of(account), group: group ?? null };
    const { queuePartEnd, countQueue } = this.#statements;
    const budget = new TurnBudget();
    for (let from = 0; ; ) {
      const { rows, end } = await this.#read(() => {
        const last = queuePartEnd.get(of.account, from, QUEUE_PART)?.["queued_at"];
        // Many may wait since the same instant.
        const end = last === undefined ? null : Math.max(last as number, from + 1);
        return {
          rows: countQueue.all({ ...of, from, end: end ?? Number.MAX_SAFE_INTEGER }),
          end,
        };
      });
      for (const { queue, count } of rows) {
        counts[QUEUE_STANDINGS[Number(queue)] as QueueStanding] += Number(count);
      }
      if (end === null) break;
      from = end;
      await budget.step();
    }
    const { queued, direct } = counts;
    return { queued, direct };
  }

  async history(
    key: SessionKey,
    afterSeq: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    const { account, id } = key;
    return this.#readLog(account, limit, (last, count) =>
      this.#statements.history.all(
        account,
        id,
        TRACKS.indexOf(track),
        last?.seq ?? afterSeq,
        count,
      ),
    );
  }

  async log(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return this.#readLog(account, limit, (last, count) =>
      this.#statements.log.all(
        this.#accounts.of(account),
        TRACKS.indexOf(track),
        last?.cursor ?? afterCursor,
        count,
      ),
    );
  }

  #readLog(
    account: string,
    limit: number,
    read: (last: LogRow | null, limit: number) => unknown,
  ): Promise<readonly LogEntry[]> {
    return readPage(
      limit,
      (last: LogRow | null, count) => this.#read(() => read(last, count) as readonly LogRow[]),
      (row) => this.#unreadable.readable(() => toLogEntry(account, row)),
    );
  }

  async lastCursor(account: string): Promise<number> {
    const row = await this.#read(() => this.#statements.lastCursor.get(this.#accounts.of(account)));
    return (row?.["cursor"] ?? 0) as number;
  }

  async logStart(account: string, at: number, track: Track = "live"): Promise<number> {
    return this.#read(() => {
      const start = this.#hours.start(this.#accounts.of(account), TRACKS.indexOf(track), at);
      return start ?? (this.#statements.lastOfLog.get()?.["cursor"] as number);
    });
  }

  async assignments(
    account: string,
    agent: string,
    { afterSession = "", isHeld, limit }: AssignmentQuery,
  ): Promise<readonly Assignment[]> {
    const statement = isHeld ? this.#statements.held : this.#statements.assignments;
    const rows = await this.#read(() =>
      statement.all(this.#accounts.of(account), agent, afterSession, limit),
    );
    return (rows as unknown as { id: string; held: number }[]).map(({ id, held }) => ({
      session: id,
      capacityHeld: held === 1,
    }));
  }

  async sessionsOf(
    account: string,
    user: string,
    after: string | null,
    limit: number,
  ): Promise<IdPart> {
    const { ids, last } = await this.#read(() =>
      this.#sessions.ofUser(account, user, Number(after ?? 0), limit),
    );
    return { ids, next: last === null ? null : String(last) };
  }

  async count(account: string): Promise<number> {
    const counts = await this.countByState(account);
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async countByState(account: string): Promise<StateCounts> {
    const counts = noSessions();
    const rows = await this.#read(() => this.#statements.counts.all(this.#accounts.of(account)));
    for (const { state, count } of rows) {
      counts[STATES[Number(state)] as State] = Number(count);
    }
    return counts;
  }

  async scan(account: string, after: string | null, limit: number): Promise<ScanPart> {
    return scanById((query) => this.list(account, query), after, limit);
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    return this.#transaction(() => {
      const number = this.#accounts.of(account);
      let pruned = 0;
      for (const track of TRACKS.keys()) {
        if (pruned >= limit) break;
        const entries = this.#statements.oldest.all(number, track, limit - pruned);
        const end = lastOldCursor(entries as unknown as { cursor: number; at: number }[], before);
        if (end === null) continue;
        pruned += Number(this.#statements.prune.run(number, track, end).changes);
        this.#hours.prune(number, track, before);
      }
      return pruned;
    });
  }

  async erase(key: SessionKey, options: EraseOptions = {}): Promise<boolean> {
    const hash = await erasureHashOf(key);
    for (;;) {
      await this.#erasures.next();
      const erasure = await this.#committing(() => this.#erasePart(key, hash, options));
      if (erasure !== "partly") return erasure === "erased";
      await nextTurn();
    }
  }

  /** Deliveries and history come first: as long as the session is there, erasing it again finishes it. */
  #erasePart(
    key: SessionKey,
    hash: string,
    { erasedAt, expectedVersion, audit = [] }: EraseOptions,
  ) {
    const nothing = { committed: () => {} };
    if (expectedVersion !== undefined && !this.#sessions.has(key, expectedVersion)) {
      return { outcomes: "absent", ...nothing } as const;
    }
    if (!this.outbox.erasePart(key, ERASE_LIMIT))
      return { outcomes: "partly", ...nothing } as const;
    const erased = this.#sessions.erase(key, ERASE_LIMIT);
    if (erased.outcomes === "erased") this.admin.append(key.account, audit);
    if (erased.outcomes === "erased" && erasedAt !== undefined) {
      this.#statements.pruneErasures.run(erasedAt - ERASURE_KEPT_MS, ERASURES_LIMIT);
      this.#statements.putErasure.run(hash, erasedAt);
    }
    return erased;
  }

  async agents(
    account: string,
    { afterId = "", limit }: AgentQuery,
  ): Promise<readonly ListedAgent[]> {
    const rows = await this.#read(() =>
      this.#statements.agents.all({ number: this.#accounts.of(account), account, afterId, limit }),
    );
    return (rows as unknown as ListedAgent[]).map(({ id, capacity }) => ({ id, capacity }));
  }

  async capacityOf(account: string, agent: string): Promise<number | null> {
    const row = await this.#read(() => this.#statements.capacity.get(account, agent));
    return (row?.["capacity"] ?? null) as number | null;
  }

  async putAgent(
    account: string,
    { id, capacity }: Agent,
    audit: readonly AuditEntry[] = [],
  ): Promise<void> {
    await this.#transaction(() => {
      this.#statements.putAgent.run(account, id, capacity);
      this.admin.append(account, audit);
    });
  }

  async accounts(): Promise<readonly Account[]> {
    const budget = new TurnBudget();
    const found: Account[] = [];
    for (let last = ""; ; ) {
      const rows = await this.#read(() => this.#statements.accounts.all(last, ACCOUNTS_PART));
      for (const { name, body } of rows) found.push(parseAccount(name as string, body as string));
      if (rows.length < ACCOUNTS_PART) return found;
      last = rows.at(-1)?.["name"] as string;
      await budget.step();
    }
  }

  async putAccount(account: Account, audit: readonly AuditEntry[] = []): Promise<boolean> {
    const { name, version } = account;
    return this.#transaction(() => {
      const stored = Number(this.#statements.accountVersion.get(name)?.["version"] ?? 0);
      if (version !== undefined && stored !== version - 1) return false;
      this.#statements.putAccount.run(name, JSON.stringify(account));
      this.admin.append(name, audit);
      return true;
    });
  }

  async broadcasts(afterEpoch: number, limit = NO_LIMIT): Promise<readonly Broadcast[]> {
    const rows = await this.#read(() => this.#statements.broadcasts.all(afterEpoch, limit));
    return (rows as unknown as { epoch: number; body: string }[]).map(({ epoch, body }) =>
      parseBroadcast(epoch, body),
    );
  }

  async broadcast(
    broadcast: NewBroadcast,
    audit: readonly AuditEntry[] = [],
    lastEpoch: number = Number.POSITIVE_INFINITY,
  ): Promise<number> {
    return this.#transaction(() => {
      if (Number(this.#statements.lastEpoch.get()?.["epoch"]) > lastEpoch) return 0;
      this.admin.append(broadcast.account ?? "", audit);
      return this.#appendBroadcast(broadcast);
    });
  }

  async closeEpochs(account: string, epoch: number): Promise<boolean> {
    return this.#transaction(() => {
      const number = this.#accounts.getOrAssign(account);
      if (this.#statements.behind.get(number, epoch, 1)) return false;
      this.#statements.closeEpochs.run(number, epoch);
      return true;
    });
  }

  async dropBroadcasts(epochs: readonly number[]): Promise<void> {
    await this.#transaction(() => {
      for (const epoch of epochs) this.#statements.dropBroadcast.run(epoch);
    });
  }

  /** Checks first that the file is still the one that was opened. */
  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    this.#fault = this.#watch?.fault() ?? null;
    return this.#transaction(() => {
      const fromAt = this.#watermark() ?? now;
      this.#statements.setWatermark.run(Math.max(now, fromAt));
      if (now - fromAt <= toleranceMs) return false;
      this.#appendBroadcast({ type: "outage", account: null, at: now, fromAt });
      return true;
    });
  }

  #watermark(): number | null {
    const row = this.#statements.watermark.get() as { heartbeat_at: number } | undefined;
    return row?.heartbeat_at ?? null;
  }

  async noteSignals(lastAt: ReadonlyMap<string, number>): Promise<void> {
    if (lastAt.size === 0) return;
    await this.#transaction(() => {
      for (const [account, at] of lastAt) this.#statements.putLastSignal.run(account, at);
    });
  }

  async lastSignalAt(account: string): Promise<number | null> {
    const row = await this.#read(() => this.#statements.lastSignal.get(account));
    return (row?.["at"] ?? null) as number | null;
  }

  async keepClock(
    change: (keeper: ClockKeeper | null, watermark: number | null) => ClockKeeper,
  ): Promise<void> {
    this.#fault = this.#watch?.fault() ?? null;
    await this.#transaction(() => {
      const stored = this.#statements.clock.get() as unknown as ClockKeeper | undefined;
      const kept = change(stored ?? null, this.#watermark());
      const { collector, boot, base, mono, suspended } = kept;
      this.#statements.setClock.run(collector, boot, base, mono, suspended);
    });
  }

  async releaseSpace(): Promise<boolean> {
    const pages = (statement: Statement) => Object.values(statement.get() ?? {})[0] as number;
    const { freePages, allPages, releasePages } = this.#statements;
    const excess = () => pages(freePages) - FREE_SHARE * pages(allPages);
    const before = await this.#read(excess);
    if (before <= 0) return false;
    await this.#transaction(() => releasePages.all());
    const after = await this.#read(excess);
    return after > 0 && after < before;
  }

  #readIncarnation(): string {
    const read = () => this.#statements.incarnation.get()?.["letters"] as string | undefined;
    const known = read();
    if (known !== undefined) return known;
    this.#statements.putIncarnation.run(createIncarnation());
    return read() as string;
  }

  async incarnation(): Promise<string> {
    return this.#incarnation;
  }

  onUnreadable(listener: (error: RecordError) => void): () => void {
    return this.#unreadable.listen(listener);
  }

  async close(): Promise<void> {
    this.#database.close();
    this.#lock?.release();
  }

  #appendBroadcast(broadcast: object): number {
    return Number(this.#statements.broadcast.run(JSON.stringify(broadcast)).lastInsertRowid);
  }

  /** Runs a query, at once where the file is not locked. */
  #read<T>(work: () => T): Promise<T> {
    return retryWhileBusy(work);
  }

  /** Runs work in a transaction, at once where the file is not locked; `committed` follows in the same turn. */
  #transaction<T>(work: () => T, committed: () => void = () => {}): Promise<T> {
    return retryWhileBusy(() => {
      const result = this.#runTransaction(work);
      committed();
      return result;
    });
  }

  #runTransaction<T>(work: () => T): T {
    this.#statements.begin.run();
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#statements.rollback.run();
      this.#sessions.rolledBack();
      this.#accounts.clear();
      this.#hours.clear();
      throw error;
    }
  }
}

/**
 * Shares the lock of a store, whose file is created where there has been none.
 * @throws {StoreError} if the file is gone or being restored, or the folder cannot be used.
 */
function lock(path: string): FileLock {
  let taken: FileLock;
  try {
    // Before the lock's own file, by which a missing store is noticed.
    if (!existsSync(lockFileOf(path))) createPrivateFile(path);
    taken = FileLock.share(path);
  } catch (error) {
    if (!isBusy(error)) throw unusable(path, error);
    throw new StoreError(
      `The SQLite file ${path} is being restored: start again when that is complete.`,
      { cause: error },
    );
  }
  if (existsSync(path)) return taken;
  taken.release();
  // An empty store has other keys, for which every open page stops.
  throw new StoreError(
    `The SQLite file ${path} is gone, but ${lockFileOf(path)} says that it was there: move it back, or restore a backup (stillhere restore). To begin with an empty store, delete ${lockFileOf(path)}.`,
  );
}

function unusable(path: string, error: unknown): StoreError {
  const why = error instanceof Error ? error.message : String(error);
  return new StoreError(
    `The SQLite file ${path} cannot be used (${why}): name a file in a writable folder with --store sqlite:PATH.`,
    { cause: error },
  );
}

function toLogEntry(account: string, { cursor, session, seq, at, ...row }: LogRow): LogEntry {
  try {
    const transition = decodeTransition(seq, at, row.body);
    return { cursor, session, sessionCreatedAt: row.session_created_at, transition };
  } catch (error) {
    throw logEntryError(account, cursor, error);
  }
}
