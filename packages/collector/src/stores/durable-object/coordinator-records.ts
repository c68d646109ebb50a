/**
 * The records of the coordinator, in the SQLite of its object: accounts, agents, settings, the
 * accounts' logs and webhooks, the directory, and the registered shards.
 * @module
 */

import { RpcTarget } from "cloudflare:workers";
import { TRACKS, type Track } from "../../core/lists.ts";
import { MAX_UNHEARD_MS } from "../../core/unheard.ts";
import type { AdminStore, AuditEntry } from "../admin.ts";
import { NO_LIMIT } from "../broadcast-pages.ts";
import { createIncarnation } from "../incarnation.ts";
import type { EndpointStatus, OutboxStore } from "../outbox.ts";
import { parseAccount, parseBroadcast } from "../parse-record.ts";
import { lastOldCursor } from "../prune.ts";
import { logEntryError, RecordErrors, readPage } from "../record-error.ts";
import type { DatabaseAccess, SqlRow } from "../sqlite/database.ts";
import { LogHours } from "../sqlite/log-hours.ts";
import { SqliteAdmin } from "../sqlite/sqlite-admin.ts";
import { SqliteOutbox } from "../sqlite/sqlite-outbox.ts";
import type {
  Account,
  Agent,
  AgentQuery,
  Broadcast,
  LogEntry,
  NewBroadcast,
  SessionKey,
} from "../store.ts";
import { decodeTransition } from "../transition-codec.ts";
import { adminLink } from "./coordinator-admin.ts";
import { outboxLink } from "./coordinator-outbox.ts";
import { type CoordinatorStatements, prepareCoordinator } from "./coordinator-schema.ts";
import type { DirectoryEntry } from "./directory.ts";
import type { Configuration, CoordinatorLink, RelayEntry, Revision, ShardName } from "./links.ts";
import type { Layouts } from "./placement.ts";
import { RelayProgress } from "./relay-progress.ts";
import type { SilenceBroadcast } from "./shard-broadcasts.ts";
import type { ObjectSql, OnCommit } from "./sql.ts";

/** An account of which a shard is unheard: since when, in steady time, and how many sessions missed. */
export interface SilentAccount {
  readonly account: string;
  readonly since: number;
  readonly missed: number;
}

/** Deliveries of an erased session that one statement deletes. */
const ERASE_LIMIT = 1_000;

export interface CoordinatorRecordsOptions {
  readonly sql: ObjectSql;
  /** The configured number of shards of an account; it may be above the stored one. */
  readonly shards: number;
  /** Called when the account's log has new entries. */
  readonly onLogChange: (account: string) => void;
  /** Called when a shard is unheard, or heard again. */
  readonly onSilence: () => void;
  /** Notifies shards of broadcasts up to an epoch, and of their account's version; resolves after one attempt for each. */
  readonly notifyShards: (shards: readonly ShardName[], epoch: number) => Promise<void>;
}

export class CoordinatorRecords extends RpcTarget implements CoordinatorLink {
  readonly #options: CoordinatorRecordsOptions;
  readonly #statements: CoordinatorStatements;
  readonly #unreadable = new RecordErrors();
  readonly #hours: LogHours;
  readonly #admin: SqliteAdmin;
  readonly #outbox: SqliteOutbox;
  readonly #progress: RelayProgress;
  /** The last cursor that was assigned. */
  #cursor: number;

  constructor(options: CoordinatorRecordsOptions) {
    super();
    this.#options = options;
    this.#statements = prepareCoordinator(options.sql);
    this.#unreadable.listen((error) => console.error(error.message));
    this.#hours = new LogHours(options.sql);
    const access: DatabaseAccess = {
      read: (work) => work(),
      transaction: (work) => options.sql.transaction(work),
    };
    this.#admin = new SqliteAdmin(options.sql, this.#unreadable, access);
    this.#outbox = new SqliteOutbox(options.sql, this.#unreadable, access, this.#admin);
    this.#progress = new RelayProgress(this.#statements);
    this.#cursor = this.#progress.startCursor;
    this.#grow(options.shards);
    this.#statements.putIncarnation.run(createIncarnation());
  }

  get outbox(): OutboxStore {
    return outboxLink(this.#outbox);
  }

  get admin(): AdminStore {
    return adminLink(this.#admin);
  }

  async endpointStatuses(): Promise<readonly EndpointStatus[]> {
    return this.#outbox.endpoints();
  }

  async registerShard({ account, index }: ShardName): Promise<Layouts> {
    this.#statements.registerShard.run(account, index, this.#lastEpoch());
    return this.layouts();
  }

  async layouts(): Promise<Layouts> {
    return JSON.parse(this.#statements.layouts.get()?.["value"] as string) as Layouts;
  }

  /**
   * Takes over a larger number of shards, by which everything is looked up from then on. A shard that does not
   * know it yet learns it from the first call that depends on it, so no session exists twice.
   */
  #grow(shards: number): void {
    const known = this.#statements.layouts.get()?.["value"] as string | undefined;
    const layouts = JSON.parse(known ?? "[]") as Layouts;
    if (shards <= (layouts.at(-1) ?? 0)) return;
    this.#statements.putLayouts.run(JSON.stringify([...layouts, shards]));
  }

  /** Announces the layouts to shards that may not know them; returns whether all of them do now. */
  async announceLayouts(
    announce: (shard: ShardName, layouts: Layouts) => Promise<void>,
  ): Promise<boolean> {
    const layouts = await this.layouts();
    const text = JSON.stringify(layouts);
    if (this.#statements.announced.get()?.["value"] === text) return true;
    const shards = await this.shards();
    const results = await Promise.allSettled(shards.map((shard) => announce(shard, layouts)));
    if (results.some(({ status }) => status === "rejected")) return false;
    this.#statements.putAnnounced.run(text);
    return true;
  }

  async shards(): Promise<readonly ShardName[]> {
    return this.#statements.shards.all().map(toShardName);
  }

  async relay(shard: ShardName, entries: readonly RelayEntry[]): Promise<void> {
    const { account, index } = shard;
    const cursor = this.#cursor;
    let hasSilence = false;
    this.#append((onCommit) => {
      const relayed = this.#progress.of(shard);
      if (relayed === null) throw new Error(`The shard ${account}/${index} is not registered.`);
      const fresh = entries.filter(({ number }) => number > relayed);
      const last = fresh.at(-1);
      if (!last) return;
      const progress = { ...shard, number: last.number };
      for (const entry of fresh) {
        this.#changeTerms(shard, entry);
        if (entry.kind === "silence") this.#changeSilence(shard, entry);
        else this.#appendOne(shard, entry);
      }
      hasSilence = fresh.some(({ kind }) => kind === "silence");
      if (fresh.every(isLogged)) this.#progress.noteLogged(progress, this.#cursor, onCommit);
      // An erasure deletes entries of the log.
      else this.#progress.write(this.#cursor, onCommit, progress);
    });
    if (this.#cursor > cursor) this.#options.onLogChange(account);
    if (hasSilence) this.#options.onSilence();
  }

  /** Runs `work`, which appends to logs, in a transaction. */
  #append(work: (onCommit: OnCommit) => void): void {
    const cursor = this.#cursor;
    try {
      this.#options.sql.transaction(work);
    } catch (error) {
      this.#cursor = cursor;
      this.#hours.clear();
      throw error;
    }
  }

  #changeSilence({ account, index }: ShardName, { body }: RelayEntry): void {
    const broadcast = JSON.parse(body) as SilenceBroadcast;
    if (broadcast.type === "heard") this.#statements.endSilence.run(account, index);
    else this.#statements.beginSilence.run(account, index, broadcast.at, broadcast.missed);
  }

  /** Accounts of which a shard is unheard at `now`: since the earliest, and how many sessions missed in all. */
  unheardAccounts(now: number): readonly SilentAccount[] {
    return this.#statements.silences.all(now - MAX_UNHEARD_MS) as unknown as SilentAccount[];
  }

  #changeTerms({ account, index }: ShardName, { session, terms }: RelayEntry): void {
    const { addTerm, removeTerm } = this.#statements;
    for (const hash of terms?.removed ?? []) removeTerm.run(account, hash, index, session);
    for (const hash of terms?.added ?? []) addTerm.run(account, hash, index, session);
  }

  async directory(
    account: string,
    hash: number,
    limit: number,
  ): Promise<readonly DirectoryEntry[]> {
    return this.#statements.directory.all(account, hash, limit).map((row) => ({
      index: row["place"] as number,
      session: row["session"] as string,
    }));
  }

  #appendOne({ account, index }: ShardName, { kind, session, ...entry }: RelayEntry): void {
    if (kind === "terms" || kind === "silence") return;
    if (kind === "erased") {
      this.#statements.erase.run(account, session);
      if (entry.body !== "") this.#admin.append(account, JSON.parse(entry.body) as AuditEntry[]);
      while (!this.#outbox.erasePart({ account, id: session }, ERASE_LIMIT));
      return;
    }
    const { number, sessionCreatedAt, seq, at, body } = entry;
    this.#cursor += 1;
    const track = TRACKS.indexOf(kind);
    const position = [account, track, this.#cursor] as const;
    const content = [session, sessionCreatedAt, seq, at, body] as const;
    this.#statements.append.run(...position, ...content, index, number);
    this.#hours.add(account, track, at, this.#cursor);
  }

  async history({ account, id }: SessionKey, afterSeq: number, limit: number, track: Track) {
    return this.#readLog(account, limit, (last, count) =>
      this.#statements.history.all(
        account,
        id,
        TRACKS.indexOf(track),
        (last?.["seq"] as number | undefined) ?? afterSeq,
        count,
      ),
    );
  }

  async log(account: string, afterCursor: number, limit: number, track: Track) {
    return this.#readLog(account, limit, (last, count) =>
      this.#statements.log.all(
        account,
        TRACKS.indexOf(track),
        (last?.["cursor"] as number | undefined) ?? afterCursor,
        count,
      ),
    );
  }

  async #readLog(
    account: string,
    limit: number,
    read: (last: SqlRow | null, limit: number) => readonly SqlRow[],
  ): Promise<LogEntry[]> {
    const readable = (row: SqlRow) => this.#unreadable.readable(() => toLogEntry(account, row));
    return [...(await readPage(limit, read, readable))];
  }

  async lastCursor(account: string): Promise<number> {
    return this.#statements.lastCursor.get(account)?.["cursor"] as number;
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    this.#options.sql.transaction((onCommit) => this.#progress.write(this.#cursor, onCommit));
    let pruned = 0;
    for (const track of TRACKS.keys()) {
      if (pruned >= limit) break;
      const entries = this.#statements.oldest.all(account, track, limit - pruned);
      const end = lastOldCursor(entries as unknown as { cursor: number; at: number }[], before);
      if (end === null) continue;
      pruned += Number(this.#statements.prune.run(account, track, end).changes);
      this.#hours.prune(account, track, before);
    }
    return pruned;
  }

  async logStart(account: string, at: number, track: Track): Promise<number> {
    return this.#hours.start(account, TRACKS.indexOf(track), at) ?? this.#cursor;
  }

  async agents(account: string, { afterId = "", limit }: AgentQuery): Promise<readonly Agent[]> {
    return this.#statements.agents.all(account, afterId, limit) as unknown as Agent[];
  }

  async capacitiesOf(account: string, agents: readonly string[]): Promise<readonly Agent[]> {
    const rows = agents.flatMap((id) => this.#statements.capacity.get(account, id) ?? []);
    return rows as unknown as Agent[];
  }

  async putAgent(
    account: string,
    { id, capacity }: Agent,
    audit: readonly AuditEntry[] = [],
  ): Promise<void> {
    this.#options.sql.transaction(() => {
      this.#statements.putAgent.run(account, id, capacity);
      this.#admin.append(account, audit);
    });
  }

  async incarnation(): Promise<string> {
    return this.#statements.incarnation.get()?.["value"] as string;
  }

  async accounts(): Promise<readonly Account[]> {
    return this.#statements.accounts
      .all()
      .map((row) => parseAccount(row["name"] as string, row["body"] as string));
  }

  async configuration(afterEpoch: number): Promise<Configuration> {
    const [accounts, broadcasts, layouts] = await Promise.all([
      this.accounts(),
      this.broadcasts(afterEpoch),
      this.layouts(),
    ]);
    return { accounts, broadcasts, layouts };
  }

  async accountVersion(account: string): Promise<number> {
    return Number(this.#statements.accountVersion.get(account)?.["version"] ?? 0);
  }

  async putAccount(account: Account, audit: readonly AuditEntry[] = []): Promise<boolean> {
    const { name, version } = account;
    const isStored = this.#options.sql.transaction(() => {
      const stored = Number(this.#statements.accountVersion.get(name)?.["version"] ?? 0);
      if (version !== undefined && stored !== version - 1) return false;
      this.#statements.putAccount.run(name, JSON.stringify(account));
      this.#admin.append(name, audit);
      return true;
    });
    if (isStored) await this.notifyShards();
    return isStored;
  }

  async broadcasts(afterEpoch: number, limit = NO_LIMIT): Promise<readonly Broadcast[]> {
    return this.#statements.broadcasts
      .all(afterEpoch, limit)
      .map((row) => parseBroadcast(row["epoch"] as number, row["body"] as string));
  }

  async broadcast(
    broadcast: NewBroadcast,
    audit: readonly AuditEntry[] = [],
    lastEpoch: number = Number.POSITIVE_INFINITY,
  ): Promise<number> {
    const epoch = this.#options.sql.transaction(() => {
      if (this.#lastEpoch() > lastEpoch) return 0;
      this.#admin.append(broadcast.account ?? "", audit);
      return this.#appendBroadcast(broadcast);
    });
    await this.notifyShards();
    return epoch;
  }

  /** The shards that were notified of them have copies. */
  async dropBroadcasts(epochs: readonly number[]): Promise<void> {
    this.#options.sql.transaction(() => {
      for (const epoch of epochs) this.#statements.dropBroadcast.run(epoch);
    });
  }

  #appendBroadcast(broadcast: object): number {
    return this.#statements.broadcast.get(JSON.stringify(broadcast))?.["epoch"] as number;
  }

  /** Notifies shards that lack the last broadcast, or the version of their account; returns whether all of them have it now. */
  async notifyShards(): Promise<boolean> {
    const epoch = this.#lastEpoch();
    const unnotified = () => this.#statements.unnotifiedShards.all(epoch).map(toShardName);
    await this.#options.notifyShards(unnotified(), epoch);
    return unnotified().length === 0;
  }

  /** Records that a shard has all broadcasts up to `epoch`, and a version of its account. */
  markNotified({ account, index }: ShardName, { epoch, version }: Revision): void {
    this.#statements.markNotified.run(epoch, version, account, index);
  }

  #lastEpoch(): number {
    return this.#statements.lastEpoch.get()?.["epoch"] as number;
  }

  /** When the last housekeeping began that has ended; 0: none has. */
  get housekeepingAt(): number {
    return Number(this.#statements.housekeepingAt.get()?.["value"] ?? 0);
  }

  putHousekeepingAt(at: number): void {
    this.#statements.putHousekeepingAt.run(String(at));
  }

  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    return this.#options.sql.transaction(() => {
      const fromAt = Number(this.#statements.watermark.get()?.["value"] ?? now);
      this.#statements.putWatermark.run(String(Math.max(now, fromAt)));
      if (now - fromAt <= toleranceMs) return false;
      this.#appendBroadcast({ type: "outage", account: null, at: now, fromAt });
      return true;
    });
  }
}

function isLogged({ kind }: RelayEntry): boolean {
  return kind === "live" || kind === "shadow";
}

function toShardName(row: SqlRow): ShardName {
  return { account: row["account"] as string, index: row["place"] as number };
}

/** @throws {RecordError} */
function toLogEntry(account: string, row: SqlRow): LogEntry {
  const cursor = row["cursor"] as number;
  const [seq, at, body] = [row["seq"] as number, row["at"] as number, row["body"] as string];
  try {
    return {
      cursor,
      session: row["session"] as string,
      sessionCreatedAt: row["session_created_at"] as number,
      transition: decodeTransition(seq, at, body),
    };
  } catch (error) {
    throw logEntryError(account, cursor, error);
  }
}
