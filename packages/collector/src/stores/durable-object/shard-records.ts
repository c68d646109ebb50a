/**
 * The sessions of one shard, in the SQLite of its object.
 * @module
 */

import { RpcTarget } from "cloudflare:workers";
import type { Track } from "../../core/lists.ts";
import type { Session } from "../../core/session.ts";
import type { Transition } from "../../core/transition.ts";
import { decodeSession, encodeSession } from "../codec.ts";
import { ERASURE_KEPT_MS, erasureHashOf, withErasures } from "../erasure.ts";
import { type ListPage, type ListQuery, listPage } from "../list.ts";
import { RecordError, RecordErrors, readPage, sessionError } from "../record-error.ts";
import type { SqlRow } from "../sqlite/database.ts";
import type {
  AgentQuery,
  Assignment,
  AssignmentQuery,
  EraseOptions,
  Found,
  Lookup,
  QueueCounts,
  SessionKey,
  Stored,
  Write,
  WriteOutcome,
} from "../store.ts";
import { termHashesOf } from "../term-hash.ts";
import { encodeTransition } from "../transition-codec.ts";
import { type TermChange, termChange, type Unrelayed } from "./directory.ts";
import { heardAtOf, LatestHeard } from "./latest-heard.ts";
import type { DueEntry, RelayEntry, ShardLink } from "./links.ts";
import { ShardBroadcasts, type SilenceBroadcast } from "./shard-broadcasts.ts";
import { shardLists } from "./shard-lists.ts";
import { prepareShard, type ShardStatements } from "./shard-schema.ts";
import type { ObjectSql, OnCommit } from "./sql.ts";
import { sumParts } from "./sum-parts.ts";
import {
  MAX_UNWRITTEN,
  type UnwrittenBeat,
  UnwrittenBeats,
  WRITE_AFTER_MS,
} from "./unwritten-beats.ts";

/** The maximum age of lost beats. */
const MAX_LOSS_AGE_MS = (MAX_UNWRITTEN + 1) * WRITE_AFTER_MS;
/** For how long an object that lost beats holds none: where it may lose them again, verdicts would be late. */
const HOLDS_NONE_FOR_MS = 3_600_000;

/** The value of the fact `directory`, once the relay queue has had the terms of every session. */
const COMPLETE = "complete";

/** The name of the fact when the last signal of a session was that is over or erased. */
const HEARD_AT = "heard_at";

/** Relayed entries that stay, to be written over. The last one has to, so that the next one gets a higher number. */
const KEPT_ENTRIES = 4;

/** When the sweep tries a session again whose row cannot be read. */
const POSTPONED_MS = 60_000;

export interface ShardRecordsOptions {
  /** The account of all sessions here. */
  readonly account: string;
  readonly sql: ObjectSql;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Relays the relay queue to the coordinator; resolves after the attempt. */
  readonly relay: () => Promise<void>;
  /** Whether {@link relay} waits for the coordinator. */
  readonly isRelayAwaited: () => boolean;
  /** Called with each beat: whether it may be held in memory. */
  readonly mayHold: (now: number) => boolean;
  /** Called with new deadlines. */
  readonly onDeadlines: (deadlines: readonly number[]) => void;
}

export class ShardRecords extends RpcTarget implements ShardLink {
  readonly broadcasts: ShardBroadcasts;
  readonly #options: ShardRecordsOptions;
  readonly #statements: ShardStatements;
  readonly #unwritten = new UnwrittenBeats();
  readonly #unreadable = new RecordErrors();
  readonly #deadlines = new Map<string, number>();
  /** The coordinator has all entries up to this number; 0 after the object wakes. */
  #relayed = 0;
  /** The last entry of each session whose change the coordinator may not have. */
  readonly #lastEntries = new Map<string, number>();
  /**
   * The last entry that names an erased session, as long as it does; `null` if no entry does. After the object wakes
   * it is not known.
   */
  #erasedEntry: number | null = 0;
  #relaying: Promise<void> = Promise.resolve();
  /** Up to which session {@link listOlder} has gone. */
  #listedUpTo = "";
  #lastSignalAt: number | null = null;
  readonly #latestHeard = new LatestHeard();
  /** The fact `holding` is stored: there may be unwritten beats. */
  #mayHaveUnwritten: boolean;
  /** The previous object may have had unwritten beats, which are lost. */
  #hasLostBeats: boolean;
  /** Until then no beats are held. */
  #holdsNoneUntil: number;
  /** How many sweeps are under way. */
  #sweeps = 0;
  /** Their last heartbeat. */
  #sweptAt: number | null = null;

  constructor(options: ShardRecordsOptions) {
    super();
    this.#options = options;
    this.#statements = prepareShard(options.sql);
    this.#unreadable.listen((error) => console.error(error.message));
    this.broadcasts = new ShardBroadcasts(this.#statements);
    for (const row of this.#statements.deadlines.all()) {
      this.#deadlines.set(row["id"] as string, row["deadline_at"] as number);
    }
    this.#mayHaveUnwritten = this.fact("holding") !== null;
    this.#hasLostBeats = this.#mayHaveUnwritten;
    this.#holdsNoneUntil = Number(this.fact("holds_none_until") ?? 0);
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const found = lookups.map(({ key, eventIds }): Found => {
      try {
        const isSeen = (id: string) => this.#statements.hasEvent.get(key.id, id) !== undefined;
        return { stored: this.#find(key), seenEventIds: eventIds.filter(isSeen) };
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        this.postpone(key.id);
        return { stored: null, seenEventIds: [], unreadable: error.message };
      }
    });
    return withErasures(lookups, found, (hash) => this.#erasedAt(hash));
  }

  /**
   * Postpones the deadline of a session that cannot be swept. One that stays overdue would be an outage of
   * the shard, and fire the alarm again and again.
   */
  postpone(id: string): void {
    const now = this.#options.now();
    if ((this.#deadlines.get(id) ?? Number.POSITIVE_INFINITY) > now) return;
    const deadlineAt = now + POSTPONED_MS;
    this.#statements.postpone.run(deadlineAt, id);
    this.#deadlines.set(id, deadlineAt);
  }

  #erasedAt(hash: string): number | null {
    return (this.#statements.erasure.get(hash)?.["at"] ?? null) as number | null;
  }

  /** @throws {RecordError} */
  #find({ account, id }: SessionKey): Stored | null {
    const unwritten = this.#unwritten.get(id);
    if (unwritten) return storedOf(unwritten);
    const row = this.#statements.session.get(id);
    return row ? toStored(account, row) : null;
  }

  /** The newest version of a session, whether or not its row can be read; 0: there is none. */
  #versionOf(id: string): number {
    const row = this.#statements.version.get(id);
    return this.#unwritten.get(id)?.version ?? (row?.["version"] as number | undefined) ?? 0;
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    const outcomes = this.commitAhead(writes);
    await Promise.all(writes.map(({ key }) => this.relayed(key.id)));
    return outcomes;
  }

  /** Commits without waiting for the coordinator: {@link relayed} does. */
  commitAhead(writes: readonly Write[]): readonly WriteOutcome[] {
    const now = this.#options.now();
    const outcomes = this.#options.sql.transaction((onCommit) =>
      writes.map((write) => this.#commitOne(write, now, onCommit)),
    );
    const committed = writes.filter((_, index) => outcomes[index] === "committed");
    for (const { key, deadlineAt } of committed) {
      if (deadlineAt === null) this.#deadlines.delete(key.id);
      else this.#deadlines.set(key.id, deadlineAt);
    }
    this.#options.onDeadlines(committed.flatMap(({ deadlineAt }) => deadlineAt ?? []));
    if (committed.some(({ key }) => this.#lastEntries.has(key.id))) this.#relay();
    return outcomes;
  }

  /** Resolves when the coordinator has the session's changes, or when that takes too long. */
  async relayed(id: string): Promise<void> {
    if (this.#lastEntries.has(id)) await this.#relaying;
  }

  #relay(): void {
    this.#relaying = this.#options.relay();
  }

  #commitOne(write: Write, now: number, onCommit: OnCommit): WriteOutcome {
    const { id } = write.key;
    if (this.#versionOf(id) !== write.expectedVersion) return "conflict";
    if (write.expectedVersion === 0 && write.epoch < this.#closedEpoch()) return "conflict";
    const isBeatsOnly = write.kind !== "change" && write.expectedVersion > 0;
    const mayHold = isBeatsOnly && this.#options.mayHold(now) && now >= this.#holdsNoneUntil;
    if (mayHold && this.#unwritten.hasCapacity(id)) this.#keepInMemory(write, now, onCommit);
    else this.#write(write, write.expectedVersion + 1, isBeatsOnly, onCommit);
    return "committed";
  }

  #keepInMemory(write: Write, now: number, onCommit: OnCommit): void {
    const isNoted = this.#mayHaveUnwritten || this.fact("holding") !== null;
    if (!isNoted) this.putFact("holding", String(now));
    onCommit(() => {
      this.#mayHaveUnwritten = true;
      this.#unwritten.add(write, write.expectedVersion + 1, now);
    });
  }

  #write(
    { key, session, shadow, ...write }: Write,
    version: number,
    isBeatsOnly: boolean,
    onCommit: OnCommit,
  ): void {
    onCommit(() => this.#unwritten.delete(key.id));
    const isEnding = !isBeatsOnly && isOver(write);
    this.#keepHeardAt(key.id, heardAtOf({ session, shadow }), isEnding, onCommit);
    const renewed = {
      id: key.id,
      version,
      deadlineAt: write.deadlineAt,
      body: encodeSession(session),
      shadow: shadow && encodeSession(shadow),
    };
    if (isBeatsOnly) {
      this.#statements.renewSession.run(renewed);
      return;
    }
    const { capacityHeld, ...columns } = write.columns;
    const { changedAt, user } = session;
    const hashes = termHashesOf(session);
    const known = this.#known(key.id);
    const terms = termChange(known?.hashes ?? [], hashes);
    const over = Number(isEnding);
    const shown = { changedAt, user, held: Number(capacityHeld), terms: JSON.stringify(hashes) };
    const row = { ...renewed, ...columns, ...shown, epoch: write.epoch, over };
    if (!known) this.#statements.insertSession.run(row);
    else if (known.over === over) this.#statements.updateSession.run(row);
    else this.#statements.updateOver.run(row);
    for (const eventId of write.eventIds) this.#statements.insertEvent.run(key.id, eventId);
    // An entry that is written anyway has the terms too: each row costs money.
    const [first, ...others] = [
      ...write.transitions.map((each) => entryOf("live", session, each)),
      ...write.shadowTransitions.map((each) => entryOf("shadow", session, each)),
    ];
    if (first || terms) this.#queue(key.id, { ...(first ?? TERMS_ALONE), terms }, onCommit);
    for (const entry of others) this.#queue(key.id, entry, onCommit);
  }

  /** What {@link lastSignalAt} finds after the object has ended, where the session is over or erased. */
  #keepHeardAt(id: string, at: number | null, isGone: boolean, onCommit: OnCommit): void {
    if (at === null || !isGone) {
      onCommit(() => this.#latestHeard.note(id, at));
      return;
    }
    if (this.#latestHeard.isKnownWithout(id, at)) return;
    if (at > Number(this.fact(HEARD_AT) ?? 0)) this.putFact(HEARD_AT, String(at));
  }

  /**
   * Of a session that is stored: what the directory has of it once it has the whole queue, and whether it is
   * over.
   */
  #known(id: string): { readonly hashes: readonly number[]; readonly over: number } | null {
    const row = this.#statements.known.get(id);
    if (!row) return null;
    const hashes = JSON.parse((row["terms"] as string | null) ?? "[]") as number[];
    return { hashes, over: row["over"] as number };
  }

  #queue(id: string, entry: NewEntry, onCommit: OnCommit): void {
    const { kind, sessionCreatedAt, seq, at, body, terms } = entry;
    const change = terms && JSON.stringify(terms);
    const row = [kind, id, sessionCreatedAt, seq, at, body, change] as const;
    // Deleting an entry costs as much as writing one, so an entry that was relayed is written over.
    const free = this.#statements.freeEntry.get(this.#relayed)?.["number"] as number | null;
    const { insertRelayEntry, reuseEntry } = this.#statements;
    const written = free === null ? insertRelayEntry.get(...row) : reuseEntry.get(...row, free);
    const number = written?.["number"] as number;
    onCommit(() => this.#lastEntries.set(id, number));
  }

  async due(now: number, limit: number): Promise<readonly DueEntry[]> {
    return [...this.#deadlines]
      .filter(([, deadlineAt]) => deadlineAt <= now)
      .map(([id, deadlineAt]) => ({ id, deadlineAt }))
      .sort((a, b) => a.deadlineAt - b.deadlineAt)
      .slice(0, limit);
  }

  async dueOf(until: number, limit: number): Promise<readonly Stored[]> {
    const { account } = this.#options;
    const read = async (last: DueEntry | null, count: number) => {
      const due = await this.due(until, Number.POSITIVE_INFINITY);
      const from = last ? due.findIndex(({ id }) => id === last.id) + 1 : 0;
      return due.slice(from, from + count);
    };
    return readPage(limit, read, ({ id }) =>
      this.#unreadable
        .readable(() => this.#find({ account, id }))
        .flatMap((stored) => stored ?? []),
    );
  }

  async noteSignal(at: number): Promise<void> {
    this.#lastSignalAt = Math.max(at, this.#lastSignalAt ?? at);
  }

  /**
   * It is seldom stored, because each row written costs money: a new object finds it in the sessions that are not
   * over, or where the last of those that are has left it.
   */
  async lastSignalAt(): Promise<number | null> {
    if (this.#lastSignalAt !== null) return this.#lastSignalAt;
    const kept = this.fact(HEARD_AT);
    if (kept !== null) this.noteSignal(Number(kept));
    for (const row of this.#statements.bodies.all()) {
      for (const stored of this.#readable(row)) {
        const heardAt = heardAtOf(stored);
        if (heardAt !== null) this.noteSignal(heardAt);
      }
    }
    return this.#lastSignalAt;
  }

  async notCaughtUp(epoch: number, limit: number): Promise<readonly string[]> {
    return this.#statements.notCaughtUp.all(epoch, limit).map((row) => row["id"] as string);
  }

  /**
   * The same without sessions that are over: to them it makes no difference when they apply it, and there may be
   * very many. They do so when something else happens to them: until then lists filter by the presence that they
   * had when they ended.
   */
  liveNotCaughtUp(epoch: number, limit: number): readonly string[] {
    return this.#statements.liveNotCaughtUp.all(epoch, limit).map((row) => row["id"] as string);
  }

  async closeEpochs(epoch: number): Promise<boolean> {
    if (this.#statements.notCaughtUp.get(epoch, 1)) return false;
    if (epoch <= this.#closedEpoch()) return true;
    this.putFact("closed_epoch", String(epoch));
    return true;
  }

  #closedEpoch(): number {
    return Number(this.fact("closed_epoch") ?? 0);
  }

  async list(query: ListQuery, ids: readonly string[] | null = null): Promise<ListPage> {
    const toStored = (row: SqlRow) => this.#newest(row);
    const source = shardLists(this.#statements, toStored, ids);
    return listPage(source, query, this.#unreadable);
  }

  async unrelayed(hash: number): Promise<Unrelayed> {
    const entries = this.#statements.unrelayed.all(this.#relayed);
    if (entries.length > 0) this.#relay();
    const ids = entries
      .filter((row) => termsOfRow(row)?.added.includes(hash))
      .map((row) => row["session"] as string);
    const isComplete = this.fact("directory") === COMPLETE;
    // Otherwise the next request is answered before the directory has its change.
    const isCaughtUp = isComplete && entries.length === 0 && this.#options.isRelayAwaited();
    return { ids: isComplete ? ids : null, isCaughtUp };
  }

  /**
   * Queues the terms of at most `limit` sessions from before there was a directory; returns of how many, 0 if
   * there are no more.
   */
  listOlder(limit: number): number {
    if (this.fact("directory") === COMPLETE) return 0;
    const rows = this.#statements.unlisted.all(this.#listedUpTo, limit);
    this.#options.sql.transaction((onCommit) => {
      for (const row of rows) this.#listOlder(row, onCommit);
      if (rows.length < limit) this.putFact("directory", COMPLETE);
    });
    return rows.length;
  }

  /** One that cannot be read is in no list. */
  #listOlder(row: SqlRow, onCommit: OnCommit): void {
    const id = row["id"] as string;
    const hashes = this.#readable(row).flatMap(({ session }) => termHashesOf(session));
    this.#statements.putTerms.run(JSON.stringify(hashes), id);
    const terms = termChange([], hashes);
    if (terms) this.#queue(id, { ...TERMS_ALONE, terms }, onCommit);
    onCommit(() => {
      this.#listedUpTo = id;
    });
  }

  async countQueue(group: string | null): Promise<QueueCounts> {
    const counts = { queued: 0, direct: 0 };
    for await (const { queued, direct } of sumParts(this.#statements.countQueue, { group })) {
      counts.queued += Number(queued);
      counts.direct += Number(direct);
    }
    return counts;
  }

  #readable(row: SqlRow): readonly Stored[] {
    return this.#unreadable.readable(() => this.#newest(row));
  }

  /** A renewal changes no column that lists filter by, so queries find the right rows. */
  #newest(row: SqlRow): Stored {
    const unwritten = this.#unwritten.get(row["id"] as string);
    return unwritten ? storedOf(unwritten) : toStored(this.#options.account, row);
  }

  async assignments(
    agent: string,
    { afterSession = "", isHeld, limit }: AssignmentQuery,
  ): Promise<readonly Assignment[]> {
    const query = { agent, afterSession, isHeld: isHeld ? 1 : 0, limit };
    return this.#statements.assignments.all(query).map((row) => ({
      session: row["id"] as string,
      capacityHeld: row["held"] === 1,
    }));
  }

  async assignees({ afterId = "", limit }: AgentQuery): Promise<readonly string[]> {
    return this.#statements.assignees.all(afterId, limit).map((row) => row["assignee"] as string);
  }

  async sessionsOf(user: string, afterId: string, limit: number): Promise<readonly string[]> {
    return this.#statements.sessionsOf.all(user, afterId, limit).map((row) => row["id"] as string);
  }

  async count(): Promise<number> {
    let sum = 0;
    for await (const { count } of sumParts(this.#statements.count, {})) sum += Number(count);
    return sum;
  }

  /** Whether the session is here, or was and is still remembered as erased. */
  async has(key: SessionKey): Promise<boolean> {
    if (this.#statements.version.get(key.id) !== undefined) return true;
    const erasedAt = this.#erasedAt(await erasureHashOf(key));
    return erasedAt !== null && this.#options.now() - erasedAt < ERASURE_KEPT_MS;
  }

  async erase(
    key: SessionKey,
    { erasedAt, expectedVersion, audit }: EraseOptions,
  ): Promise<boolean> {
    const { id } = key;
    const hash = await erasureHashOf(key);
    const version = this.#versionOf(id);
    if (version === 0 || version !== (expectedVersion ?? version)) return false;
    this.#options.sql.transaction((onCommit) => {
      for (const stored of this.#unreadable.readable(() => this.#find(key))) {
        if (stored) this.#keepHeardAt(id, heardAtOf(stored), true, onCommit);
      }
      const terms = termChange(this.#known(id)?.hashes ?? [], []);
      this.#statements.eraseEvents.run(id);
      this.#statements.eraseSession.run(id);
      // Inserted before the deletion, so that its number is above those of the deleted entries.
      const body = audit ? JSON.stringify(audit) : "";
      this.#queue(id, { ...TERMS_ALONE, kind: "erased", body, terms }, onCommit);
      onCommit(() => {
        this.#erasedEntry = this.#lastEntries.get(id) ?? 0;
      });
      this.#statements.keepTerms.run(id);
      this.#statements.eraseRelayEntries.run(id);
      if (erasedAt === undefined) return;
      this.#statements.pruneErasures.run(erasedAt - ERASURE_KEPT_MS);
      this.#statements.putErasure.run(hash, erasedAt);
    });
    this.#unwritten.delete(id);
    this.#deadlines.delete(id);
    this.#relay();
    await this.#relaying;
    return true;
  }

  /** Records that this shard is unheard, or heard again; returns the epoch. The coordinator shows it. */
  recordSilence(broadcast: SilenceBroadcast): number {
    const epoch = this.#options.sql.transaction((onCommit) => {
      const body = JSON.stringify(broadcast);
      const entry = { ...TERMS_ALONE, kind: "silence", at: broadcast.at, body } as const;
      this.#queue(NO_SESSION, entry, onCommit);
      return this.broadcasts.recordSilence(broadcast);
    });
    this.#relay();
    return epoch;
  }

  /** Entries that the coordinator may not have, oldest first. */
  relayQueue(limit: number): readonly RelayEntry[] {
    return this.#statements.relayQueue.all(this.#relayed, limit).map((row) => ({
      number: row["number"] as number,
      kind: row["kind"] as RelayEntry["kind"],
      session: row["session"] as string,
      sessionCreatedAt: row["session_created_at"] as number,
      seq: row["seq"] as number,
      at: row["at"] as number,
      body: row["body"] as string,
      terms: termsOfRow(row),
    }));
  }

  /** The coordinator has the entries up to this number. */
  dropRelayed(number: number): void {
    this.#statements.dropRelayed.run(number - KEPT_ENTRIES);
    this.#relayed = number;
    // The entries that stay are there for their numbers alone.
    if (this.#erasedEntry !== null && this.#erasedEntry <= number) {
      this.#statements.forgetErased.run({ upTo: number });
      this.#erasedEntry = null;
    }
    for (const [id, last] of this.#lastEntries) {
      if (last <= number) this.#lastEntries.delete(id);
    }
  }

  /** The earliest deadline of a session; `null` if there is none. */
  nextDeadlineAt(): number | null {
    let next: number | null = null;
    for (const deadlineAt of this.#deadlines.values()) {
      if (next === null || deadlineAt < next) next = deadlineAt;
    }
    return next;
  }

  /** Writes the beats of sessions that send no more, or of all. */
  writeUnwritten(now: number, ofAll = false): void {
    const silent = this.#unwritten.acceptedBefore(ofAll ? now : now - WRITE_AFTER_MS);
    this.#options.sql.transaction((onCommit) => {
      for (const { write, version } of silent) this.#write(write, version, true, onCommit);
      if (this.#unwritten.size > silent.length || !this.#mayHaveUnwritten) return;
      this.#statements.dropFact.run("holding");
      onCommit(() => {
        this.#mayHaveUnwritten = false;
      });
    });
  }

  /** Outages that were found since the shard was created. */
  get outages(): number {
    return Number(this.fact("outages") ?? 0);
  }

  /** Entries of the relay queue that the coordinator may not have. */
  get unrelayedCount(): number {
    return this.#statements.unrelayedCount.get(this.#relayed)?.["count"] as number;
  }

  get mayHaveUnwritten(): boolean {
    return this.#mayHaveUnwritten;
  }

  /**
   * Detects an outage (rule 6): beats were lost with the previous object, or a session is overdue
   * by more than `toleranceMs`. If so, broadcasts it to the sessions of this shard and returns
   * true.
   */
  heartbeat(now: number, toleranceMs: number): boolean {
    const fromAt = this.#unavailableSince(now, toleranceMs);
    if (fromAt !== null) {
      this.#options.sql.transaction(() => {
        this.broadcasts.recordOutage(fromAt, now);
        this.putFact("outages", String(this.outages + 1));
        if (this.#hasLostBeats) this.putFact("holds_none_until", String(now + HOLDS_NONE_FOR_MS));
        if (this.#unwritten.size === 0) this.#statements.dropFact.run("holding");
      });
      if (this.#hasLostBeats) this.#holdsNoneUntil = now + HOLDS_NONE_FOR_MS;
      this.#hasLostBeats = false;
      this.#mayHaveUnwritten = this.#unwritten.size > 0;
    }
    // If the outage could not be recorded, the next heartbeat finds it again.
    if (this.#sweeps > 0) this.#sweptAt = now;
    return fromAt !== null;
  }

  get isSwept(): boolean {
    return this.#sweeps > 0;
  }

  /** A sweep begins, or is over. Two may be under way at the same time. */
  noteSweep(isUnderWay: boolean): void {
    this.#sweeps += isUnderWay ? 1 : -1;
    if (this.#sweeps === 0) this.#sweptAt = null;
  }

  #unavailableSince(now: number, toleranceMs: number): number | null {
    const next = this.nextDeadlineAt();
    if (this.#hasLostBeats) {
      // A deadline may have passed before the oldest lost beat: from then on no verdict could be reached.
      const lostAt = Math.min(now - MAX_LOSS_AGE_MS, next ?? now);
      return Math.max(Number(this.fact("holding")), lostAt);
    }
    if (next === null) return null;
    // What a sweep has not come to yet is late, and signals are taken nevertheless.
    const since = Math.max(next, this.#sweptAt ?? next);
    return now - since > toleranceMs ? since : null;
  }

  fact(name: string): string | null {
    return (this.#statements.fact.get(name)?.["value"] ?? null) as string | null;
  }

  putFact(name: string, value: string): void {
    this.#statements.putFact.run(name, value);
  }
}

/** Of an entry of the relay queue that concerns the whole shard. */
const NO_SESSION = "";

/** An entry of the relay queue before it has a number. */
type NewEntry = Omit<RelayEntry, "number" | "session">;

const TERMS_ALONE = {
  kind: "terms",
  sessionCreatedAt: 0,
  seq: 0,
  at: 0,
  body: "",
  terms: null,
} as const satisfies NewEntry;

function entryOf(kind: Track, { createdAt }: Session, transition: Transition): NewEntry {
  const { seq, at } = transition;
  const body = encodeTransition(transition);
  return { kind, sessionCreatedAt: createdAt, seq, at, body, terms: null };
}

function termsOfRow(row: SqlRow): TermChange | null {
  const text = row["terms"] as string | null;
  return text === null ? null : (JSON.parse(text) as TermChange);
}

/** Whether the session has ended, waits for nothing, and no timer runs. */
function isOver({ columns, deadlineAt }: Pick<Write, "columns" | "deadlineAt">): boolean {
  return columns.state === "ended" && columns.queue === "none" && deadlineAt === null;
}

function storedOf({ write, version }: UnwrittenBeat): Stored {
  const { session, shadow, epoch, deadlineAt } = write;
  return { session, shadow, version, epoch, deadlineAt };
}

/** @throws {RecordError} */
function toStored(account: string, row: SqlRow): Stored {
  const id = row["id"] as string;
  const shadow = row["shadow"] as string | null;
  try {
    return {
      session: decodeSession(id, row["body"] as string),
      shadow: shadow === null ? null : decodeSession(id, shadow),
      version: row["version"] as number,
      epoch: row["epoch"] as number,
      deadlineAt: row["deadline_at"] as number | null,
    };
  } catch (error) {
    throw sessionError(account, id, error);
  }
}
