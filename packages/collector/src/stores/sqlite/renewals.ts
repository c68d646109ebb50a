/**
 * What was heard of sessions since their rows were written. A beat changes two numbers of a session;
 * to write its row for that would write a page of the file for each beat. So a batch's renewals are
 * appended as one row of the table `renewals`, and are folded into the sessions' rows later, many at
 * a time, in the order of the file, a few with each commit.
 *
 * The truth of a session is the newest version among its row and its renewals. A row of `renewals`
 * goes only after each session it names has a row, or a later renewal, at least as new. Every process
 * that has the file open keeps all of them in memory: never more than some hundred thousand.
 * @module
 */
import type { Renewal } from "../../core/lease.ts";
import type { Statements } from "./statements.ts";

export interface Renewed extends Renewal {
  readonly version: number;
  readonly deadlineAt: number;
}

/** Changed in place: one is kept for each session, and beats would leave nothing but garbage. */
type Kept = { -readonly [Field in keyof Renewed]: Renewed[Field] };

/** So many renewed sessions are gathered before they are folded. */
const FOLD_FROM = 200_000;
/** Or so many renewals for each of these: a few sessions may be renewed again and again. */
const ENTRIES_EACH = 2;
/** Folded with each commit at least, and for each renewal that it appends. */
const FOLD_LEAST = 100;
const FOLD_PER_RENEWAL = 2;
/** Rows of `renewals` that go with each commit once they are folded. */
const DROP_ROWS = 50;

/** Within a row: the number of a session, then these; instants as milliseconds since the row's first. */
const PER_ENTRY = 5;

export class Renewals {
  readonly #statements: Statements;
  readonly #foldFrom: number;
  #gathered = new Map<number, Kept>();
  #entries = 0;
  #folding = new Map<number, Kept>();
  /** What is to be folded, in the order of the file, and how much of it has been. */
  #toFold = new Float64Array();
  #folded = 0;
  /** The last row that the sessions under folding come from; null: nothing is left to drop. */
  #foldedRow: number | null = null;
  #lastRow = 0;

  constructor(statements: Statements, foldFrom = FOLD_FROM) {
    this.#statements = statements;
    this.#foldFrom = foldFrom;
  }

  /** The newest renewal of a session; it counts where it is newer than the session's row. */
  of(session: number): Renewed | undefined {
    return this.#gathered.get(session) ?? this.#folding.get(session);
  }

  /** Reads what other processes have appended. */
  read(): void {
    for (const row of this.#statements.readRenewals.iterate(this.#lastRow)) {
      this.#lastRow = row["number"] as number;
      for (const [session, renewed] of decode(row["body"] as string))
        this.#gather(session, renewed);
    }
  }

  /** Appends a batch; answers with the number of its row. It counts once it is {@link take}n. */
  append(batch: ReadonlyMap<number, Renewed>): number {
    return Number(this.#statements.appendRenewals.run(encode(batch)).lastInsertRowid);
  }

  /** A batch that was appended is committed; answers with what is kept of each session. */
  take(row: number, batch: ReadonlyMap<number, Renewed>): Map<number, Renewed> {
    this.#lastRow = row;
    const kept = new Map<number, Renewed>();
    for (const [session, renewed] of batch) kept.set(session, this.#gather(session, renewed));
    return kept;
  }

  #gather(session: number, { version, deadlineAt, seq, leaseUntil }: Renewed): Renewed {
    this.#entries += 1;
    const kept = this.#gathered.get(session);
    if (!kept) {
      const fresh = { version, deadlineAt, seq, leaseUntil };
      this.#gathered.set(session, fresh);
      return fresh;
    }
    if (version > kept.version) {
      kept.version = version;
      kept.deadlineAt = deadlineAt;
      kept.seq = seq;
      kept.leaseUntil = leaseUntil;
    }
    return kept;
  }

  /**
   * Folds a share, in a transaction that has appended so many. Answers with what is to be called once
   * it is committed.
   */
  fold(appended: number): () => void {
    if (this.#folded < this.#toFold.length) {
      const end = this.#folded + Math.max(FOLD_LEAST, FOLD_PER_RENEWAL * appended);
      for (const session of this.#toFold.subarray(this.#folded, end)) {
        this.#write(this.#folding, session);
      }
      return () => {
        this.#folded = end;
        if (end >= this.#toFold.length) this.#folding = new Map();
      };
    }
    if (this.#foldedRow !== null) {
      const { changes } = this.#statements.dropRenewals.run(this.#foldedRow, DROP_ROWS);
      return () => {
        if (Number(changes) < DROP_ROWS) this.#foldedRow = null;
      };
    }
    return () => {
      const isEnough = this.#gathered.size >= this.#foldFrom;
      if (isEnough || this.#entries >= ENTRIES_EACH * this.#foldFrom) this.#turn();
    };
  }

  #turn(): void {
    this.#folding = this.#gathered;
    this.#toFold = Float64Array.from(this.#folding.keys()).sort();
    this.#folded = 0;
    this.#foldedRow = this.#lastRow;
    this.#gathered = new Map();
    this.#entries = 0;
  }

  /** Folds one session's newest renewal now. */
  foldOne(session: number): void {
    const from = this.#gathered.has(session) ? this.#gathered : this.#folding;
    this.#write(from, session);
  }

  #write(from: ReadonlyMap<number, Renewed>, session: number): void {
    const renewed = from.get(session);
    if (!renewed) return;
    const { version, deadlineAt, seq, leaseUntil } = renewed;
    this.#statements.foldRenewal.run(version, deadlineAt, seq, leaseUntil, session, version);
  }
}

function encode(batch: ReadonlyMap<number, Renewed>): string {
  const [first] = batch.values();
  const base = first?.leaseUntil ?? 0;
  const values = [base];
  for (const [session, { version, seq, leaseUntil, deadlineAt }] of batch) {
    values.push(session, version, seq, leaseUntil - base, deadlineAt - base);
  }
  return JSON.stringify(values);
}

function* decode(text: string): Iterable<readonly [number, Renewed]> {
  const values = JSON.parse(text) as number[];
  const base = values[0] ?? 0;
  for (let place = 1; place < values.length; place += PER_ENTRY) {
    const [session = 0, version = 0, seq = 0, lease = 0, deadline = 0] = values.slice(
      place,
      place + PER_ENTRY,
    );
    yield [session, { version, seq, leaseUntil: base + lease, deadlineAt: base + deadline }];
  }
}
