/**
 * What the coordinator keeps, in the SQLite of its object: accounts, agents, settings, the accounts' logs
 * and their webhooks, and which shards there are.
 * @module
 */
import { RpcTarget } from "cloudflare:workers";
import type { EndpointStanding, OutboxStore } from "../outbox.ts";
import type { SqlRow } from "../sqlite/database.ts";
import { SqliteOutbox } from "../sqlite/sqlite-outbox.ts";
import type {
  Account,
  Agent,
  Broadcast,
  LogEntry,
  NewBroadcast,
  SessionKey,
  Track,
} from "../store.ts";
import { decodeTransition } from "../transition-codec.ts";
import { outboxLink } from "./coordinator-outbox.ts";
import { type CoordinatorStatements, prepareCoordinator } from "./coordinator-schema.ts";
import type { CoordinatorLink, RelayEntry, ShardName } from "./links.ts";
import type { Layouts } from "./placement.ts";
import type { ObjectSql } from "./sql.ts";

/** How tracks are kept. */
const TRACK = { live: 0, shadow: 1 } as const satisfies Record<Track, number>;

export interface CoordinatorRecordsOptions {
  readonly sql: ObjectSql;
  /** How many shards an account has where nothing was said before. */
  readonly shards: number;
  /** There is something new in the account's log. */
  readonly onLogChange: (account: string) => void;
  /** Has shards told of broadcasts up to an epoch; resolves when each was tried once. */
  readonly notifyShards: (shards: readonly ShardName[], epoch: number) => Promise<void>;
}

export class CoordinatorRecords extends RpcTarget implements CoordinatorLink {
  readonly #options: CoordinatorRecordsOptions;
  readonly #statements: CoordinatorStatements;
  readonly #outbox: SqliteOutbox;
  /** The last cursor that was given. */
  #cursor: number;
  /** What shards that enrol are told while the number of shards grows. */
  #growingTo: Layouts | null = null;

  constructor(options: CoordinatorRecordsOptions) {
    super();
    this.#options = options;
    this.#statements = prepareCoordinator(options.sql);
    this.#outbox = new SqliteOutbox(options.sql, (work) => options.sql.transaction(work));
    this.#cursor = this.#statements.newestCursor.get()?.["cursor"] as number;
    if (!this.#statements.layouts.get()) this.#putLayouts([options.shards]);
  }

  get outbox(): OutboxStore {
    return outboxLink(this.#outbox);
  }

  async standings(): Promise<readonly EndpointStanding[]> {
    return this.#outbox.endpoints();
  }

  async registerShard({ account, index }: ShardName): Promise<Layouts> {
    this.#statements.enrol.run(account, index, this.#lastEpoch());
    return this.#growingTo ?? (await this.layouts());
  }

  async layouts(): Promise<Layouts> {
    return JSON.parse(this.#statements.layouts.get()?.["value"] as string) as Layouts;
  }

  /**
   * Grows the number of shards. Every shard knows before anybody else does: from then on none of the
   * old ones creates a session that belongs to a new one, so no session comes to be twice.
   */
  async grow(tell: (shard: ShardName, layouts: Layouts) => Promise<void>): Promise<void> {
    const layouts = await this.layouts();
    if (this.#options.shards <= (layouts.at(-1) ?? 0)) return;
    const grown = [...layouts, this.#options.shards];
    this.#growingTo = grown;
    for (const shard of await this.shards()) await tell(shard, grown);
    this.#putLayouts(grown);
    this.#growingTo = null;
  }

  #putLayouts(layouts: Layouts): void {
    this.#statements.putLayouts.run(JSON.stringify(layouts));
  }

  async shards(): Promise<readonly ShardName[]> {
    return this.#statements.shards.all().map(toShardName);
  }

  async append(shard: ShardName, entries: readonly RelayEntry[]): Promise<void> {
    const { account, index } = shard;
    this.#options.sql.transaction(() => {
      const moved = this.#statements.moved.get(account, index)?.["moved"] as number | undefined;
      if (moved === undefined) throw new Error(`The shard ${account}/${index} has not enrolled`);
      const fresh = entries.filter(({ number }) => number > moved);
      const last = fresh.at(-1);
      if (!last) return;
      for (const entry of fresh) this.#appendOne(account, entry);
      this.#statements.putMoved.run(last.number, this.#cursor, account, index);
    });
    this.#options.onLogChange(account);
  }

  #appendOne(account: string, { kind, session, ...entry }: RelayEntry): void {
    if (kind === "erased") {
      this.#statements.erase.run(account, session);
      this.#outbox.erase({ account, id: session });
      return;
    }
    const { sessionCreatedAt, seq, at, body } = entry;
    this.#cursor += 1;
    this.#statements.append.run(
      account,
      TRACK[kind],
      this.#cursor,
      session,
      sessionCreatedAt,
      seq,
      at,
      body,
    );
  }

  async history({ account, id }: SessionKey, afterSeq: number, limit: number, track: Track) {
    return this.#statements.history.all(account, id, TRACK[track], afterSeq, limit).map(toLogEntry);
  }

  async log(account: string, afterCursor: number, limit: number, track: Track) {
    return this.#statements.log.all(account, TRACK[track], afterCursor, limit).map(toLogEntry);
  }

  async lastCursor(account: string): Promise<number> {
    return this.#statements.lastCursor.get(account)?.["cursor"] as number;
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    return Number(this.#statements.prune.run(account, before, limit).changes);
  }

  async agents(account: string): Promise<readonly Agent[]> {
    return this.#statements.agents.all(account) as unknown as Agent[];
  }

  async putAgent(account: string, { id, capacity }: Agent): Promise<void> {
    this.#statements.putAgent.run(account, id, capacity);
  }

  async accounts(): Promise<readonly Account[]> {
    return this.#statements.accounts.all().map((row) => JSON.parse(row["body"] as string));
  }

  async putAccount(account: Account): Promise<void> {
    this.#statements.putAccount.run(account.name, JSON.stringify(account));
  }

  async broadcasts(afterEpoch: number): Promise<readonly Broadcast[]> {
    return this.#statements.broadcasts.all(afterEpoch).map((row) => ({
      ...(JSON.parse(row["body"] as string) as Broadcast),
      epoch: row["epoch"] as number,
    }));
  }

  async broadcast(broadcast: NewBroadcast): Promise<number> {
    const epoch = this.#appendBroadcast(broadcast);
    await this.notifyShards();
    return epoch;
  }

  #appendBroadcast(broadcast: object): number {
    return this.#statements.broadcast.get(JSON.stringify(broadcast))?.["epoch"] as number;
  }

  /** Has every shard told that does not know the last broadcast; true: all of them know it now. */
  async notifyShards(): Promise<boolean> {
    const epoch = this.#lastEpoch();
    const untold = () => this.#statements.untold.all(epoch).map(toShardName);
    await this.#options.notifyShards(untold(), epoch);
    return untold().length === 0;
  }

  /** A shard knows all broadcasts up to this one. */
  markNotified({ account, index }: ShardName, epoch: number): void {
    this.#statements.told.run(epoch, account, index);
  }

  #lastEpoch(): number {
    return this.#statements.lastEpoch.get()?.["epoch"] as number;
  }

  async hear(now: number, toleranceMs: number): Promise<boolean> {
    return this.#options.sql.transaction(() => {
      const fromAt = Number(this.#statements.heardAt.get()?.["value"] ?? now);
      this.#statements.putHeardAt.run(String(Math.max(now, fromAt)));
      if (now - fromAt <= toleranceMs) return false;
      this.#appendBroadcast({ type: "outage", account: null, at: now, fromAt });
      return true;
    });
  }
}

function toShardName(row: SqlRow): ShardName {
  return { account: row["account"] as string, index: row["place"] as number };
}

function toLogEntry(row: SqlRow): LogEntry {
  return {
    cursor: row["cursor"] as number,
    session: row["session"] as string,
    sessionCreatedAt: row["session_created_at"] as number,
    transition: decodeTransition(row["seq"] as number, row["at"] as number, row["body"] as string),
  };
}
