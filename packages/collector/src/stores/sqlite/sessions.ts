/**
 * Sessions in the SQLite file: rows, with the newer leases of the lease log over them.
 * @module
 */
import { renew } from "../../core/lease.ts";
import { type ListPage, type ListQuery, listPage } from "../list.ts";
import { RecordError, type RecordErrors } from "../record-error.ts";
import type {
  Found,
  LeaseWrite,
  Lookup,
  SessionKey,
  Stored,
  Unreadable,
  Write,
  WriteOutcome,
} from "../store.ts";
import type { AccountNumbers } from "./account-numbers.ts";
import { LeaseLog, type LeaseSearch } from "./lease-log.ts";
import { fitsLogEntry, type LeaseEntry } from "./lease-log-codec.ts";
import { SessionCache, type SessionInRow } from "./session-cache.ts";
import {
  type DueAfter,
  type DueRow,
  type SessionHead,
  SessionRows,
  type SessionRowsOptions,
} from "./session-rows.ts";
import type { Statements } from "./statements.ts";

/** The outcomes of a transaction, and what to call once it is committed: memory follows the file. */
interface Committing<T = readonly WriteOutcome[]> {
  readonly outcomes: T;
  readonly committed: () => void;
}

export interface SessionsOptions extends SessionRowsOptions {
  /** {@link LeaseLog} */
  readonly minSegmentEntries?: number | undefined;
}

interface DueResult {
  readonly due: readonly SessionKey[] | null;
  readonly renewed: readonly DueRow[];
}

/** Rows that are looked at for what is due of an account. */
const MAX_DUE_ROWS = 20_000;
/** How many more of these are found than asked for. */
const SPARE_DUE = 100;

/** A search for what is due of an account, which takes many turns of the event loop. */
interface DueSearch {
  readonly account: string;
  readonly until: number;
  readonly limit: number;
  /** The last row that was looked at; null: rows have been searched. */
  after: DueAfter | null;
  /** How many rows were looked at. */
  rows: number;
  readonly due: { readonly deadlineAt: number; readonly read: () => Stored | null }[];
  readonly byLog: LeaseSearch;
}

type Erasure = "absent" | "partly" | "erased";

export class Sessions {
  readonly #statements: Statements;
  readonly #accounts: AccountNumbers;
  readonly #rows: SessionRows;
  readonly #leaseLog: LeaseLog;
  readonly #cache = new SessionCache();
  /** SQLite's own counter: another value after another connection wrote to the file. */
  #dataVersion: unknown = null;
  /** Counts these changes: what was known of rows under another number may be outdated. */
  #fileVersion = 0;

  readonly #unreadable: RecordErrors;

  constructor(statements: Statements, accounts: AccountNumbers, options: SessionsOptions) {
    this.#statements = statements;
    this.#accounts = accounts;
    this.#unreadable = options.unreadable;
    this.#rows = new SessionRows(statements, accounts, options);
    this.#leaseLog = new LeaseLog(statements, options.unreadable, options.minSegmentEntries);
  }

  /** Reads what other processes have written. To be called before anything is read or compared. */
  #refresh(): void {
    const dataVersion = this.#statements.dataVersion.get()?.["data_version"];
    if (dataVersion === this.#dataVersion) return;
    this.#cache.clear();
    while (this.readLeases());
    this.#dataVersion = dataVersion;
    this.#fileVersion += 1;
  }

  /** Reads a part of the leases that other processes have appended; false: there are no more. */
  readLeases(): boolean {
    return this.#leaseLog.read();
  }

  load(lookups: readonly Lookup[]): readonly Found[] {
    this.#refresh();
    return lookups.map(({ key, eventIds }) => {
      const inRow = this.#findReadable(key);
      if (!inRow) return { stored: null, seenEventIds: [] };
      if ("unreadable" in inRow) return { stored: null, seenEventIds: [], ...inRow };
      const { number } = inRow;
      const seenEventIds = eventIds.filter((id) => this.#rows.hasEvent(number, id));
      return { stored: this.#newest(inRow), seenEventIds, number };
    });
  }

  #find(key: SessionKey): SessionInRow | null {
    const cached = this.#cache.get(key);
    if (cached) return cached;
    const found = this.#rows.find(key);
    return found && this.#cache.set(key, found);
  }

  #findReadable(key: SessionKey): SessionInRow | Unreadable | null {
    try {
      return this.#find(key);
    } catch (error) {
      if (error instanceof RecordError) return { unreadable: error.message };
      throw error;
    }
  }

  /** The newest of row and log. */
  #newest({ number, stored }: SessionInRow): Stored {
    const entry = this.#leaseLog.newerThan(number, stored.version);
    if (!entry) return stored;
    const { version, deadlineAt } = entry;
    return { ...stored, session: renew(stored.session, entry), version, deadlineAt };
  }

  /** Within a transaction. */
  commit(writes: readonly Write[]): Committing {
    this.#refresh();
    const entries = new Map<number, LeaseEntry>();
    const written: number[] = [];
    const outcomes = writes.map((write): WriteOutcome => {
      const inRow = this.#findReadable(write.key);
      if (inRow && "unreadable" in inRow) return inRow;
      const version = inRow && (entries.get(inRow.number)?.version ?? this.#newest(inRow).version);
      if ((version ?? 0) !== write.expectedVersion) return "conflict";
      if (!inRow && this.#rows.isClosed(write)) return "conflict";
      const entry = entryOf(write, this.#accounts.of(write.key.account));
      if (inRow && entry && fitsLogEntry(inRow.number, entry)) {
        entries.set(inRow.number, entry);
        return "committed";
      }
      const number = this.#rows.put(inRow, write);
      const { session, shadow, epoch, deadlineAt, expectedVersion } = write;
      const stored = { session, shadow, epoch, deadlineAt, version: expectedVersion + 1 };
      this.#cache.set(write.key, { number, stored });
      entries.delete(number);
      written.push(number);
      return "committed";
    });
    const appended = this.#leaseLog.append(entries, this.#fileVersion);
    const committed = () => {
      for (const number of written) this.#leaseLog.forget(number);
      appended();
    };
    return { outcomes, committed };
  }

  /** Whether the session's lease was renewed since its row was written. */
  #isRenewed({ number, version }: DueRow): boolean {
    return this.#leaseLog.newerThan(number, version) !== null;
  }

  /** Within a transaction. */
  renew(leases: readonly LeaseWrite[]): Committing {
    this.#refresh();
    const entries = new Map<number, LeaseEntry>();
    const outcomes = leases.map((lease): WriteOutcome => {
      const { number, expectedVersion, seq, leaseUntil, deadlineAt } = lease;
      const earlier = entries.get(number);
      const known = earlier?.version ?? this.#leaseLog.verifiedVersionOf(number, this.#fileVersion);
      const read = known === null ? this.#readVersion(number) : null;
      const version = known ?? read?.version;
      const account = read?.account ?? earlier?.account;
      const entry = { seq, leaseUntil, deadlineAt, version: expectedVersion + 1, account };
      if (version !== expectedVersion || !fitsLogEntry(number, entry)) return "conflict";
      entries.set(number, entry);
      return "committed";
    });
    return { outcomes, committed: this.#leaseLog.append(entries, this.#fileVersion) };
  }

  /**
   * A session's newest version and its account, by its row; `null`: there is no such session. It is needed
   * where another process may have written the row, and where this one has: then the log has no entry until
   * the next lease.
   */
  #readVersion(number: number): { readonly version: number; readonly account: number } | null {
    const row = this.#rows.versionOf(number);
    const newer = row && this.#leaseLog.newerThan(number, row.version);
    return row && newer ? { ...row, version: newer.version } : row;
  }

  /** Forgets what is cached: a transaction was rolled back, and with it rows that are cached as written. */
  rolledBack(): void {
    this.#cache.clear();
  }

  /**
   * Sessions that are due by their rows or by the log. Null: not all has been looked at, ask again. Rows
   * that are due while the log says otherwise come back as `renewed`: {@link clearDeadlines} has to run
   * first. What is found is cached, for the sweep loads it next.
   */
  due(now: number, limit: number): DueResult {
    this.#refresh();
    const rows = this.#rows.due(now, limit);
    const renewed = rows.filter((row) => this.#isRenewed(row));
    if (renewed.length > 0) return { due: null, renewed };
    const byLog = this.#dueByLog(now, limit);
    if (!byLog) return { due: null, renewed };
    const dueRows = rows.map((row) => ({ row, deadlineAt: row.deadlineAt ?? now }));
    const due = [...dueRows, ...byLog].sort((a, b) => a.deadlineAt - b.deadlineAt);
    const keys = due.slice(0, limit).map(({ row }) => {
      if (!this.#cache.get(row.key)) this.#cacheReadable(row);
      return row.key;
    });
    return { due: keys, renewed };
  }

  /** Clears the deadlines of rows, so that they are not found again; within a transaction. */
  clearDeadlines(rows: readonly DueRow[]): void {
    for (const row of rows) this.#rows.clearRowDeadline(row);
  }

  /** One that cannot be read is due nevertheless: the sweep that loads it reports it. */
  #cacheReadable(row: DueRow): void {
    try {
      this.#cache.set(row.key, row.decode());
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
    }
  }

  #dueByLog(now: number, limit: number) {
    for (;;) {
      const due = this.#leaseLog.due(now, limit);
      if (!due) return null;
      const found = due.flatMap(({ key: number, deadlineAt }) => {
        const row = this.#rows.numbered(number);
        if (row && this.#isRenewed(row)) return [{ row, deadlineAt }];
        this.#leaseLog.forget(number);
        return [];
      });
      if (found.length === due.length) return found;
    }
  }

  /** Starts to search for an account's sessions that are due by their rows or by the log. */
  searchDueOf(account: string, until: number, limit: number): DueSearch {
    const byLog = this.#leaseLog.searchDueOf(this.#accounts.of(account), until, limit);
    const after = { at: Number.MIN_SAFE_INTEGER, number: 0 };
    return { account, until, limit, after, rows: 0, due: [], byLog };
  }

  /** Does some of a search; false: it is complete, see {@link foundDue}. */
  searchSome(search: DueSearch): boolean {
    this.#refresh();
    if (search.after !== null) {
      this.#searchRows(search, search.after);
      return true;
    }
    const accountOf = (number: number) => this.#rows.versionOf(number)?.account ?? 0;
    return this.#leaseLog.searchSome(search.byLog, accountOf);
  }

  /** Rows that are due while the log says otherwise count for the limit of rows that are looked at. */
  #searchRows(search: DueSearch, after: DueAfter): void {
    const part = this.#rows.dueOf(search.account, after, search.until);
    search.rows += part?.rows.length ?? 0;
    const isEnough = () => search.due.length === search.limit + SPARE_DUE;
    for (const { number, version, deadlineAt } of part?.rows ?? []) {
      if (isEnough()) break;
      if (this.#leaseLog.newerThan(number, version) !== null) continue;
      search.due.push({ deadlineAt, read: () => this.#newestNumbered(number) });
    }
    search.after = part && !isEnough() && search.rows < MAX_DUE_ROWS ? part.next : null;
  }

  /**
   * What a search has found, the most overdue first, each with how to read it. They are some more than its
   * limit, for those that cannot be read.
   */
  foundDue({ due, byLog }: DueSearch): readonly (() => Stored | null)[] {
    for (const { key, deadlineAt } of byLog.found) {
      due.push({ deadlineAt, read: () => this.#renewed(key) });
    }
    due.sort((a, b) => a.deadlineAt - b.deadlineAt);
    return due.map(
      ({ read }) =>
        () =>
          this.#unreadable.readable(read)[0] ?? null,
    );
  }

  /** A session whose newest version is in the log. */
  #renewed(number: number): Stored | null {
    const row = this.#rows.numbered(number);
    if (!row || !this.#isRenewed(row)) return null;
    return this.#newest(this.#cache.get(row.key) ?? row.decode());
  }

  list(account: string, query: ListQuery): Promise<ListPage> {
    this.#refresh();
    const lists = this.#rows.lists(account, (inRow) => this.#newest(inRow));
    return listPage(lists, query, this.#unreadable);
  }

  ofUser(account: string, user: string, after: number, limit: number) {
    return this.#rows.ofUser(account, user, after, limit);
  }

  #newestNumbered(number: number): Stored | null {
    const inRow = this.#rows.numbered(number)?.decode();
    return inRow ? this.#newest(inRow) : null;
  }

  /** Whether there is such a session, in that version. */
  has(key: SessionKey, version: number): boolean {
    this.#refresh();
    const head = this.#rows.head(key);
    return head !== null && this.#newestVersion(head) === version;
  }

  #newestVersion({ number, version }: SessionHead): number {
    return this.#leaseLog.newerThan(number, version)?.version ?? version;
  }

  /** Erases a part of a session, within a transaction; `partly`: repeat it. */
  erase(key: SessionKey, limit: number): Committing<Erasure> {
    this.#refresh();
    const head = this.#rows.head(key);
    if (!head) return { outcomes: "absent", committed: () => {} };
    const { number } = head;
    if (!this.#rows.erasePart(head, key, limit)) {
      return { outcomes: "partly", committed: () => {} };
    }
    const committed = () => {
      this.#cache.delete(key);
      this.#leaseLog.forget(number);
    };
    return { outcomes: "erased", committed };
  }
}

/** The log entry of a write, or null: its row must be written. */
function entryOf(write: Write, account: number): LeaseEntry | null {
  if (write.kind !== "lease") return null;
  const { renewal, deadlineAt, expectedVersion } = write;
  return { ...renewal, deadlineAt, version: expectedVersion + 1, account };
}
