/**
 * Sessions and their history in the SQLite file.
 * @module
 */
import type { SQLInputValue } from "node:sqlite";
import { decodeSession, encodeSession } from "../codec.ts";
import { renew } from "../../core/lease.ts";
import type {
  Found,
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
import { current, type Known, KnownSessions, newest } from "./known-sessions.ts";
import { Renewals, type Renewed } from "./renewals.ts";
import type { Statements } from "./statements.ts";
import { PRESENCES, QUEUES, STATES, TRACKS } from "./tables.ts";

interface SessionRow {
  number: number;
  id: string;
  version: number;
  epoch: number;
  deadline_at: number | null;
  page_seq: number | null;
  lease_until: number | null;
  body: string;
  shadow: string | null;
}

export class Sessions {
  readonly #statements: Statements;
  readonly #accounts: AccountNumbers;
  readonly #renewals: Renewals;
  readonly #known = new KnownSessions();
  /** Changes when another connection has written to the file. */
  #fileVersion: unknown = null;

  constructor(statements: Statements, accounts: AccountNumbers, foldFrom?: number) {
    this.#statements = statements;
    this.#accounts = accounts;
    this.#renewals = new Renewals(statements, foldFrom);
  }

  /** Takes notice of what other processes have written; before anything is read or compared. */
  #look(): void {
    const version = this.#statements.dataVersion.get()?.["data_version"];
    if (version === this.#fileVersion) return;
    this.#known.clear();
    this.#renewals.read();
    this.#fileVersion = version;
  }

  load(lookups: readonly Lookup[]): readonly Found[] {
    this.#look();
    return lookups.map(({ key, eventIds }) => {
      const known = this.#find(key);
      if (!known) return { stored: null, seenEventIds: [] };
      const { number } = known;
      const stored = current(known);
      const hasSeen = (id: string) => this.#statements.hasEvent.get(number, id) !== undefined;
      return { stored, seenEventIds: eventIds.length === 0 ? eventIds : eventIds.filter(hasSeen) };
    });
  }

  #find(key: SessionKey): Known | null {
    const known = this.#known.get(key);
    if (known) return known;
    const account = this.#accounts.of(key.account);
    const row = this.#statements.loadSession.get(account, key.id) as SessionRow | undefined;
    if (!row) return null;
    return this.#known.set(key, this.#toKnown(row));
  }

  /** Within a transaction. Answers with what is to be called once that is committed. */
  commit(writes: readonly Write[]): {
    readonly outcomes: readonly WriteOutcome[];
    readonly committed: () => void;
  } {
    this.#look();
    const renewed = new Map<number, Renewed>();
    const beaten: Known[] = [];
    const outcomes = writes.map((write): WriteOutcome => {
      const known = this.#find(write.key);
      const before = known && (renewed.get(known.number) ?? newest(known));
      if ((before?.version ?? 0) !== write.expectedVersion) return "conflict";
      const renewal = before && renewedBy(before, write);
      if (known && renewal) {
        renewed.set(known.number, renewal);
        beaten.push(known);
        return "committed";
      }
      const number = this.#put(known?.number ?? null, write);
      const { session, shadow, epoch, deadlineAt, expectedVersion } = write;
      const written = { session, shadow, epoch, deadlineAt, version: expectedVersion + 1 };
      this.#known.set(write.key, { number, written, renewed: undefined });
      return "committed";
    });
    const row = renewed.size > 0 ? this.#renewals.append(renewed) : null;
    const folded = this.#renewals.fold(renewed.size);
    const committed = () => {
      folded();
      if (row === null) return;
      const kept = this.#renewals.take(row, renewed);
      for (const known of beaten) known.renewed = kept.get(known.number);
    };
    return { outcomes, committed };
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
   * Rows that are due by what they say. Where a renewal says otherwise it is folded and the rows are
   * read again, until they tell the truth; a transaction is needed for that alone. They are kept in
   * mind, for whoever asks what is due loads it next.
   */
  due(now: number, limit: number, transaction: (work: () => void) => void): readonly SessionKey[] {
    for (;;) {
      this.#look();
      const rows = this.#statements.due.all(now, limit) as unknown as DueRow[];
      const renewed = rows.filter(
        ({ number, version }) => (this.#renewals.of(number)?.version ?? 0) > version,
      );
      if (renewed.length === 0) return rows.map((row) => this.#keepInMind(row));
      transaction(() => {
        this.#look();
        for (const { number } of renewed) this.#renewals.foldOne(number);
      });
    }
  }

  #keepInMind(row: DueRow): SessionKey {
    const key = { account: this.#accounts.nameOf(row.account), id: row.id };
    if (!this.#known.get(key)) this.#known.set(key, this.#toKnown(row));
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
    this.#statements.eraseEvents.run(known.number);
    this.#statements.eraseTransitions.run(known.number);
    this.#statements.eraseSession.run(known.number);
    return true;
  }

  #toStored(row: SessionRow): Stored {
    return current(this.#toKnown(row));
  }

  #toKnown(row: SessionRow): Known {
    const { number, id, version, epoch, page_seq, lease_until, body, shadow } = row;
    const session = decodeSession(id, body);
    const written = {
      session:
        page_seq === null || lease_until === null
          ? session
          : renew(session, { seq: page_seq, leaseUntil: lease_until }),
      shadow: shadow === null ? null : decodeSession(id, shadow),
      version,
      epoch,
      deadlineAt: row.deadline_at,
    };
    return { number, written, renewed: this.#renewals.of(number) };
  }
}

interface DueRow extends SessionRow {
  account: number;
}

/** The renewal that a write comes to; null: its row must be written, its deadline is nearer. */
function renewedBy(
  before: Stored | Renewed,
  { renewal, deadlineAt, expectedVersion }: Write,
): Renewed | null {
  if (!renewal || deadlineAt === null) return null;
  if (before.deadlineAt === null || deadlineAt < before.deadlineAt) return null;
  const { seq, leaseUntil } = renewal;
  return { seq, leaseUntil, deadlineAt, version: expectedVersion + 1 };
}
