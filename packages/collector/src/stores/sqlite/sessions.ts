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
import { LeaseLog } from "./lease-log.ts";
import { fitsLogEntry, type LeaseEntry } from "./lease-log-codec.ts";
import { SessionCache, type SessionInRow } from "./session-cache.ts";
import { type DueRow, SessionRows } from "./session-rows.ts";
import type { Statements } from "./statements.ts";

/** The outcomes of a transaction, and what to call once it is committed: memory follows the file. */
interface Committing<T = readonly WriteOutcome[]> {
  readonly outcomes: T;
  readonly committed: () => void;
}

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

  /** @param unreadable is told of rows that lists pass over. */
  constructor(
    statements: Statements,
    accounts: AccountNumbers,
    unreadable: RecordErrors,
    minSegmentEntries?: number,
  ) {
    this.#statements = statements;
    this.#accounts = accounts;
    this.#unreadable = unreadable;
    this.#rows = new SessionRows(statements, accounts, unreadable);
    this.#leaseLog = new LeaseLog(statements, unreadable, minSegmentEntries);
  }

  /** Reads what other processes have written. To be called before anything is read or compared. */
  #refresh(): void {
    const dataVersion = this.#statements.dataVersion.get()?.["data_version"];
    if (dataVersion === this.#dataVersion) return;
    this.#cache.clear();
    this.#leaseLog.read();
    this.#dataVersion = dataVersion;
    this.#fileVersion += 1;
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
    const outcomes = leases.map(({ number, expectedVersion, ...renewal }): WriteOutcome => {
      const earlier = entries.get(number);
      const known = earlier?.version ?? this.#leaseLog.verifiedVersionOf(number, this.#fileVersion);
      const read = known === null ? this.#readVersion(number) : null;
      const version = known ?? read?.version;
      const account = read?.account ?? earlier?.account;
      const entry = { ...renewal, version: expectedVersion + 1, account };
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
   * Sessions that are due by their rows or by the log. A row that is due while the log says otherwise
   * has its deadline cleared, so that it is not found again; that needs a transaction, and the result is
   * null: ask again for the rest. What is found is cached, for the sweep loads it next.
   */
  due(
    now: number,
    limit: number,
    transaction: (work: () => void) => void,
  ): readonly SessionKey[] | null {
    this.#refresh();
    const rows = this.#rows.due(now, limit);
    const renewed = rows.filter((row) => this.#isRenewed(row));
    if (renewed.length > 0) {
      transaction(() => {
        for (const row of renewed) this.#rows.clearRowDeadline(row);
      });
      return null;
    }
    const dueRows = rows.map((row) => ({ row, deadlineAt: row.deadlineAt ?? now }));
    const due = [...dueRows, ...this.#dueByLog(now, limit)];
    due.sort((a, b) => a.deadlineAt - b.deadlineAt);
    return due.slice(0, limit).map(({ row }) => {
      if (!this.#cache.get(row.key)) this.#cacheReadable(row);
      return row.key;
    });
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
      const found = due.flatMap(({ session: number, deadlineAt }) => {
        const row = this.#rows.numbered(number);
        if (row && this.#isRenewed(row)) return [{ row, deadlineAt }];
        this.#leaseLog.forget(number);
        return [];
      });
      if (found.length === due.length) return found;
    }
  }

  /** An account's sessions that are due by their rows or by the log, the most overdue first. */
  dueOf(account: string, until: number, limit: number): readonly Stored[] {
    this.#refresh();
    const due: { readonly deadlineAt: number; readonly stored: Stored }[] = [];
    const add = (deadlineAt: number, read: () => Stored | null) => {
      for (const stored of this.#unreadable.readable(read)) {
        if (stored) due.push({ deadlineAt, stored });
      }
    };
    for (const row of this.#rows.dueOf(account, until)) {
      if (this.#isRenewed(row)) continue;
      add(row.deadlineAt ?? until, () => row.decode().stored);
      if (due.length === limit) break;
    }
    const accountOf = (number: number) => this.#rows.versionOf(number)?.account ?? 0;
    const number = this.#accounts.of(account);
    for (const entry of this.#leaseLog.dueOf(number, until, limit, accountOf)) {
      add(entry.deadlineAt, () => this.#numbered(entry.session));
    }
    due.sort((a, b) => a.deadlineAt - b.deadlineAt);
    return due.slice(0, limit).map(({ stored }) => stored);
  }

  #numbered(number: number): Stored | null {
    const row = this.#rows.numbered(number);
    if (!row || !this.#isRenewed(row)) return null;
    return this.#newest(this.#cache.get(row.key) ?? row.decode());
  }

  list(account: string, query: ListQuery): Promise<ListPage> {
    this.#refresh();
    const lists = this.#rows.lists(account, (inRow) => this.#newest(inRow));
    return listPage(lists, query, this.#unreadable);
  }

  ofUser(account: string, user: string): readonly string[] {
    return this.#rows.ofUser(account, user);
  }

  /** Within a transaction; false: there was no such session, or not in that version. */
  erase(key: SessionKey, expectedVersion?: number): Committing<boolean> {
    this.#refresh();
    const head = this.#rows.head(key);
    if (!head) return { outcomes: false, committed: () => {} };
    const { number } = head;
    const version = this.#leaseLog.newerThan(number, head.version)?.version ?? head.version;
    if (version !== (expectedVersion ?? version)) {
      return { outcomes: false, committed: () => {} };
    }
    this.#rows.erase(head, key);
    const committed = () => {
      this.#cache.delete(key);
      this.#leaseLog.forget(number);
    };
    return { outcomes: true, committed };
  }
}

/** The log entry of a write, or null: its row must be written. */
function entryOf(write: Write, account: number): LeaseEntry | null {
  if (write.kind !== "lease") return null;
  const { renewal, deadlineAt, expectedVersion } = write;
  return { ...renewal, deadlineAt, version: expectedVersion + 1, account };
}
