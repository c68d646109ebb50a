/**
 * The store at the edge: sessions are spread over the shards of their account, everything else is
 * in the coordinator. Queries over several shards ask each of them and merge the results.
 * @module
 */

import type { Track } from "../../core/lists.ts";
import type { AdminStore, AuditEntry } from "../admin.ts";
import {
  compare,
  type ListPage,
  type ListQuery,
  MAX_EXAMINED,
  mergePages,
  termOf,
} from "../list.ts";
import { compareNames } from "../name-order.ts";
import type { OutboxStore } from "../outbox.ts";
import { scanById } from "../scan.ts";
import type {
  Account,
  Agent,
  AgentQuery,
  Assignment,
  AssignmentQuery,
  Broadcast,
  EraseOptions,
  Found,
  IdPart,
  ListedAgent,
  LogEntry,
  Lookup,
  NewBroadcast,
  QueueCounts,
  ScanPart,
  SessionKey,
  Store,
  Stored,
  Write,
  WriteOutcome,
} from "../store.ts";
import { termHash } from "../term-hash.ts";
import { CaughtUpShards } from "./directory.ts";
import type { CoordinatorLink, Links, ShardLink, ShardName } from "./links.ts";
import { candidateShards, type Layouts, shardCount } from "./placement.ts";
import { remoteCall } from "./remote-call.ts";

export class DurableObjectStore implements Store {
  readonly #links: Links;
  readonly #caughtUp: CaughtUpShards;

  /** @param now epoch milliseconds */
  constructor(links: Links, now: () => number = Date.now) {
    this.#links = links;
    this.#caughtUp = new CaughtUpShards(now);
  }

  get outbox(): OutboxStore {
    return this.#links.coordinator().outbox;
  }

  get admin(): AdminStore {
    return this.#links.coordinator().admin;
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    return this.#byShard(
      lookups,
      ({ key }) => key,
      (shard, part) => shard.load(part),
    );
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    return this.#byShard(
      writes,
      ({ key }) => key,
      (shard, part) => shard.commit(part),
    );
  }

  /** The shard that has a session, or in which it would be created. */
  async shardOf(key: SessionKey): Promise<ShardName> {
    const { account, id } = key;
    const candidates = candidateShards(id, await this.layouts());
    const [newest = 0] = candidates;
    if (candidates.length === 1) return { account, index: newest };
    for (const index of candidates) {
      if (await remoteCall(this.#links.shard({ account, index }).has(key)))
        return { account, index };
    }
    return { account, index: newest };
  }

  /** The shard counts of an account. */
  async layouts(): Promise<Layouts> {
    return remoteCall(this.#links.layouts());
  }

  /** Calls each shard with its part of the inputs; the results are in the order of the inputs. */
  async #byShard<I, R>(
    inputs: readonly I[],
    keyOf: (input: I) => SessionKey,
    call: (shard: ShardLink, part: readonly I[]) => Promise<readonly R[]>,
  ): Promise<readonly R[]> {
    const parts = new Map<string, { name: ShardName; positions: number[]; inputs: I[] }>();
    for (const [position, input] of inputs.entries()) {
      const name = await this.shardOf(keyOf(input));
      const id = `${name.account}/${name.index}`;
      const part = parts.get(id) ?? { name, positions: [], inputs: [] };
      parts.set(id, part);
      part.positions.push(position);
      part.inputs.push(input);
    }
    const results: R[] = [];
    await Promise.all(
      [...parts.values()].map(async ({ name, positions, inputs }) => {
        const found = await remoteCall(call(this.#links.shard(name), inputs));
        for (const [index, position] of positions.entries()) results[position] = found[index] as R;
      }),
    );
    return results;
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    const shards = await remoteCall(this.coordinator.shards());
    const found = await Promise.all(
      shards.map(async (name) => {
        const due = await remoteCall(this.#links.shard(name).due(now, limit));
        return due.map(({ id, deadlineAt }) => ({
          key: { account: name.account, id },
          deadlineAt,
        }));
      }),
    );
    return found
      .flat()
      .sort((a, b) => a.deadlineAt - b.deadlineAt)
      .slice(0, limit)
      .map(({ key }) => key);
  }

  async dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    const found = await this.#ofAll(account, (shard) => shard.dueOf(until, limit));
    return found.sort((a, b) => (a.deadlineAt ?? 0) - (b.deadlineAt ?? 0)).slice(0, limit);
  }

  async notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    const ids = await this.#ofAll(account, (shard) => shard.notCaughtUp(epoch, limit));
    return ids.slice(0, limit).map((id) => ({ account, id }));
  }

  /** Each shard examines its share of what may be examined. */
  async list(account: string, query: ListQuery): Promise<ListPage> {
    const shards = shardCount(await this.layouts());
    const maxExamined = Math.ceil((query.maxExamined ?? MAX_EXAMINED) / shards);
    const named = await this.#namedFor(account, query);
    const pages = await this.#ofAll(account, async (shard, index) => {
      if (named === null) return [await shard.list({ ...query, maxExamined })];
      const ids = named.get(index);
      return ids === undefined
        ? []
        : [await shard.list({ ...query, maxExamined }, ids && [...ids])];
    });
    return mergePages(pages, query);
  }

  /**
   * The ids that the directory names for the query, by shard; `null`: it does not help. A shard with `null` has
   * sessions that the directory does not have yet.
   */
  async #namedFor(
    account: string,
    query: ListQuery,
  ): Promise<ReadonlyMap<number, ReadonlySet<string> | null> | null> {
    const term = termOf(query);
    if (term === null) return null;
    const hash = termHash(term);
    // Before the directory is read: what it gets meanwhile is found twice, and not missed.
    const unrelayed = await this.#ofAll(account, async (shard, index) => {
      const ids = await this.#caughtUp.ask(account, index, () => shard.unrelayed(hash));
      return ids?.length === 0 ? [] : [[index, ids && new Set(ids)] as const];
    });
    const named = new Map(unrelayed);
    const maxExamined = query.maxExamined ?? MAX_EXAMINED;
    const entries = await remoteCall(this.coordinator.directory(account, hash, maxExamined + 1));
    if (entries.length > maxExamined) return null;
    for (const { index, session } of entries) {
      const ids = named.get(index);
      if (ids === undefined) named.set(index, new Set([session]));
      else ids?.add(session);
    }
    return named;
  }

  async countQueue(account: string, group?: string): Promise<QueueCounts> {
    const all = await this.#ofAll(account, async (shard) => [
      await shard.countQueue(group ?? null),
    ]);
    const sum = (name: keyof QueueCounts) => all.reduce((total, each) => total + each[name], 0);
    return { queued: sum("queued"), direct: sum("direct") };
  }

  async assignments(
    account: string,
    agent: string,
    query: AssignmentQuery,
  ): Promise<readonly Assignment[]> {
    const found = await this.#ofAll(account, (shard) => shard.assignments(agent, query));
    return found.sort((a, b) => compare(a.session, b.session)).slice(0, query.limit);
  }

  /** Shard by shard, as {@link scan}. */
  async sessionsOf(
    account: string,
    user: string,
    after: string | null,
    limit: number,
  ): Promise<IdPart> {
    const count = shardCount(await this.layouts());
    const [start = "0", afterId = ""] = after?.split(/:(.*)/s) ?? [];
    const index = Number(start);
    const shard = this.#links.shard({ account, index });
    const ids = await remoteCall(shard.sessionsOf(user, afterId, limit));
    if (ids.length === limit) return { ids, next: `${index}:${ids.at(-1)}` };
    return { ids, next: index + 1 < count ? `${index + 1}:` : null };
  }

  async count(account: string): Promise<number> {
    const counts = await this.#ofAll(account, async (shard) => [await shard.count()]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #ofAll<T>(
    account: string,
    call: (shard: ShardLink, index: number) => Promise<readonly T[]>,
  ): Promise<T[]> {
    const count = shardCount(await this.layouts());
    const names = Array.from({ length: count }, (_, index) => ({ account, index }));
    const found = await remoteCall(
      Promise.all(names.map((name) => call(this.#links.shard(name), name.index))),
    );
    return found.flat();
  }

  async erase(key: SessionKey, options: EraseOptions = {}): Promise<boolean> {
    const name = await this.shardOf(key);
    return remoteCall(this.#links.shard(name).erase(key, options));
  }

  async history(key: SessionKey, afterSeq: number, limit: number, track: Track = "live") {
    return remoteCall(this.coordinator.history(key, afterSeq, limit, track));
  }

  async log(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return remoteCall(this.coordinator.log(account, afterCursor, limit, track));
  }

  async lastCursor(account: string): Promise<number> {
    return remoteCall(this.coordinator.lastCursor(account));
  }

  async logStart(account: string, at: number, track: Track = "live"): Promise<number> {
    return remoteCall(this.coordinator.logStart(account, at, track));
  }

  /** Shard by shard; a position is the shard's index and the last id. */
  async scan(account: string, after: string | null, limit: number): Promise<ScanPart> {
    const count = shardCount(await this.layouts());
    const [start = "0", afterId = ""] = after?.split(/:(.*)/s) ?? [];
    const index = Number(start);
    const list = (query: ListQuery) =>
      remoteCall(this.#links.shard({ account, index }).list(query));
    const { sessions, next } = await scanById(list, afterId, limit);
    if (next !== null) return { sessions, next: `${index}:${next}` };
    return { sessions, next: index + 1 < count ? `${index + 1}:` : null };
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    return remoteCall(this.coordinator.prune(account, before, limit));
  }

  async agents(account: string, query: AgentQuery): Promise<readonly ListedAgent[]> {
    const assigned = await this.#ofAll(account, (shard) => shard.assignees(query));
    const withCapacity = await remoteCall(this.coordinator.agents(account, query));
    const known = withCapacity.map(({ id }) => id);
    const ids = [...new Set([...assigned, ...known])].sort(compareNames).slice(0, query.limit);
    const capacities = await remoteCall(this.coordinator.capacitiesOf(account, ids));
    const byId = new Map(capacities.map(({ id, capacity }) => [id, capacity]));
    return ids.map((id) => ({ id, capacity: byId.get(id) ?? null }));
  }

  async capacityOf(account: string, agent: string): Promise<number | null> {
    const [found] = await remoteCall(this.coordinator.capacitiesOf(account, [agent]));
    return found?.capacity ?? null;
  }

  async putAgent(account: string, agent: Agent, audit: readonly AuditEntry[] = []): Promise<void> {
    await remoteCall(this.coordinator.putAgent(account, agent, audit));
  }

  async incarnation(): Promise<string> {
    return remoteCall(this.coordinator.incarnation());
  }

  async accounts(): Promise<readonly Account[]> {
    return remoteCall(this.coordinator.accounts());
  }

  async putAccount(account: Account, audit: readonly AuditEntry[] = []): Promise<boolean> {
    return remoteCall(this.coordinator.putAccount(account, audit));
  }

  async broadcasts(afterEpoch: number, limit?: number): Promise<readonly Broadcast[]> {
    return remoteCall(this.coordinator.broadcasts(afterEpoch, limit));
  }

  async broadcast(
    broadcast: NewBroadcast,
    audit: readonly AuditEntry[] = [],
    lastEpoch?: number,
  ): Promise<number> {
    return remoteCall(this.coordinator.broadcast(broadcast, audit, lastEpoch));
  }

  async closeEpochs(account: string, epoch: number): Promise<boolean> {
    const closed = await this.#ofAll(account, async (shard) => [await shard.closeEpochs(epoch)]);
    return closed.every((isClosed) => isClosed);
  }

  async dropBroadcasts(epochs: readonly number[]): Promise<void> {
    await remoteCall(this.coordinator.dropBroadcasts(epochs));
  }

  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    return remoteCall(this.coordinator.heartbeat(now, toleranceMs));
  }

  /** Each shard notes its own signals; what is noted for a whole account is kept in its first shard. */
  async noteSignals(lastAt: ReadonlyMap<string, number>): Promise<void> {
    const note = ([account, at]: [string, number]) =>
      this.#links.shard({ account, index: 0 }).noteSignal(at);
    await remoteCall(Promise.all([...lastAt].map(note)));
  }

  async lastSignalAt(account: string): Promise<number | null> {
    const found = await this.#ofAll(account, async (shard) => [await shard.lastSignalAt()]);
    const known = found.filter((at) => at !== null);
    return known.length === 0 ? null : Math.max(...known);
  }

  async close(): Promise<void> {}

  protected get coordinator(): CoordinatorLink {
    return this.#links.coordinator();
  }
}
