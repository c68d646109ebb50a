/**
 * Questions about an account's sessions, asked of all partitions and put together.
 * @module
 */
import type { Assignment, ListQuery, Stored } from "../store.ts";
import type { Connection } from "./connection.ts";
import { decodeName, encodeName, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import { decodeRecord, facetsPattern, isListed, type Recorded, userNeedles } from "./record.ts";
import type { Script } from "./script.ts";
import { FIND } from "./scripts/find.ts";
import { LIST } from "./scripts/list.ts";

/** Sessions whose ids are known are loaded so many at a time. */
const LOAD_LIMIT = 500;
const FIND_LIMIT = 500;

/** A session's id with its record. */
type Row = readonly [string, string];

/** What one call of a scanning script gave. */
interface Scanned {
  readonly rows: readonly Row[];
  /** Everything up to this id was looked at; null: everything. */
  readonly upTo: string | null;
}

export class Lists {
  readonly #connection: Connection;
  readonly #partitions: readonly number[];

  constructor(connection: Connection, partitions: number) {
    this.#connection = connection;
    this.#partitions = Array.from({ length: partitions }, (_, partition) => partition);
  }

  async list(account: string, query: ListQuery): Promise<readonly Stored[]> {
    const rows = await this.#rowsOf(account, query);
    return rows.map(([id, record]) => decodeRecord(id, record).stored);
  }

  async #rowsOf(account: string, query: ListQuery): Promise<readonly Row[]> {
    const { assignee, queue } = query;
    if (assignee !== undefined) {
      const assignments = await this.assignments(account, assignee);
      const isTheirs = ([id, record]: Row) =>
        decodeRecord(id, record).facets.assignee === assignee && isListed(record, query);
      const ids = assignments.map(({ session }) => session);
      return this.#pick(account, ids, query, isTheirs);
    }
    if (queue !== undefined && queue !== "none") {
      const ids = await this.#queuedIds(account);
      return this.#pick(account, ids, query, ([, record]) => isListed(record, query));
    }
    return this.#merge(account, query);
  }

  /** The first of some sessions that are wanted, by id. */
  async #pick(
    account: string,
    ids: readonly string[],
    { afterId, limit }: ListQuery,
    isWanted: (row: Row) => boolean,
  ): Promise<readonly Row[]> {
    const rest = ids.filter((id) => afterId === undefined || id > afterId).sort(compare);
    const rows: Row[] = [];
    while (rest.length > 0 && rows.length < limit) {
      const loaded = await this.#load(account, rest.splice(0, LOAD_LIMIT));
      rows.push(...loaded.filter(isWanted));
    }
    return rows.slice(0, limit);
  }

  /** Goes through all partitions by id at once, each as far as it is needed. */
  async #merge(account: string, query: ListQuery): Promise<readonly Row[]> {
    const { limit, afterId } = query;
    const share = Math.ceil(limit / this.#partitions.length) + 2;
    const pattern = facetsPattern(query);
    const scans = this.#partitions.map((partition) => ({
      partition,
      rows: [] as Row[],
      upTo: (afterId ?? "") as string | null,
    }));
    for (;;) {
      const found = scans.flatMap(({ rows }) => rows).sort(([a], [b]) => compare(a, b));
      const last = found[limit - 1]?.[0];
      const short = scans.filter(
        ({ upTo }) => upTo !== null && (last === undefined || upTo < last),
      );
      if (short.length === 0) return found.slice(0, limit);
      await Promise.all(
        short.map(async (scan) => {
          const args = [share, pattern];
          const next = await this.#scan(LIST, scan.partition, account, scan.upTo ?? "", args);
          scan.rows.push(...next.rows);
          scan.upTo = next.upTo;
        }),
      );
    }
  }

  async #scan(
    script: Script,
    partition: number,
    account: string,
    after: string,
    args: readonly (string | number)[],
  ): Promise<Scanned> {
    const { ids, sessions } = sessionKeys(partition, account);
    const answer = (await this.#connection.run(
      script,
      [ids, sessions],
      [after, ...args],
    )) as string[];
    const [upTo, ...flat] = answer;
    const rows = Array.from(
      { length: flat.length / 2 },
      (_, index): Row => [flat[index * 2] ?? "", flat[index * 2 + 1] ?? ""],
    );
    return { rows, upTo: upTo || null };
  }

  async queue(account: string, group: string | null): Promise<readonly Stored[]> {
    const rows = await this.#load(account, await this.#queuedIds(account));
    return rows
      .filter(
        ([, record]) =>
          isListed(record, { queue: "queued", limit: 0 }) ||
          isListed(record, { queue: "direct", limit: 0 }),
      )
      .map(([id, record]) => decodeRecord(id, record))
      .filter(({ facets }) => group === null || facets.group === group)
      .sort(byPlace)
      .map(({ stored }) => stored);
  }

  async #queuedIds(account: string): Promise<readonly string[]> {
    return this.#everywhere(async (partition) => {
      const { queued } = sessionKeys(partition, account);
      return (await this.#connection.command(queued, "SMEMBERS", queued)) as string[];
    });
  }

  async assignments(account: string, agent?: string): Promise<readonly Assignment[]> {
    const name = agent === undefined ? null : encodeName(agent);
    // "!" is what comes after the blank that ends a name.
    const range = name === null ? ["-", "+"] : [`[${name} `, `(${name}!`];
    const members = await this.#everywhere(async (partition) => {
      const { assigned } = sessionKeys(partition, account);
      const command = ["ZRANGEBYLEX", assigned, ...range];
      return (await this.#connection.command(assigned, ...command)) as string[];
    });
    return members
      .map((member) => {
        const end = member.indexOf(" ");
        return {
          agent: decodeName(member.slice(0, end)),
          session: member.slice(end + 2),
          capacityHeld: member[end + 1] === "1",
        };
      })
      .sort((a, b) => compare(a.agent, b.agent) || compare(a.session, b.session));
  }

  /** Looks through all sessions of the account: it is asked when a person is erased, and seldom else. */
  async sessionsOf(account: string, user: string): Promise<readonly string[]> {
    const found = await this.#everywhere(async (partition) => {
      const ids: string[] = [];
      for (let after: string | null = ""; after !== null; ) {
        const args = [FIND_LIMIT, ...userNeedles(user)];
        const { rows, upTo } = await this.#scan(FIND, partition, account, after, args);
        const theirs = rows.filter(([id, record]) => decodeRecord(id, record).facets.user === user);
        ids.push(...theirs.map(([id]) => id));
        after = upTo;
      }
      return ids;
    });
    return found.sort(compare);
  }

  async count(account: string): Promise<number> {
    const counts = await this.#everywhere(async (partition) => {
      const { sessions } = sessionKeys(partition, account);
      return [Number(await this.#connection.command(sessions, "HLEN", sessions))];
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Those of the sessions that are there, in the order of their ids. */
  async #load(account: string, ids: readonly string[]): Promise<readonly Row[]> {
    const byPartition = new Map<number, string[]>();
    for (const id of ids) {
      const partition = partitionOf({ account, id }, this.#partitions.length);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), id]);
    }
    const loaded = await Promise.all(
      [...byPartition].map(async ([partition, some]) => {
        const { sessions } = sessionKeys(partition, account);
        const command = ["HMGET", sessions, ...some];
        const records = await this.#connection.command(sessions, ...command);
        return (records as (string | null)[]).flatMap((record, index): Row[] =>
          record === null ? [] : [[some[index] ?? "", record]],
        );
      }),
    );
    return loaded.flat().sort(([a], [b]) => compare(a, b));
  }

  async #everywhere<T>(ask: (partition: number) => Promise<readonly T[]>): Promise<T[]> {
    return (await Promise.all(this.#partitions.map(ask))).flat();
  }
}

function byPlace(a: Recorded, b: Recorded): number {
  const [placeA, placeB] = [a.facets.queuedAt ?? 0, b.facets.queuedAt ?? 0];
  return placeA - placeB || compare(a.stored.session.id, b.stored.session.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
