/**
 * A store in Redis or a Redis Cluster, shared by any number of collectors.
 * @module
 */
import type { Track } from "../../core/lists.ts";
import type { AuditEntry } from "../admin.ts";
import { NO_LIMIT } from "../broadcast-pages.ts";
import type { ListPage, ListQuery } from "../list.ts";
import { parseAccount, parseBroadcast } from "../parse-record.ts";
import { type RecordError, RecordErrors } from "../record-error.ts";
import type { StateCounts } from "../state-counts.ts";
import {
  type Account,
  type Agent,
  type AgentQuery,
  type Assignment,
  type AssignmentQuery,
  type Broadcast,
  type ClockReading,
  type EraseOptions,
  type Eviction,
  type Found,
  type IdPart,
  type LeaseWrite,
  type ListedAgent,
  type LogEntry,
  type Lookup,
  type NewBroadcast,
  type QueueCounts,
  type ScanPart,
  type SessionKey,
  type Store,
  type Stored,
  StoreError,
  type Write,
  type WriteOutcome,
} from "../store.ts";
import { parseRedisAddress } from "./address.ts";
import { CONNECTION_LIMITS, Connection, type ConnectionLimits } from "./connection.ts";
import { accountKeys, COMMON_KEYS, commonKeys, partitionKeys, sessionKeys } from "./keys.ts";
import { checkPartitions, prepareLayout, readIncarnation } from "./layout.ts";
import { Lists } from "./lists.ts";
import { AccountLog, cursorAt } from "./log.ts";
import { type LogListener, LogNotifications } from "./log-notifications.ts";
import { pairs } from "./pairs.ts";
import { PartitionClaims } from "./partition-claims.ts";
import { PartitionRelay } from "./partition-relay.ts";
import { encodeAudit, RedisAdmin } from "./redis-admin.ts";
import { RedisOutbox } from "./redis-outbox.ts";
import { reindex } from "./reindex.ts";
import { evictionOf, requirePubSub } from "./requirements.ts";
import { APPEND_BROADCAST } from "./scripts/broadcast.ts";
import { CLOSE_EPOCHS } from "./scripts/close-epochs.ts";
import { HEARTBEAT } from "./scripts/heartbeat.ts";
import { NOTE_SIGNALS } from "./scripts/note-signals.ts";
import { PUT_ACCOUNT } from "./scripts/put-account.ts";
import { PUT_AGENT } from "./scripts/put-agent.ts";
import { READ_CLOCK } from "./scripts/read-clock.ts";
import { WRITE_PROBE } from "./scripts/write-probe.ts";
import { Sessions } from "./sessions.ts";
import { Sweeps } from "./sweeps.ts";

/** How often the relay queues of claimed partitions are maintained. */
const MAINTAIN_EVERY_MS = 500;

export interface OpenOptions {
  /** Set a store up where there is none. Default: true. */
  readonly create?: boolean;
  readonly limits?: ConnectionLimits;
}

export class RedisStore implements Store {
  readonly outbox: RedisOutbox;
  readonly admin: RedisAdmin;
  readonly #unreadable = new RecordErrors();
  readonly #connection: Connection;
  readonly #partitions: number;
  readonly #incarnation: string;
  readonly #claims: PartitionClaims;
  readonly #relay: PartitionRelay;
  readonly #sessions: Sessions;
  readonly #sweeps: Sweeps;
  readonly #lists: Lists;
  readonly #log: AccountLog;
  readonly #notifications: LogNotifications;
  #maintainedAt = Number.NEGATIVE_INFINITY;

  private constructor(connection: Connection, partitions: number, incarnation: string) {
    this.#connection = connection;
    this.#partitions = partitions;
    this.#incarnation = incarnation;
    this.#claims = new PartitionClaims(connection, partitions);
    this.#relay = new PartitionRelay(connection, this.#unreadable);
    this.#sessions = new Sessions(connection, this.#relay, partitions);
    this.#sweeps = new Sweeps(connection, this.#claims, this.#unreadable);
    this.#lists = new Lists(connection, partitions, this.#unreadable);
    this.#log = new AccountLog(connection, this.#unreadable);
    this.#notifications = new LogNotifications(connection);
    this.admin = new RedisAdmin(connection, partitions, this.#unreadable);
    this.outbox = new RedisOutbox(connection, this.#log, this.#unreadable);
  }

  /**
   * @param address `redis[s]://…` or `redis[s]-cluster://…`
   * @throws {StoreError} if the address is invalid, Redis is unreachable, evicts data or passes no
   *   messages on, or it has another number of partitions; without `create` also if it has no store yet.
   */
  static async open(
    address: string,
    { create = true, limits = CONNECTION_LIMITS }: OpenOptions = {},
  ): Promise<RedisStore> {
    const parsed = parseRedisAddress(address);
    const connection = await Connection.open(parsed, limits);
    try {
      await checkPartitions(connection, parsed.partitions, create);
      if (create) await requireReliable(connection);
      const incarnation = await readIncarnation(connection);
      const store = new RedisStore(connection, parsed.partitions, incarnation);
      if (create) await prepareLayout(connection, () => store.#reindex());
      return store;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #reindex(): Promise<void> {
    return reindex(this.#connection, this.#sessions, this.#partitions);
  }

  load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    return this.#sessions.load(lookups);
  }

  commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    return this.#sessions.commit(writes);
  }

  renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    return this.#sessions.renew(leases);
  }

  /** Covers the partitions that this collector has claimed; other collectors sweep the rest. */
  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    await this.#maintain();
    return this.#sweeps.due(now, limit);
  }

  dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    return this.#lists.dueOf(account, until, limit);
  }

  /** Covers the same partitions as {@link due}. */
  notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    return this.#sweeps.notCaughtUp(account, epoch, limit);
  }

  async #maintain(): Promise<void> {
    if (performance.now() - this.#maintainedAt < MAINTAIN_EVERY_MS) return;
    this.#maintainedAt = performance.now();
    await this.#relay.maintain(await this.#claims.current());
  }

  list(account: string, query: ListQuery): Promise<ListPage> {
    return this.#lists.list(account, query);
  }

  countQueue(account: string, group?: string): Promise<QueueCounts> {
    return this.#lists.countQueue(account, group);
  }

  assignments(
    account: string,
    agent: string,
    query: AssignmentQuery,
  ): Promise<readonly Assignment[]> {
    return this.#lists.assignments(account, agent, query);
  }

  sessionsOf(account: string, user: string, after: string | null, limit: number): Promise<IdPart> {
    return this.#lists.sessionsOf(account, user, after, limit);
  }

  count(account: string): Promise<number> {
    return this.#lists.count(account);
  }

  countByState(account: string): Promise<StateCounts> {
    return this.#lists.countByState(account);
  }

  history(
    key: SessionKey,
    afterSeq: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return this.#log.history(key, afterSeq, limit, track);
  }

  log(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return this.#log.read(account, afterCursor, limit, track);
  }

  lastCursor(account: string): Promise<number> {
    return this.#log.lastCursor(account);
  }

  /** A cursor contains the time at which its entry was appended, by the server's clock. */
  async logStart(_account: string, at: number): Promise<number> {
    return cursorAt(at);
  }

  /** Covers the same partitions as {@link due}. */
  scan(account: string, after: string | null, limit: number): Promise<ScanPart> {
    return this.#sweeps.scan(account, after, limit);
  }

  prune(account: string, before: number, limit: number): Promise<number> {
    return this.#log.prune(account, before, limit);
  }

  async erase(key: SessionKey, options: EraseOptions = {}): Promise<boolean> {
    const existed = await this.#sessions.erase(key, options);
    if (!existed && options.expectedVersion !== undefined) return false;
    await this.outbox.erase(key);
    return existed;
  }

  agents(account: string, query: AgentQuery): Promise<readonly ListedAgent[]> {
    return this.#lists.agents(account, query);
  }

  async capacityOf(account: string, agent: string): Promise<number | null> {
    const { agents } = accountKeys(account);
    const capacity = await this.#connection.command(agents, "HGET", agents, agent);
    return capacity === null ? null : Number(capacity);
  }

  async putAgent(
    account: string,
    { id, capacity }: Agent,
    entries: readonly AuditEntry[] = [],
  ): Promise<void> {
    const { agents, audit } = accountKeys(account);
    const args = [id, String(capacity), ...encodeAudit(entries)];
    await this.#connection.run(PUT_AGENT, [agents, audit], args);
  }

  async incarnation(): Promise<string> {
    return this.#incarnation;
  }

  async accounts(): Promise<readonly Account[]> {
    const key = COMMON_KEYS.accounts;
    const flat = (await this.#connection.command(key, "HGETALL", key)) as string[];
    return pairs(flat).map(([name, body]) => parseAccount(name, body));
  }

  async putAccount(account: Account, audit: readonly AuditEntry[] = []): Promise<boolean> {
    const { name, version } = account;
    const reply = await this.#connection.run(
      PUT_ACCOUNT,
      [COMMON_KEYS.accounts, commonKeys(name).audit],
      [name, JSON.stringify(account), version ?? "", ...encodeAudit(audit)],
    );
    return reply === 1;
  }

  async broadcasts(afterEpoch: number, limit = NO_LIMIT): Promise<readonly Broadcast[]> {
    const key = COMMON_KEYS.broadcasts;
    const range = ["ZRANGEBYSCORE", key, `(${afterEpoch}`, "+inf", "LIMIT", "0", String(limit)];
    const members = (await this.#connection.command(key, ...range)) as string[];
    return members.map((member) => {
      const end = member.indexOf(" ");
      return parseBroadcast(Number(member.slice(0, end)), member.slice(end + 1));
    });
  }

  async broadcast(
    broadcast: NewBroadcast,
    audit: readonly AuditEntry[] = [],
    lastEpoch?: number,
  ): Promise<number> {
    const epoch = await this.#connection.run(
      APPEND_BROADCAST,
      [COMMON_KEYS.broadcasts, commonKeys(broadcast.account ?? "").audit],
      [JSON.stringify(broadcast), lastEpoch ?? "", ...encodeAudit(audit)],
    );
    return Number(epoch);
  }

  /** Asks every partition, also of other collectors. One that was closed and the rest not is no harm. */
  async closeEpochs(account: string, epoch: number): Promise<boolean> {
    const closed = Array.from({ length: this.#partitions }, (_, partition) => {
      const { epochs } = sessionKeys(partition, account);
      return this.#connection.run(CLOSE_EPOCHS, [epochs], [epoch]);
    });
    return (await Promise.all(closed)).every((reply) => reply === 1);
  }

  async dropBroadcasts(epochs: readonly number[]): Promise<void> {
    const key = COMMON_KEYS.broadcasts;
    const drop = (epoch: number) =>
      this.#connection.command(key, "ZREMRANGEBYSCORE", key, String(epoch), String(epoch));
    await Promise.all(epochs.map(drop));
  }

  /**
   * Advances the watermark only if every partition accepts writes: otherwise signals of some
   * sessions are lost, which counts as an outage for all.
   */
  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    await this.#probe(now);
    const body = `{"type":"outage","account":null,"at":${now},"fromAt":FROM}`;
    const keys = [COMMON_KEYS.livenessWatermark, COMMON_KEYS.broadcasts] as const;
    return (await this.#connection.run(HEARTBEAT, [...keys], [now, toleranceMs, body])) === 1;
  }

  /** A server is asked for all partitions in one call, a cluster for each alone. */
  async #probe(now: number): Promise<void> {
    const keys = Array.from({ length: this.#partitions }, (_, each) => partitionKeys(each));
    const calls = this.#connection.isCluster ? keys.map((each) => [each]) : [keys];
    const probe = (together: typeof keys) =>
      this.#connection.run(
        WRITE_PROBE,
        [together[0]?.absent ?? "", ...together.map(({ writeProbe }) => writeProbe)],
        [now],
      );
    await Promise.all(calls.map(probe));
  }

  async noteSignals(lastAt: ReadonlyMap<string, number>): Promise<void> {
    if (lastAt.size === 0) return;
    await this.#connection.run(NOTE_SIGNALS, [COMMON_KEYS.lastSignals], [...lastAt].flat());
  }

  async lastSignalAt(account: string): Promise<number | null> {
    const key = COMMON_KEYS.lastSignals;
    const at = await this.#connection.command(key, "HGET", key, account);
    return at === null ? null : Number(at);
  }

  /** Each node of a cluster has a clock; this is that of the node with the common keys. */
  async readClock(): Promise<ClockReading> {
    const reply = await this.#connection.run(READ_CLOCK, [COMMON_KEYS.livenessWatermark], []);
    const [now, watermark] = reply as [string, string | null];
    return { now: Number(now), watermark: watermark === null ? null : Number(watermark) };
  }

  onLogChange(listener: LogListener): () => void {
    return this.#notifications.listen(listener);
  }

  onUnreadable(listener: (error: RecordError) => void): () => void {
    return this.#unreadable.listen(listener);
  }

  checkEviction(): Promise<Eviction> {
    return evictionOf(this.#connection);
  }

  async close(): Promise<void> {
    await this.#claims.release().catch(() => {});
    this.#connection.close();
  }
}

/** Before anything is stored that would be lost. */
async function requireReliable(connection: Connection): Promise<void> {
  const { mayEvict, message } = await evictionOf(connection);
  if (mayEvict) throw new StoreError(message);
  await requirePubSub(connection);
}
