/**
 * The store at the edge: one account's sessions over its shards, and the coordinator for what concerns all
 * of them. What concerns several shards is asked of each and merged.
 * @module
 */
import type { OutboxStore } from "../outbox.ts";
import type {
  Account,
  Agent,
  Assignment,
  Broadcast,
  Found,
  ListQuery,
  LogEntry,
  Lookup,
  NewBroadcast,
  SessionKey,
  Store,
  Stored,
  Track,
  Write,
  WriteOutcome,
} from "../store.ts";
import { answered } from "./answered.ts";
import type { CoordinatorLink, Links, ShardLink, ShardName } from "./links.ts";
import { type Layouts, placesOf, shardCount } from "./placement.ts";

export class DurableObjectStore implements Store {
  readonly #links: Links;

  constructor(links: Links) {
    this.#links = links;
  }

  get outbox(): OutboxStore {
    return this.#links.coordinator().outbox;
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

  /** Where a session is, or would be created. */
  async placeOf({ account, id }: SessionKey): Promise<ShardName> {
    const places = placesOf(id, await this.layouts());
    const [newest = 0] = places;
    if (places.length === 1) return { account, index: newest };
    for (const index of places) {
      if (await answered(this.#links.shard({ account, index }).has(id))) return { account, index };
    }
    return { account, index: newest };
  }

  /** Numbers of shards of an account. */
  async layouts(): Promise<Layouts> {
    return answered(this.#links.layouts());
  }

  /** Asks each shard for its part; the answers have the order of the questions. */
  async #byShard<Q, A>(
    questions: readonly Q[],
    keyOf: (question: Q) => SessionKey,
    ask: (shard: ShardLink, part: readonly Q[]) => Promise<readonly A[]>,
  ): Promise<readonly A[]> {
    const parts = new Map<string, { name: ShardName; places: number[]; questions: Q[] }>();
    for (const [place, question] of questions.entries()) {
      const name = await this.placeOf(keyOf(question));
      const id = `${name.account}/${name.index}`;
      const part = parts.get(id) ?? { name, places: [], questions: [] };
      parts.set(id, part);
      part.places.push(place);
      part.questions.push(question);
    }
    const answers: A[] = [];
    await Promise.all(
      [...parts.values()].map(async ({ name, places, questions }) => {
        const found = await answered(ask(this.#links.shard(name), questions));
        for (const [index, place] of places.entries()) answers[place] = found[index] as A;
      }),
    );
    return answers;
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    const shards = await answered(this.coordinator.shards());
    const found = await Promise.all(
      shards.map(async (name) => {
        const due = await answered(this.#links.shard(name).due(now, limit));
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

  async notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    const ids = await this.#ofAll(account, (shard) => shard.behind(epoch, limit));
    return ids.slice(0, limit).map((id) => ({ account, id }));
  }

  async list(account: string, query: ListQuery): Promise<readonly Stored[]> {
    const found = await this.#ofAll(account, (shard) => shard.list(query));
    return found.sort((a, b) => compare(a.session.id, b.session.id)).slice(0, query.limit);
  }

  async queue(account: string, group: string | null): Promise<readonly Stored[]> {
    const found = await this.#ofAll(account, (shard) => shard.queue(group));
    return found
      .sort(
        (a, b) =>
          (a.queuedAt ?? 0) - (b.queuedAt ?? 0) ||
          compare(a.stored.session.id, b.stored.session.id),
      )
      .map(({ stored }) => stored);
  }

  async assignments(account: string, agent?: string): Promise<readonly Assignment[]> {
    const found = await this.#ofAll(account, (shard) => shard.assignments(agent ?? null));
    return found.sort((a, b) => compare(a.agent, b.agent) || compare(a.session, b.session));
  }

  async sessionsOf(account: string, user: string): Promise<readonly string[]> {
    return (await this.#ofAll(account, (shard) => shard.sessionsOf(user))).sort(compare);
  }

  async count(account: string): Promise<number> {
    const counts = await this.#ofAll(account, async (shard) => [await shard.count()]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #ofAll<T>(account: string, ask: (shard: ShardLink) => Promise<readonly T[]>): Promise<T[]> {
    const count = shardCount(await this.layouts());
    const names = Array.from({ length: count }, (_, index) => ({ account, index }));
    const found = await answered(Promise.all(names.map((name) => ask(this.#links.shard(name)))));
    return found.flat();
  }

  async erase(key: SessionKey): Promise<boolean> {
    const place = await this.placeOf(key);
    return answered(this.#links.shard(place).erase(key.id));
  }

  async history(key: SessionKey, afterSeq: number, limit: number, track: Track = "live") {
    return answered(this.coordinator.history(key, afterSeq, limit, track));
  }

  async log(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    return answered(this.coordinator.log(account, afterCursor, limit, track));
  }

  async lastCursor(account: string): Promise<number> {
    return answered(this.coordinator.lastCursor(account));
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    return answered(this.coordinator.prune(account, before, limit));
  }

  async agents(account: string): Promise<readonly Agent[]> {
    return answered(this.coordinator.agents(account));
  }

  async putAgent(account: string, agent: Agent): Promise<void> {
    await answered(this.coordinator.putAgent(account, agent));
  }

  async accounts(): Promise<readonly Account[]> {
    return answered(this.coordinator.accounts());
  }

  async putAccount(account: Account): Promise<void> {
    await answered(this.coordinator.putAccount(account));
  }

  async broadcasts(afterEpoch: number): Promise<readonly Broadcast[]> {
    return answered(this.coordinator.broadcasts(afterEpoch));
  }

  async broadcast(broadcast: NewBroadcast): Promise<number> {
    return answered(this.coordinator.broadcast(broadcast));
  }

  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    return answered(this.coordinator.hear(now, toleranceMs));
  }

  async close(): Promise<void> {}

  protected get coordinator(): CoordinatorLink {
    return this.#links.coordinator();
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
