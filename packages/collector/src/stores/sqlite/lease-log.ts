/**
 * An append-only log of renewed leases. A beat changes two numbers of a session; writing its row for that
 * would write a page of the file for each beat. So a batch of leases is appended as one row of the
 * table `lease_log`, and every process that has the file open keeps each session's newest entry in memory.
 *
 * A session is what its row says, with the newest log entry over it where that is newer
 * ({@link LeaseLog.newerThan}). Versions say which is newer, never the place in the log.
 *
 * The log is compacted: a segment ends when it has as many entries as there are sessions in the log, and a
 * minimum. Entries of ended segments that are still the newest are appended again, some with each commit that
 * appends, and then the ended rows are deleted. So the log holds a few entries for each living session.
 * Segments are each process's own, in memory: one that opens the file counts all of it as its first.
 * @module
 */
import { Deadlines, type Due } from "../deadlines.ts";
import { CHUNK_SLOTS, NO_SLOT, PackedMap } from "../packed-map.ts";
import { type RecordErrors, recordError } from "../record-error.ts";
import { decodeEntries, encodeEntries, type LeaseEntry } from "./lease-log-codec.ts";
import type { Statements } from "./statements.ts";

/** A segment has at least this many entries. */
const MIN_SEGMENT_ENTRIES = 100_000;
/** Slots of memory that one commit compacts: at least, and for each entry that it appends. */
const MIN_COMPACT_SLOTS = 100;
const COMPACT_SLOTS_PER_ENTRY = 4;
/** Rows of an ended segment that one commit deletes. */
const DELETE_ROWS = 20;

/** Not the number of an account: another process appended the entry. */
const UNKNOWN_ACCOUNT = 0;
/** How many slots one step of a search looks at, and how many accounts of sessions it looks up. */
const SEARCH_SLOTS = 8 * CHUNK_SLOTS;
const MAX_LOOK_UPS = 500;
/** Not a file version: another process appended the entry, so the session's row may be newer. */
const UNVERIFIED = 0;
const NEVER = Number.POSITIVE_INFINITY;

/** Rows that are read together, each of a batch of leases. */
const READ_ROWS = 50;
/** Chunks of slots that are searched for what is due in one turn of the event loop. */
const SEARCH_CHUNKS = 8;

/** A search for what is due of an account, which takes many turns of the event loop. */
export interface LeaseSearch {
  readonly account: number;
  readonly limit: number;
  /** Later deadlines are not searched for: there are enough earlier ones. */
  latest: number;
  slot: number;
  found: Due<number>[];
}

export class LeaseLog {
  readonly #statements: Statements;
  readonly #unreadable: RecordErrors;
  readonly #minSegmentEntries: number;
  readonly #newest = new PackedMap({
    f64: ["leaseUntil", "deadlineAt"],
    u32: ["session", "version", "seq", "segment", "verifiedAt", "account"],
  });
  readonly #bySession = this.#newest.index("session");
  /** For each chunk of slots, an instant before which none of its deadlines is. */
  #earliestDeadlines: number[] = [];
  #segment = 0;
  /** Entries appended to the current segment, without those that this process's compaction appended. */
  #segmentEntries = 0;
  /** Slots below this one have been compacted; `Infinity`: no segment is being compacted. */
  #compactedSlots = Number.POSITIVE_INFINITY;
  /** The last row of the ended segment; null: all its rows are deleted, but for the last of the log. */
  #endedRow: number | null = null;
  #lastRow = 0;
  /** Entries found due; some may have been renewed since. */
  readonly #due = new Deadlines<number>();
  /** Chunks before this one have been searched for what is due. */
  #searchedChunks = 0;

  constructor(
    statements: Statements,
    unreadable: RecordErrors,
    minSegmentEntries = MIN_SEGMENT_ENTRIES,
  ) {
    this.#statements = statements;
    this.#unreadable = unreadable;
    this.#minSegmentEntries = minSegmentEntries;
  }

  /** The session's newest entry if it is newer than a row of that version, or null: the row is newest. */
  newerThan(session: number, rowVersion: number): LeaseEntry | null {
    const slot = this.#bySession.find(session);
    if (slot === NO_SLOT) return null;
    return this.#newest.fields.version.get(slot) > rowVersion ? this.#entryAt(slot) : null;
  }

  #entryAt(slot: number): LeaseEntry {
    const { version, seq, leaseUntil, deadlineAt } = this.#newest.fields;
    return {
      version: version.get(slot),
      seq: seq.get(slot),
      leaseUntil: leaseUntil.get(slot),
      deadlineAt: deadlineAt.get(slot),
    };
  }

  /**
   * The session's newest version where it is known without reading its row: this process appended it, and
   * the file has had the same version since. Null: the row must be read.
   */
  verifiedVersionOf(session: number, fileVersion: number): number | null {
    const slot = this.#bySession.find(session);
    if (slot === NO_SLOT) return null;
    const { verifiedAt, version } = this.#newest.fields;
    return verifiedAt.get(slot) === fileVersion ? version.get(slot) : null;
  }

  /** Reads some rows that other processes have appended; false: there are no more. */
  read(): boolean {
    const rows = this.#statements.readLeaseLog.all(this.#lastRow, READ_ROWS);
    for (const row of rows) {
      this.#lastRow = row["number"] as number;
      this.#unreadable.readable(() => this.#readRow(row["body"] as Uint8Array));
    }
    return rows.length === READ_ROWS;
  }

  /** @throws {RecordError} after the entries that could be read. */
  #readRow(body: Uint8Array): void {
    try {
      decodeEntries(body, (session, entry) => {
        this.#segmentEntries += 1;
        this.#set(session, entry, UNVERIFIED);
      });
    } catch (error) {
      throw recordError(
        `The row ${this.#lastRow} of the lease log`,
        error,
        "the leases in it are missing until their pages send the next beat. Restore a backup if there are more.",
      );
    }
  }

  /**
   * Appends entries within a transaction, and does a share of the compaction. Memory follows when the
   * returned function is called, after the commit. `fileVersion` is the one of this transaction: as long as
   * it stays, {@link verifiedVersionOf} needs no row.
   */
  append(entries: ReadonlyMap<number, LeaseEntry>, fileVersion: number): () => void {
    if (entries.size === 0) return () => {};
    const row = this.#insert(entries);
    const compacted = this.#compact(entries);
    return () => {
      this.#lastRow = row;
      this.#segmentEntries += entries.size;
      for (const [session, entry] of entries) this.#set(session, entry, fileVersion);
      compacted();
      const isLong = this.#segmentEntries >= Math.max(this.#minSegmentEntries, this.#newest.size);
      if (isLong && this.#endedRow === null) this.#endSegment();
    };
  }

  #insert(entries: ReadonlyMap<number, LeaseEntry>): number {
    return Number(this.#statements.appendLeaseLog.run(encodeEntries(entries)).lastInsertRowid);
  }

  /** One share: copies entries of the ended segment, or, once all are copied, deletes its rows. */
  #compact(appended: ReadonlyMap<number, LeaseEntry>): () => void {
    if (this.#endedRow === null) return () => {};
    if (this.#compactedSlots < this.#newest.end) return this.#copyEnded(appended);
    const { changes } = this.#statements.deleteLeaseLog.run(this.#endedRow, DELETE_ROWS);
    return () => {
      if (Number(changes) < DELETE_ROWS) this.#endedRow = null;
    };
  }

  #copyEnded(appended: ReadonlyMap<number, LeaseEntry>): () => void {
    const share = Math.max(MIN_COMPACT_SLOTS, COMPACT_SLOTS_PER_ENTRY * appended.size);
    const end = Math.min(this.#compactedSlots + share, this.#newest.end);
    const copied = new Map<number, LeaseEntry>();
    const { session, segment } = this.#newest.fields;
    for (let slot = this.#compactedSlots; slot < end; slot += 1) {
      const number = session.get(slot);
      if (number === 0 || segment.get(slot) === this.#segment || appended.has(number)) continue;
      copied.set(number, this.#entryAt(slot));
    }
    const row = copied.size > 0 ? this.#insert(copied) : null;
    return () => {
      if (row !== null) this.#lastRow = row;
      for (const number of copied.keys()) {
        const slot = this.#bySession.find(number);
        if (slot !== NO_SLOT) segment.set(slot, this.#segment);
      }
      this.#compactedSlots = end;
    };
  }

  #endSegment(): void {
    this.#segment += 1;
    this.#segmentEntries = 0;
    this.#compactedSlots = 0;
    this.#endedRow = this.#lastRow;
  }

  /** Forgets a session whose row is newer, or that was erased. */
  forget(session: number): void {
    const slot = this.#bySession.find(session);
    if (slot !== NO_SLOT) this.#newest.remove(slot);
  }

  /**
   * Sessions that are due by their entries, the most overdue first. Null: some entries have not been looked
   * at yet, ask again.
   */
  due(now: number, limit: number): readonly Due<number>[] | null {
    const known = this.#due.first(now, limit, this.#isStillDue);
    if (!known || known.length === limit) return known;
    return this.#findDue(now) ? this.#due.first(now, limit, this.#isStillDue) : null;
  }

  readonly #isStillDue = (session: number, deadlineAt: number) => {
    const slot = this.#bySession.find(session);
    return slot !== NO_SLOT && this.#newest.fields.deadlineAt.get(slot) === deadlineAt;
  };

  /** Looks for what is due in some chunks of slots; true: in all of them by now. */
  #findDue(now: number): boolean {
    let looked = 0;
    for (; this.#searchedChunks < this.#earliestDeadlines.length; this.#searchedChunks += 1) {
      const chunk = this.#searchedChunks;
      if ((this.#earliestDeadlines[chunk] ?? NEVER) > now) continue;
      if (looked === SEARCH_CHUNKS) return false;
      looked += 1;
      this.#earliestDeadlines[chunk] = this.#findDueIn(chunk, now);
    }
    this.#searchedChunks = 0;
    return true;
  }

  /**
   * Adds what is due in a chunk of slots, and returns the earliest of its other deadlines. One that is
   * found stays due until another entry replaces it, so it need not be found again.
   */
  #findDueIn(chunk: number, now: number): number {
    const { session, deadlineAt } = this.#newest.fields;
    let earliest = NEVER;
    const first = chunk * CHUNK_SLOTS;
    const end = Math.min(this.#newest.end, first + CHUNK_SLOTS);
    for (let slot = first; slot < end; slot += 1) {
      const number = session.get(slot);
      if (number === 0) continue;
      const deadline = deadlineAt.get(slot);
      if (deadline <= now) this.#due.add(number, deadline);
      else if (deadline < earliest) earliest = deadline;
    }
    return earliest;
  }

  /** Starts to search for an account's sessions that are due by their entries. */
  searchDueOf(account: number, until: number, limit: number): LeaseSearch {
    return { account, limit, latest: until, slot: 0, found: [] };
  }

  /**
   * Searches some of the entries; false: it has searched all, and `found` has the most overdue ones, in
   * their order. `accountOf` is called for entries of other processes, once for each session.
   */
  searchSome(search: LeaseSearch, accountOf: (session: number) => number): boolean {
    const { session, deadlineAt, account: accounts } = this.#newest.fields;
    const end = Math.min(search.slot + SEARCH_SLOTS, this.#newest.end);
    for (let lookUps = 0; search.slot < end && lookUps < MAX_LOOK_UPS; search.slot += 1) {
      const number = session.get(search.slot);
      const deadline = deadlineAt.get(search.slot);
      if (number === 0 || deadline > search.latest) continue;
      if (accounts.get(search.slot) === UNKNOWN_ACCOUNT) {
        accounts.set(search.slot, accountOf(number));
        lookUps += 1;
      }
      if (accounts.get(search.slot) !== search.account) continue;
      search.found.push({ key: number, deadlineAt: deadline });
      if (search.found.length >= 2 * search.limit) keepEarliest(search);
    }
    if (search.slot < this.#newest.end) return true;
    keepEarliest(search);
    return false;
  }

  /** Keeps an entry in memory unless a newer one is there. */
  #set(session: number, entry: LeaseEntry, verifiedAt: number): void {
    const { version, seq, leaseUntil, deadlineAt } = entry;
    let slot = this.#bySession.find(session);
    if (slot === NO_SLOT) {
      const { account = UNKNOWN_ACCOUNT } = entry;
      const record = { session, version, seq, leaseUntil, deadlineAt, account, verifiedAt };
      slot = this.#newest.insert({ ...record, segment: this.#segment });
    } else {
      const { fields } = this.#newest;
      if (fields.version.get(slot) > version) return;
      fields.version.set(slot, version);
      fields.seq.set(slot, seq);
      fields.leaseUntil.set(slot, leaseUntil);
      fields.deadlineAt.set(slot, deadlineAt);
      fields.segment.set(slot, this.#segment);
      fields.verifiedAt.set(slot, verifiedAt);
    }
    const chunk = Math.floor(slot / CHUNK_SLOTS);
    const earliest = this.#earliestDeadlines[chunk] ?? NEVER;
    if (deadlineAt < earliest) this.#earliestDeadlines[chunk] = deadlineAt;
  }
}

function keepEarliest(search: LeaseSearch): void {
  search.found.sort((a, b) => a.deadlineAt - b.deadlineAt);
  search.found.length = Math.min(search.found.length, search.limit);
  const last = search.found.at(-1);
  // Of those with the same deadline as the last one none is needed.
  if (last && search.found.length === search.limit) search.latest = last.deadlineAt - 1;
}
