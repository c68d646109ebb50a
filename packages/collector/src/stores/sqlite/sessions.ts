/**
 * Sessions and their history in the SQLite file.
 * @module
 */
import type { SQLInputValue } from "node:sqlite";
import { renew } from "../../core/lease.ts";
import { decodeSession, encodeSession } from "../codec.ts";
import type {
  Found,
  LeaseWrite,
  ListQuery,
  Lookup,
  SessionKey,
  Stored,
  Track,
  Write,
  WriteOutcome,
} from "../store.ts";
import { encodeTransition } from "../transition-codec.ts";
import type { AccountNumbers } from "./account-numbers.ts";
import { type Known, KnownSessions } from "./known-sessions.ts";
import { isKeepable, type Renewed } from "./renewal-codec.ts";
import { Renewals } from "./renewals.ts";
import type { Statements } from "./statements.ts";
import { PRESENCES, QUEUES, STATES, TRACKS } from "./tables.ts";

interface SessionRow {
  number: number;
  id: string;
  version: number;
  epoch: number;
  deadline_at: number | null;
  body: string;
  shadow: string | null;
}

interface AccountedRow extends SessionRow {
  account: number;
}

/** What a transaction comes to: the answers, and what is to be called once it is committed. */
interface Committing {
  readonly outcomes: readonly WriteOutcome[];
  readonly committed: () => void;
}

export class Sessions {
  readonly #statements: Statements;
  readonly #accounts: AccountNumbers;
  readonly #renewals: Renewals;
  readonly #known = new KnownSessions();
  /** Changes when another connection has written to the file. */
  #fileVersion: unknown = null;
  /** Rises with it: what was known of rows before says nothing now. */
  #stamp = 0;

  constructor(statements: Statements, accounts: AccountNumbers, eraLeast?: number) {
    this.#statements = statements;
    this.#accounts = accounts;
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
      const hasSeen = (id: string) => this.#statements.hasEvent.get(number, id) !== undefined;
      const seenEventIds = eventIds.length === 0 ? eventIds : eventIds.filter(hasSeen);
      return { stored: this.#current(known), seenEventIds, number };
    });
  }

  #find(key: SessionKey): Known | null {
    const known = this.#known.get(key);
    if (known) return known;
    const account = this.#accounts.of(key.account);
    const row = this.#statements.loadSession.get(account, key.id) as SessionRow | undefined;
    if (!row) return null;
    return this.#known.set(key, toKnown(row));
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
      const before = known && (batch.get(known.number) ?? this.#newest(known));
      if ((before?.version ?? 0) !== write.expectedVersion) return "conflict";
      const renewed = renewedBy(write);
      if (known && renewed && isKeepable(known.number, renewed)) {
        batch.set(known.number, renewed);
        return "committed";
      }
      const number = this.#put(known?.number ?? null, write);
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

  #newest({ number, written }: Known): { readonly version: number } {
    const renewed = this.#renewals.of(number);
    return renewed && renewed.version > written.version ? renewed : written;
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

  /** The newest version of a session; its row is asked where it may have changed. */
  #versionOf(number: number): number {
    const known = this.#renewals.versionOf(number, this.#stamp);
    if (known > 0) return known;
    const row = this.#statements.sessionVersion.get(number);
    if (!row) return 0;
    return Math.max(row["version"] as number, this.#renewals.of(number)?.version ?? 0);
  }

  /** Writes a session's row and its history; answers with its number. */
  #put(known: number | null, { key, session, shadow, facets, ...write }: Write): number {
    const account = this.#accounts.require(key.account);
    const version = write.expectedVersion + 1;
    const { epoch, deadlineAt } = write;
    const standing: SQLInputValue[] = [
      STATES.indexOf(facets.state),
      PRESENCES.indexOf(facets.presence),
      QUEUES.indexOf(facets.queue),
      Number(facets.capacityHeld),
      facets.queuedAt,
    ];
    const owner: SQLInputValue[] = [facets.assignee, facets.group, facets.user, session.createdAt];
    const bodies: SQLInputValue[] = [encodeSession(session), shadow && encodeSession(shadow)];
    const all = [version, epoch, deadlineAt, ...standing, ...owner, ...bodies];
    const { updateStanding, updateSession, insertSession } = this.#statements;
    const isUpdated =
      known !== null &&
      updateStanding.run(version, deadlineAt, ...standing, ...bodies, known, epoch, ...owner)
        .changes > 0;
    if (known !== null && !isUpdated) updateSession.run(...all, known);
    const number = known ?? Number(insertSession.run(...all, account, key.id).lastInsertRowid);
    for (const id of write.eventIds) this.#statements.insertEvent.run(number, id);
    this.#append(account, number, "live", write.transitions);
    this.#append(account, number, "shadow", write.shadowTransitions);
    return number;
  }

  #append(account: number, session: number, track: Track, transitions: Write["transitions"]): void {
    for (const transition of transitions) {
      const { seq, at } = transition;
      const body = encodeTransition(transition);
      this.#statements.insertTransition.run(account, TRACKS.indexOf(track), session, seq, at, body);
    }
  }

  /** Forgets what is known here: a transaction has failed, and with it what it wrote. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * Sessions that are due by their rows or by what was heard since. A row that is due by itself alone
   * is left to its renewal, so that it is not found again; a transaction is needed for that only. All
   * are kept in mind, for whoever asks what is due loads it next.
   */
  due(now: number, limit: number, transaction: (work: () => void) => void): readonly SessionKey[] {
    const rows = this.#dueRows(now, limit, transaction);
    const due = [...rows, ...this.#dueByRenewals(now, limit)];
    due.sort((a, b) => a.deadlineAt - b.deadlineAt);
    return due.slice(0, limit).map(({ row }) => this.#keepInMind(row));
  }

  #dueRows(now: number, limit: number, transaction: (work: () => void) => void): DueRow[] {
    for (;;) {
      this.#look();
      const rows = this.#statements.due.all(now, limit) as unknown as AccountedRow[];
      const early = rows.filter(({ number, version }) => this.#isRenewed(number, version));
      if (early.length === 0) {
        return rows.map((row) => ({ row, deadlineAt: row.deadline_at ?? now }));
      }
      transaction(() => {
        for (const { number, version } of early) this.#statements.leaveRow.run(number, version);
      });
    }
  }

  #dueByRenewals(now: number, limit: number): DueRow[] {
    for (;;) {
      const due = this.#renewals.due(now, limit);
      const found = due.flatMap(({ session, deadlineAt }): DueRow[] => {
        const row = this.#statements.numberedSession.get(session) as AccountedRow | undefined;
        if (row && this.#isRenewed(session, row.version)) return [{ row, deadlineAt }];
        this.#renewals.forget(session);
        return [];
      });
      if (found.length === due.length) return found;
    }
  }

  #isRenewed(number: number, version: number): boolean {
    return (this.#renewals.of(number)?.version ?? 0) > version;
  }

  #keepInMind(row: AccountedRow): SessionKey {
    const key = { account: this.#accounts.nameOf(row.account), id: row.id };
    if (!this.#known.get(key)) this.#known.set(key, toKnown(row));
    return key;
  }

  list(account: string, query: ListQuery): readonly Stored[] {
    this.#look();
    const numberOf = <T>(names: readonly T[], name: T | undefined) =>
      name === undefined ? null : names.indexOf(name);
    const rows = this.#statements.list.all({
      account: this.#accounts.of(account),
      afterId: query.afterId ?? "",
      state: numberOf(STATES, query.state),
      presence: numberOf(PRESENCES, query.presence),
      queue: numberOf(QUEUES, query.queue),
      assignee: query.assignee ?? null,
      limit: query.limit,
    });
    return (rows as unknown as SessionRow[]).map((row) => this.#toStored(row));
  }

  queue(account: string, group: string | null): readonly Stored[] {
    this.#look();
    const rows = this.#statements.queue.all(this.#accounts.of(account), group, group);
    return (rows as unknown as SessionRow[]).map((row) => this.#toStored(row));
  }

  /** Within a transaction; false: there was no such session. */
  erase(key: SessionKey): boolean {
    this.#look();
    const known = this.#find(key);
    if (!known) return false;
    this.#known.delete(key);
    this.#renewals.forget(known.number);
    this.#statements.eraseEvents.run(known.number);
    this.#statements.eraseTransitions.run(known.number);
    this.#statements.eraseSession.run(known.number);
    return true;
  }

  #toStored(row: SessionRow): Stored {
    return this.#current(toKnown(row));
  }
}

interface DueRow {
  readonly row: AccountedRow;
  readonly deadlineAt: number;
}

function toKnown({ number, id, version, epoch, ...row }: SessionRow): Known {
  const session = decodeSession(id, row.body);
  const shadow = row.shadow === null ? null : decodeSession(id, row.shadow);
  return { number, written: { session, shadow, version, epoch, deadlineAt: row.deadline_at } };
}

/** The renewal that a write comes to; null: its row must be written. */
function renewedBy({ renewal, deadlineAt, expectedVersion }: Write): Renewed | null {
  if (!renewal || deadlineAt === null) return null;
  return { ...renewal, deadlineAt, version: expectedVersion + 1 };
}
