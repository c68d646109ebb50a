/**
 * What was heard of sessions since their rows were written. A beat changes two numbers of a session;
 * to write its row for that would write a page of the file for each beat. So a batch's renewals are
 * appended as one row of the table `renewals`, and the newest of each session is kept in memory by
 * every process that has the file open.
 *
 * The truth of a session is the newest version among its row and its renewals. The table is a log that
 * is cut from time to time: an era ends, whatever of it is still the newest is carried into the next
 * one, a share with each commit, and then its rows go. So it is never longer than some entries for each
 * session that is alive, and no session's row is written for a beat.
 * @module
 */
import { decodeRenewals, encodeRenewals, type Renewed } from "./renewal-codec.ts";
import { type Due, RenewalTable } from "./renewal-table.ts";
import type { Statements } from "./statements.ts";

/** An era has at least so many entries, and as many as sessions have any. */
const ERA_LEAST = 100_000;
/** Slots looked at with each commit while an era is carried over: at least, and for each renewal. */
const CARRY_LEAST = 100;
const CARRY_PER_RENEWAL = 4;
/** Rows of an era that is over that go with each commit. */
const DROP_ROWS = 20;

/** Set under this stamp, a renewal says nothing of the session's row. */
const UNSURE = 0;

export class Renewals {
  readonly #statements: Statements;
  readonly #eraLeast: number;
  readonly #table = new RenewalTable();
  #era = 0;
  /** Entries of this era, carried ones not counted. */
  #entries = 0;
  /** Slots up to here have been looked at for carrying. */
  #carried = Number.POSITIVE_INFINITY;
  /** The last row of the era before; null: none of it is left. */
  #endedRow: number | null = null;
  #lastRow = 0;
  /** Found due, the most overdue first; those that have moved on since are passed over. */
  #due: Due[] = [];

  constructor(statements: Statements, eraLeast = ERA_LEAST) {
    this.#statements = statements;
    this.#eraLeast = eraLeast;
  }

  /** The newest renewal of a session; it counts where it is newer than the session's row. */
  of(session: number): Renewed | undefined {
    return this.#table.of(session);
  }

  /** The version of a session whose newest renewal was taken under that stamp; 0: its row must be asked. */
  versionOf(session: number, stamp: number): number {
    return this.#table.versionOf(session, stamp);
  }

  /** Reads what other processes have appended. */
  read(): void {
    for (const row of this.#statements.readRenewals.iterate(this.#lastRow)) {
      this.#lastRow = row["number"] as number;
      decodeRenewals(row["body"] as Uint8Array | string, (session, renewed) => {
        this.#entries += 1;
        this.#table.set(session, renewed, this.#era, UNSURE);
      });
    }
  }

  /**
   * Appends a batch, in a transaction, with a share of what is to be carried or dropped. Answers with
   * what is to be called once it is committed. `stamp`: what {@link versionOf} will be asked for.
   */
  append(batch: ReadonlyMap<number, Renewed>, stamp: number): () => void {
    if (batch.size === 0) return () => {};
    const row = this.#insert(batch);
    const tidied = this.#tidy(batch);
    return () => {
      this.#lastRow = row;
      this.#entries += batch.size;
      for (const [session, renewed] of batch) {
        this.#table.set(session, renewed, this.#era, stamp);
      }
      tidied();
      const isLong = this.#entries >= Math.max(this.#eraLeast, this.#table.size);
      if (isLong && this.#endedRow === null) this.#endEra();
    };
  }

  #insert(batch: ReadonlyMap<number, Renewed>): number {
    return Number(this.#statements.appendRenewals.run(encodeRenewals(batch)).lastInsertRowid);
  }

  #tidy(batch: ReadonlyMap<number, Renewed>): () => void {
    if (this.#endedRow === null) return () => {};
    if (this.#carried < this.#table.end) return this.#carry(batch);
    const { changes } = this.#statements.dropRenewals.run(this.#endedRow, DROP_ROWS);
    return () => {
      if (Number(changes) < DROP_ROWS) this.#endedRow = null;
    };
  }

  #carry(batch: ReadonlyMap<number, Renewed>): () => void {
    const end = this.#carried + Math.max(CARRY_LEAST, CARRY_PER_RENEWAL * batch.size);
    const carried = this.#table.before(this.#era, this.#carried, end);
    for (const session of batch.keys()) carried.delete(session);
    const row = carried.size > 0 ? this.#insert(carried) : null;
    return () => {
      if (row !== null) this.#lastRow = row;
      this.#table.carried(carried.keys(), this.#era);
      this.#carried = end;
    };
  }

  #endEra(): void {
    this.#era += 1;
    this.#entries = 0;
    this.#carried = 0;
    this.#endedRow = this.#lastRow;
  }

  /** The session's row is newer, or the session is gone. */
  forget(session: number): void {
    this.#table.delete(session);
  }

  /** Sessions that are due by their renewals, the most overdue first. */
  due(now: number, limit: number): readonly Due[] {
    const first = this.#stillDue(now, limit);
    if (first.length === limit) return first;
    this.#due = this.#table.due(now);
    return this.#stillDue(now, limit);
  }

  #stillDue(now: number, limit: number): readonly Due[] {
    const isDue = ({ session, deadlineAt }: Due) => {
      return deadlineAt <= now && this.#table.of(session)?.deadlineAt === deadlineAt;
    };
    const moved = this.#due.findIndex(isDue);
    this.#due.splice(0, moved < 0 ? this.#due.length : moved);
    const found: Due[] = [];
    for (const due of this.#due) {
      if (found.length === limit) break;
      if (isDue(due)) found.push(due);
    }
    return found;
  }
}
