/**
 * Rows of sessions and their history, as the tables have them. Newer leases are in the lease log.
 * @module
 */

import type { SQLInputValue } from "node:sqlite";
import { PRESENCES, QUEUE_STANDINGS, STATES, TRACKS, type Track } from "../../core/lists.ts";
import { encodeSession } from "../codec.ts";
import { type ListSource, userTerm } from "../list.ts";
import type { RecordErrors } from "../record-error.ts";
import type { SessionKey, Stored, Write } from "../store.ts";
import { encodeTransition } from "../transition-codec.ts";
import type { AccountNumbers } from "./account-numbers.ts";
import type { LogHours } from "./log-hours.ts";
import type { SessionInRow } from "./session-cache.ts";
import { SessionLists } from "./session-lists.ts";
import { decodeBody, type SessionRow, toSession } from "./session-row.ts";
import type { Statements } from "./statements.ts";
import { sessionTermHash, updateTerms } from "./term-rows.ts";

interface AccountedRow extends SessionRow {
  account: number;
}

/** What of a row can be read whatever its session is. */
export interface SessionHead {
  readonly number: number;
  readonly version: number;
}

/** A row that was read for its deadline: mostly its session needs no decoding. */
export interface DueRow extends SessionHead {
  readonly key: SessionKey;
  readonly deadlineAt: number | null;
  /** @throws {RecordError} */
  decode(): SessionInRow;
}

/** A row that is due, without its session. */
export interface DueNumber {
  readonly number: number;
  readonly version: number;
  readonly deadlineAt: number;
}

interface DueColumns {
  readonly number: number;
  readonly version: number;
  readonly deadline_at: number;
}

/** A place in the order of rows by deadline and number. */
export interface DueAfter {
  readonly at: number;
  readonly number: number;
}

export interface DuePart {
  readonly rows: readonly DueNumber[];
  readonly next: DueAfter;
}

/** Entries of the index of deadlines that one part looks at, about, and rows that it has at most. */
const DUE_PART = 5_000;
const DUE_ROWS = 500;
const LAST_ROW = Number.MAX_SAFE_INTEGER;

export interface SessionRowsOptions {
  readonly hours: LogHours;
  /** Is told of rows that are passed over. */
  readonly unreadable: RecordErrors;
}

export class SessionRows {
  readonly #statements: Statements;
  readonly #accounts: AccountNumbers;
  readonly #hours: LogHours;
  readonly #unreadable: RecordErrors;

  constructor(
    statements: Statements,
    accounts: AccountNumbers,
    { hours, unreadable }: SessionRowsOptions,
  ) {
    this.#statements = statements;
    this.#unreadable = unreadable;
    this.#accounts = accounts;
    this.#hours = hours;
  }

  /** @throws {RecordError} if the row cannot be read. */
  find({ account, id }: SessionKey): SessionInRow | null {
    const row = this.#statements.loadSession.get(this.#accounts.of(account), id);
    return row ? toSession(account, row as unknown as SessionRow) : null;
  }

  /** Number and version of a session, whether or not the rest of its row can be read. */
  head({ account, id }: SessionKey): SessionHead | null {
    const row = this.#statements.loadSession.get(this.#accounts.of(account), id);
    if (!row) return null;
    const { number, version } = row as unknown as SessionRow;
    return { number, version };
  }

  numbered(number: number): DueRow | null {
    const row = this.#statements.numberedSession.get(number);
    return row ? this.#toDueRow(row as unknown as AccountedRow) : null;
  }

  /** The version in the row, and the number of its account; `null`: there is no such session. */
  versionOf(number: number): { readonly version: number; readonly account: number } | null {
    const row = this.#statements.sessionVersion.get(number);
    return (row as { version: number; account: number } | undefined) ?? null;
  }

  hasEvent(number: number, id: string): boolean {
    return this.#statements.hasEvent.get(number, id) !== undefined;
  }

  /** Rows that are due, the most overdue first. */
  due(now: number, limit: number): readonly DueRow[] {
    const rows = this.#statements.due.all(now, limit) as unknown as AccountedRow[];
    return rows.map((row) => this.#toDueRow(row));
  }

  /**
   * Some of an account's rows that are due after one, the most overdue first, without their sessions. The
   * deadlines of all accounts are in one index, so one call looks at a part of it. Null: there are no more.
   */
  dueOf(account: string, after: DueAfter, until: number): DuePart | null {
    if (after.at >= until) return null;
    const partEnd = this.#statements.duePartEnd.get(after.at, until, DUE_PART)?.["deadline_at"];
    const end = (partEnd as number | undefined) ?? until;
    const of = { account: this.#accounts.of(account), ...after, end, limit: DUE_ROWS };
    const found = this.#statements.dueOf.all(of) as unknown as DueColumns[];
    const rows = found.map(({ number, version, deadline_at: deadlineAt }) => ({
      number,
      version,
      deadlineAt,
    }));
    const last = rows.length === DUE_ROWS ? rows.at(-1) : undefined;
    const next = last
      ? { at: last.deadlineAt, number: last.number }
      : { at: end, number: LAST_ROW };
    return { rows, next };
  }

  /** What lists read; `newest` adds the lease log. */
  lists(account: string, newest: (inRow: SessionInRow) => Stored): ListSource {
    const toStored = (row: SessionRow) => newest(toSession(account, row));
    return new SessionLists(this.#statements, this.#accounts.of(account), toStored);
  }

  /** The ids of a user's sessions after one with a number, and the number of the last that was looked at. */
  ofUser(account: string, user: string, after: number, limit: number) {
    const number = this.#accounts.of(account);
    const hash = sessionTermHash(number, userTerm(user));
    const rows = this.#statements.bodiesByTerm.all(hash, number, after, limit);
    const found = rows as unknown as { number: number; id: string; body: string }[];
    const isOfUser = ({ id, body }: { readonly id: string; readonly body: string }) =>
      this.#unreadable
        .readable(() => decodeBody(account, id, body))
        .some((session) => session.user === user);
    const last = found.length < limit ? null : (found.at(-1)?.number ?? null);
    return { ids: found.filter(isOfUser).map(({ id }) => id), last };
  }

  /** Whether sessions of the account must have applied more broadcasts than this one. */
  isClosed({ key, epoch }: Write): boolean {
    const closed = this.#statements.closedEpoch.get(this.#accounts.of(key.account));
    return closed !== undefined && epoch < (closed["epoch"] as number);
  }

  /** Writes a session's row, its index entries and its history; returns its number. */
  put(inRow: SessionInRow | null, { key, session, shadow, columns, ...write }: Write): number {
    const account = this.#accounts.getOrAssign(key.account);
    const version = write.expectedVersion + 1;
    const { epoch, deadlineAt } = write;
    const { changedAt } = session;
    const place: SQLInputValue[] = [
      STATES.indexOf(columns.state),
      QUEUE_STANDINGS.indexOf(columns.queue),
      Number(columns.capacityHeld),
      columns.queuedAt,
      changedAt,
    ];
    const presence = PRESENCES.indexOf(columns.presence);
    const owner: SQLInputValue[] = [columns.assignee, columns.group, session.createdAt];
    const bodies: SQLInputValue[] = [encodeSession(session), shadow && encodeSession(shadow)];
    const all = [version, epoch, deadlineAt, presence, ...place, ...owner, ...bodies];
    const { updateBody, updateStanding, updateSession, insertSession } = this.#statements;
    const update = ({ number, stored }: SessionInRow): number => {
      const changes = [version, deadlineAt, presence];
      // The statements ask what the row has; this only saves asking in vain.
      const mayKeepPlace = stored.session.changedAt === changedAt && stored.epoch === epoch;
      const isUpdated =
        (mayKeepPlace &&
          updateBody.run(...changes, ...bodies, number, epoch, ...place, ...owner).changes > 0) ||
        updateStanding.run(...changes, ...place, ...bodies, number, epoch, ...owner).changes > 0;
      if (!isUpdated) updateSession.run(...all, number);
      return number;
    };
    const number = inRow
      ? update(inRow)
      : Number(insertSession.run(...all, account, key.id).lastInsertRowid);
    updateTerms(this.#statements, account, number, inRow?.stored.session ?? null, session);
    for (const id of write.eventIds) this.#statements.insertEvent.run(number, id);
    this.#append(account, number, "live", write.transitions);
    this.#append(account, number, "shadow", write.shadowTransitions);
    return number;
  }

  #append(account: number, session: number, track: Track, transitions: Write["transitions"]): void {
    for (const transition of transitions) {
      const { seq, at } = transition;
      const body = encodeTransition(transition);
      const number = TRACKS.indexOf(track);
      const { lastInsertRowid } = this.#statements.insertTransition.run(
        account,
        number,
        session,
        seq,
        at,
        body,
      );
      this.#hours.add(account, number, at, Number(lastInsertRowid));
    }
  }

  /** The row is no longer due: the lease log says when the session is. */
  clearRowDeadline({ number, version }: DueRow): void {
    this.#statements.clearRowDeadline.run(number, version);
  }

  /** Deletes a part of what is stored about a session, and the session last; true: nothing is left. */
  erasePart({ number }: SessionHead, key: SessionKey, limit: number): boolean {
    const { eraseEvents, eraseTransitions, eraseTerms, eraseSession } = this.#statements;
    const isComplete = [eraseEvents, eraseTransitions].every(
      (statement) => Number(statement.run(number, limit).changes) < limit,
    );
    if (!isComplete) return false;
    const [session] = this.#unreadable.readable(() => this.find(key)?.stored.session);
    if (session)
      updateTerms(this.#statements, this.#accounts.of(key.account), number, session, null);
    // Without the session its terms are not known, and all have to be read.
    else eraseTerms.run(number);
    eraseSession.run(number);
    return true;
  }

  #toDueRow(row: AccountedRow): DueRow {
    const { number, id, version, deadline_at: deadlineAt } = row;
    const key = { account: this.#accounts.nameOf(row.account), id };
    return { key, number, version, deadlineAt, decode: () => toSession(key.account, row) };
  }
}
