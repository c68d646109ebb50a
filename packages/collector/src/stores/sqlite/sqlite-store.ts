/**
 * The embedded store: one SQLite file through `node:sqlite`, without a native build. A commit has
 * reached the operating system when it resolves, so it survives the death of this process; after a power
 * cut the last commits may be missing, never half of one (WAL, `synchronous = NORMAL`:
 * https://sqlite.org/pragma.html#pragma_synchronous).
 * @module
 */

import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import {
  QUEUE_STANDINGS,
  type QueueStanding,
  STATES,
  type State,
  TRACKS,
  type Track,
} from "../../core/lists.ts";
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
  type Assignment,
  type Broadcast,
  type ClockKeeper,
  type EraseOptions,
  type Found,
  type LeaseWrite,
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
import { createPrivateFile, FileLock, lockFileOf } from "./file-lock.ts";
import { FileWatch } from "./file-watch.ts";
import { guard, isBusy, type Statement } from "./guarded-database.ts";
import { prepareSchema } from "./schema.ts";
import { Sessions } from "./sessions.ts";
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
/** Pages of the write-ahead log that are checkpointed together: 16 MB. Many of them are the same page. */
const CHECKPOINT_PAGES = 4_000;
/** How long a write waits for another process, and while that one keeps the file locked. */
const BUSY_TIMEOUT_MS = 2_000;
const STILL_BUSY_TIMEOUT_MS = 20;
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
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #accounts: AccountNumbers;
  readonly #sessions: Sessions;
  readonly #lock: FileLock | null;
  readonly #watch: FileWatch | null;
  readonly #incarnation: string;
  readonly #unreadable = new RecordErrors();
  /** Why no statement is run: the file is gone or was replaced. */
  #fault: string | null = null;
  /** Another process has kept the file locked for longer than {@link BUSY_TIMEOUT_MS}. */
  #isStillBusy = false;

  /**
   * Opens the file, or creates it so that only its owner can read it.
   * @throws {StoreError} if it cannot be opened or is not a file of ours.
   */
  constructor(path: string, { minSegmentEntries, isPrivate = false }: SqliteStoreOptions = {}) {
    const isInMemory = path === ":memory:";
    this.#lock = isPrivate || isInMemory ? null : lock(path);
    try {
      if (!isInMemory) createPrivateFile(path);
      this.#database = new DatabaseSync(path);
      // A new file can shrink without being written again as a whole; that cannot be set later.
      this.#database.exec(`PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA cache_size = -${CACHE_KIB};
        PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};`);
      prepareSchema(this.#database, path);
    } catch (error) {
      this.#lock?.release();
      throw error instanceof StoreError ? error : unusable(path, error);
    }
    const guarded = guard(this.#database, () => {
      if (this.#fault !== null) throw new StoreError(this.#fault);
    });
    this.#statements = prepareStatements(guarded);
    this.#incarnation = this.#readIncarnation();
    this.#watch = this.#lock && new FileWatch(path);
    this.#accounts = new AccountNumbers(this.#statements);
    this.#sessions = new Sessions(
      this.#statements,
      this.#accounts,
      this.#unreadable,
      minSegmentEntries,
    );
    this.outbox = new SqliteOutbox(guarded, this.#unreadable, (work) => this.#transaction(work));
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const { erasure } = this.#statements;
    const erasedAt = (hash: string) => (erasure.get(hash)?.["at"] ?? null) as number | null;
    return withErasures(lookups, this.#sessions.load(lookups), erasedAt);
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    const { outcomes, committed } = this.#transaction(() => this.#sessions.commit(writes));
    committed();
    return outcomes;
  }

  async renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    const { outcomes, committed } = this.#transaction(() => this.#sessions.renew(leases));
    committed();
    return outcomes;
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    for (;;) {
      const due = this.#sessions.due(now, limit, (work) => this.#transaction(work));
      if (due) return due;
      // Many may fall due together: what has arrived meanwhile runs between one share and the next.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    return this.#sessions.dueOf(account, until, limit);
  }

  async notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    const rows = this.#statements.behind.all(this.#accounts.of(account), epoch, limit);
    return rows.map((row) => ({ account, id: row["id"] as string }));
  }

  async list(account: string, query: ListQuery): Promise<ListPage> {
    return this.#sessions.list(account, query);
  }

  async countQueue(account: string, group?: string): Promise<QueueCounts> {
    const counts = { none: 0, queued: 0, direct: 0 };
    const of = { account: this.#accounts.of(account), group: group ?? null };
    for (const { queue, count } of this.#statements.countQueue.all(of)) {
      counts[QUEUE_STANDINGS[Number(queue)] as QueueStanding] = Number(count);
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
      (last: LogRow | null, count) => read(last, count) as readonly LogRow[],
      (row) => this.#unreadable.readable(() => toLogEntry(account, row)),
    );
  }

  async lastCursor(account: string): Promise<number> {
    const row = this.#statements.lastCursor.get(this.#accounts.of(account)) as {
      cursor: number | null;
    };
    return row.cursor ?? 0;
  }

  async assignments(account: string, agent?: string): Promise<readonly Assignment[]> {
    const rows = this.#statements.assignments.all({
      account: this.#accounts.of(account),
      agent: agent ?? null,
    });
    return (rows as unknown as { assignee: string; id: string; held: number }[]).map(
      ({ assignee, id, held }) => ({ agent: assignee, session: id, capacityHeld: held === 1 }),
    );
  }

  async sessionsOf(account: string, user: string): Promise<readonly string[]> {
    return this.#sessions.ofUser(account, user);
  }

  async count(account: string): Promise<number> {
    const counts = await this.countByState(account);
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async countByState(account: string): Promise<StateCounts> {
    const counts = noSessions();
    for (const { state, count } of this.#statements.counts.all(this.#accounts.of(account))) {
      counts[STATES[Number(state)] as State] = Number(count);
    }
    return counts;
  }

  async scan(account: string, after: string | null, limit: number): Promise<ScanPart> {
    return scanById((query) => this.#sessions.list(account, query), after, limit);
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    const number = this.#accounts.of(account);
    let pruned = 0;
    for (const track of TRACKS.keys()) {
      if (pruned >= limit) break;
      const entries = this.#statements.oldest.all(number, track, limit - pruned);
      const end = lastOldCursor(entries as unknown as { cursor: number; at: number }[], before);
      if (end === null) continue;
      pruned += Number(this.#statements.prune.run(number, track, end).changes);
    }
    return pruned;
  }

  async erase(key: SessionKey, { erasedAt, expectedVersion }: EraseOptions = {}): Promise<boolean> {
    const hash = await erasureHashOf(key);
    const { outcomes, committed } = this.#transaction(() => {
      const erased = this.#sessions.erase(key, expectedVersion);
      if (erased.outcomes || expectedVersion === undefined) this.outbox.erase(key);
      if (erased.outcomes && erasedAt !== undefined) {
        this.#statements.pruneErasures.run(erasedAt - ERASURE_KEPT_MS);
        this.#statements.putErasure.run(hash, erasedAt);
      }
      return erased;
    });
    committed();
    return outcomes;
  }

  async agents(account: string): Promise<readonly Agent[]> {
    const rows = this.#statements.agents.all(account) as unknown as Agent[];
    return rows.map(({ id, capacity }) => ({ id, capacity }));
  }

  async putAgent(account: string, { id, capacity }: Agent): Promise<void> {
    this.#statements.putAgent.run(account, id, capacity);
  }

  async accounts(): Promise<readonly Account[]> {
    const rows = this.#statements.accounts.all() as unknown as { name: string; body: string }[];
    return rows.map(({ name, body }) => parseAccount(name, body));
  }

  async putAccount(account: Account): Promise<void> {
    this.#statements.putAccount.run(account.name, JSON.stringify(account));
  }

  async broadcasts(afterEpoch: number): Promise<readonly Broadcast[]> {
    const rows = this.#statements.broadcasts.all(afterEpoch);
    return (rows as unknown as { epoch: number; body: string }[]).map(({ epoch, body }) =>
      parseBroadcast(epoch, body),
    );
  }

  async broadcast(broadcast: NewBroadcast): Promise<number> {
    return this.#appendBroadcast(broadcast);
  }

  /** Checks first that the file is still the one that was opened. */
  async closeEpochs(account: string, epoch: number): Promise<boolean> {
    return this.#transaction(() => {
      const number = this.#accounts.getOrAssign(account);
      if (this.#statements.behind.get(number, epoch, 1)) return false;
      this.#statements.closeEpochs.run(number, epoch);
      return true;
    });
  }

  async dropBroadcasts(epochs: readonly number[]): Promise<void> {
    this.#transaction(() => {
      for (const epoch of epochs) this.#statements.dropBroadcast.run(epoch);
    });
  }

  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    this.#fault = this.#watch?.fault() ?? null;
    return this.#transaction(() => {
      const row = this.#statements.watermark.get() as { heartbeat_at: number } | undefined;
      const fromAt = row?.heartbeat_at ?? now;
      this.#statements.setWatermark.run(Math.max(now, fromAt));
      if (now - fromAt <= toleranceMs) return false;
      this.#appendBroadcast({ type: "outage", account: null, at: now, fromAt });
      return true;
    });
  }

  async noteSignals(lastAt: ReadonlyMap<string, number>): Promise<void> {
    if (lastAt.size === 0) return;
    this.#transaction(() => {
      for (const [account, at] of lastAt) this.#statements.putLastSignal.run(account, at);
    });
  }

  async lastSignalAt(account: string): Promise<number | null> {
    return (this.#statements.lastSignal.get(account)?.["at"] ?? null) as number | null;
  }

  async keepClock(change: (keeper: ClockKeeper | null) => ClockKeeper): Promise<void> {
    this.#fault = this.#watch?.fault() ?? null;
    this.#transaction(() => {
      const stored = this.#statements.clock.get() as unknown as ClockKeeper | undefined;
      const { collector, boot, base, mono } = change(stored ?? null);
      this.#statements.setClock.run(collector, boot, base, mono);
    });
  }

  async releaseSpace(): Promise<boolean> {
    const pages = (statement: Statement) => Object.values(statement.get() ?? {})[0] as number;
    const { freePages, allPages, releasePages } = this.#statements;
    const excess = () => pages(freePages) - FREE_SHARE * pages(allPages);
    const before = excess();
    if (before <= 0) return false;
    this.#transaction(() => releasePages.all());
    const after = excess();
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

  #transaction<T>(work: () => T): T {
    try {
      this.#statements.begin.run();
      const result = work();
      this.#statements.commit.run();
      this.#waitWhileBusy(true);
      return result;
    } catch (error) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#statements.rollback.run();
      this.#sessions.rolledBack();
      this.#accounts.clear();
      if (isBusy(error)) this.#waitWhileBusy(false);
      throw error;
    }
  }

  /** A wait blocks the process, and one that follows another would block it altogether. */
  #waitWhileBusy(isLong: boolean): void {
    if (this.#isStillBusy === !isLong) return;
    this.#isStillBusy = !isLong;
    this.#database.exec(
      `PRAGMA busy_timeout = ${isLong ? BUSY_TIMEOUT_MS : STILL_BUSY_TIMEOUT_MS}`,
    );
  }
}

/**
 * Shares the lock of a store, whose file is created where there has been none.
 * @throws {StoreError} if the file is gone or being restored, or the folder cannot be used.
 */
function lock(path: string): FileLock {
  let taken: FileLock | null;
  try {
    // Before the lock's own file, by which a missing store is noticed.
    if (!existsSync(lockFileOf(path))) createPrivateFile(path);
    taken = FileLock.share(path);
  } catch (error) {
    throw unusable(path, error);
  }
  if (!taken) {
    throw new StoreError(
      `The SQLite file ${path} is being restored: start again when that is complete.`,
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
