/**
 * Sessions in the SQLite file: their rows, with what was heard since these were written.
 * @module
 */
import { renew } from "../../core/lease.ts";
import type {
  Found,
  LeaseWrite,
  ListQuery,
  Lookup,
  SessionKey,
  Stored,
  Write,
  WriteOutcome,
} from "../store.ts";
import type { AccountNumbers } from "./account-numbers.ts";
import { isKeepable, type Renewed } from "./renewal-codec.ts";
import { Renewals } from "./renewals.ts";
import { type Known, KnownSessions } from "./session-cache.ts";
import { type DueRow, SessionRows } from "./session-rows.ts";
import type { Statements } from "./statements.ts";

/** What a transaction comes to: its answers, and what is to be called once it is committed. */
interface Committing<T = readonly WriteOutcome[]> {
  readonly outcomes: T;
  readonly committed: () => void;
}

export class Sessions {
  readonly #statements: Statements;
  readonly #rows: SessionRows;
  readonly #renewals: Renewals;
  readonly #known = new KnownSessions();
  /** Changes when another connection has written to the file. */
  #fileVersion: unknown = null;
  /** Rises with it: what was known of rows before says nothing now. */
  #stamp = 0;

  constructor(statements: Statements, accounts: AccountNumbers, eraLeast?: number) {
    this.#statements = statements;
    this.#rows = new SessionRows(statements, accounts);
    this.#renewals = new Renewals(statements, eraLeast);
  }

  /** Takes notice of what other processes have written; before anything is read or compared. */
  #look(): void {
    const version = this.#statements.dataVersion.get()?.["data_version"];
    if (version === this.#fileVersion) return;
    this.#known.clear();
    this.#renewals.read();
    this.#fileVersion = version;
    this.#stamp += 1;
  }

  load(lookups: readonly Lookup[]): readonly Found[] {
    this.#look();
    return lookups.map(({ key, eventIds }) => {
      const known = this.#find(key);
      if (!known) return { stored: null, seenEventIds: [] };
      const { number } = known;
      const seenEventIds = eventIds.filter((id) => this.#rows.hasEvent(number, id));
      return { stored: this.#current(known), seenEventIds, number };
    });
  }

  #find(key: SessionKey): Known | null {
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#rows.find(key);
    return found && this.#known.set(key, found);
  }

  /** A session as it is now, with what was heard of it since its row was written. */
  #current({ number, written }: Known): Stored {
    const renewed = this.#renewals.of(number);
    if (!renewed || renewed.version <= written.version) return written;
    const { version, deadlineAt } = renewed;
    return { ...written, session: renew(written.session, renewed), version, deadlineAt };
  }

  /** Within a transaction. */
  commit(writes: readonly Write[]): Committing {
    this.#look();
    const batch = new Map<number, Renewed>();
    const written: number[] = [];
    const outcomes = writes.map((write): WriteOutcome => {
      const known = this.#find(write.key);
      const version = known && (batch.get(known.number)?.version ?? this.#newest(known));
      if ((version ?? 0) !== write.expectedVersion) return "conflict";
      const renewed = renewedBy(write);
      if (known && renewed && isKeepable(known.number, renewed)) {
        batch.set(known.number, renewed);
        return "committed";
      }
      const number = this.#rows.put(known?.number ?? null, write);
      const { session, shadow, epoch, deadlineAt, expectedVersion } = write;
      const stored = { session, shadow, epoch, deadlineAt, version: expectedVersion + 1 };
      this.#known.set(write.key, { number, written: stored });
      batch.delete(number);
      written.push(number);
      return "committed";
    });
    const appended = this.#renewals.append(batch, this.#stamp);
    const committed = () => {
      for (const number of written) this.#renewals.forget(number);
      appended();
    };
    return { outcomes, committed };
  }

  #newest({ number, written }: Known): number {
    return Math.max(written.version, this.#renewals.of(number)?.version ?? 0);
  }

  /** Something was heard of the session since its row was written. */
  #isRenewed({ number, version }: DueRow): boolean {
    return (this.#renewals.of(number)?.version ?? 0) > version;
  }

  /** Within a transaction. */
  renew(leases: readonly LeaseWrite[]): Committing {
    this.#look();
    const batch = new Map<number, Renewed>();
    const outcomes = leases.map(({ number, expectedVersion, ...renewal }): WriteOutcome => {
      const version = batch.get(number)?.version ?? this.#versionOf(number);
      const renewed = { ...renewal, version: expectedVersion + 1 };
      if (version !== expectedVersion || !isKeepable(number, renewed)) return "conflict";
      batch.set(number, renewed);
      return "committed";
    });
    return { outcomes, committed: this.#renewals.append(batch, this.#stamp) };
  }

  /** The newest version of a session; its row is asked where it may have changed. 0: there is none. */
  #versionOf(number: number): number {
    const known = this.#renewals.versionOf(number, this.#stamp);
    if (known > 0) return known;
    const written = this.#rows.versionOf(number);
    return written && Math.max(written, this.#renewals.of(number)?.version ?? 0);
  }

  /** Forgets what is known here: a transaction has failed, and with it what it wrote. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * Sessions that are due by their rows or by what was heard since. A row that is due by itself alone
   * is left to its renewal, so that it is not found again; a transaction is needed for that only, and
   * null says that there may be more of them: ask again. All are kept in mind, for whoever asks what is
   * due loads it next.
   */
  due(
    now: number,
    limit: number,
    transaction: (work: () => void) => void,
  ): readonly SessionKey[] | null {
    this.#look();
    const rows = this.#rows.due(now, limit);
    const early = rows.filter((row) => this.#isRenewed(row));
    if (early.length > 0) {
      transaction(() => {
        for (const row of early) this.#rows.clearRowDeadline(row);
      });
      return null;
    }
    const dueRows = rows.map((row) => ({ row, deadlineAt: row.deadlineAt ?? now }));
    const due = [...dueRows, ...this.#dueByRenewals(now, limit)];
    due.sort((a, b) => a.deadlineAt - b.deadlineAt);
    return due.slice(0, limit).map(({ row }) => {
      if (!this.#known.get(row.key)) this.#known.set(row.key, row.known());
      return row.key;
    });
  }

  #dueByRenewals(now: number, limit: number) {
    for (;;) {
      const due = this.#renewals.due(now, limit);
      const found = due.flatMap(({ session: number, deadlineAt }) => {
        const row = this.#rows.numbered(number);
        if (row && this.#isRenewed(row)) return [{ row, deadlineAt }];
        this.#renewals.forget(number);
        return [];
      });
      if (found.length === due.length) return found;
    }
  }

  list(account: string, query: ListQuery): readonly Stored[] {
    this.#look();
    return this.#rows.list(account, query).map((known) => this.#current(known));
  }

  queue(account: string, group: string | null): readonly Stored[] {
    this.#look();
    return this.#rows.queue(account, group).map((known) => this.#current(known));
  }

  /** Within a transaction; false: there was no such session. */
  erase(key: SessionKey): Committing<boolean> {
    this.#look();
    const known = this.#find(key);
    if (!known) return { outcomes: false, committed: () => {} };
    const { number } = known;
    this.#rows.erase(number);
    const committed = () => {
      this.#known.delete(key);
      this.#renewals.forget(number);
    };
    return { outcomes: true, committed };
  }
}

/** The renewal that a write comes to; null: its row must be written. */
function renewedBy({ renewal, deadlineAt, expectedVersion }: Write): Renewed | null {
  if (!renewal || deadlineAt === null) return null;
  return { ...renewal, deadlineAt, version: expectedVersion + 1 };
}
