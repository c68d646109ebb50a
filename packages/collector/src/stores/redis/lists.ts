/**
 * Queries over an account's sessions. Each is sent to all partitions, and the results are merged.
 * @module
 */
import { noSessions, type StateCounts } from "../state-counts.ts";
import type { Assignment, ListQuery, Stored } from "../store.ts";
import type { Connection } from "./connection.ts";
import { decodeName, encodeName, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import {
  columnsPattern,
  type DecodedRecord,
  decodeRecord,
  hasColumns,
  QUEUED_PATTERN,
  stateOf,
  userNeedles,
} from "./record.ts";
import { DUE_OF } from "./scripts/due-of.ts";
import { FIND_BY_TEXT } from "./scripts/find.ts";
import { LIST_SESSIONS } from "./scripts/list.ts";

/** How many sessions are loaded by id in one call. */
const LOAD_LIMIT = 500;
const FIND_LIMIT = 500;
/** How many sessions of one partition are read for {@link Lists.dueOf}. */
const MAX_READ_FOR_DUE = 10_000;

/** A session's id with its record. */
type Row = readonly [string, string];

/** Sessions of one partition with the same columns, sorted by id and read page by page. */
interface SortedRun {
  readonly partition: number;
  readonly columns: string;
  readonly rows: Row[];
  hasMore: boolean;
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
    const { assignee, afterId = "", limit } = query;
    const pattern = columnsPattern(query);
    if (assignee === undefined) return this.#mergeRuns(account, pattern, afterId, limit);
    const assignments = await this.assignments(account, assignee);
    const rest = assignments.map(({ session }) => session).filter((id) => id > afterId);
    const rows: Row[] = [];
    while (rest.length > 0 && rows.length < limit) {
      const loaded = await this.#load(account, rest.splice(0, LOAD_LIMIT));
      const isMatch = ([id, record]: Row) =>
        decodeRecord(id, record).columns.assignee === assignee && hasColumns(record, pattern);
      rows.push(...loaded.filter(isMatch));
    }
    return rows.slice(0, limit);
  }

  /** Merges the sorted runs of all partitions and columns, reading only as far as needed. */
  async #mergeRuns(
    account: string,
    pattern: string,
    afterId: string,
    limit: number,
  ): Promise<readonly Row[]> {
    const share = Math.min(Math.ceil(limit / this.#partitions.length) + 2, LOAD_LIMIT);
    const runs = await this.#fromAllPartitions((partition) =>
      this.#read(account, partition, pattern, afterId, share),
    );
    for (;;) {
      const found = runs.flatMap(({ rows }) => rows).sort(([a], [b]) => compare(a, b));
      const last = found[limit - 1]?.[0];
      const short = runs.filter(
        ({ hasMore, rows }) => hasMore && (last === undefined || lastIdOf(rows) < last),
      );
      if (short.length === 0) return found.slice(0, limit);
      await Promise.all(short.map((run) => this.#readNextPage(account, run, share)));
    }
  }

  async #readNextPage(account: string, run: SortedRun, limit: number): Promise<void> {
    const after = lastIdOf(run.rows);
    const [next] = await this.#read(account, run.partition, run.columns, after, limit);
    run.rows.push(...(next?.rows ?? []));
    run.hasMore = next?.hasMore ?? false;
  }

  async #read(
    account: string,
    partition: number,
    pattern: string,
    afterId: string,
    limit: number,
  ): Promise<readonly SortedRun[]> {
    const { ids, columns, sessions } = sessionKeys(partition, account);
    const reply = await this.#connection.run(
      LIST_SESSIONS,
      [ids, columns, sessions],
      [pattern, afterId, limit],
    );
    return (reply as [string, number, ...string[]][]).map(([columns, hasMore, ...flat]) => ({
      partition,
      columns,
      rows: toRows(flat),
      hasMore: hasMore === 1,
    }));
  }

  /** Covers all partitions, whichever collector sweeps them. */
  async dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    const found = await this.#fromAllPartitions(async (partition) => {
      const { ids, columns, sessions } = sessionKeys(partition, account);
      const args = [until, limit, MAX_READ_FOR_DUE];
      const flat = (await this.#connection.run(DUE_OF, [ids, columns, sessions], args)) as string[];
      return Array.from({ length: flat.length / 3 }, (_, index) => flat.slice(index * 3));
    });
    return found
      .sort(([a], [b]) => Number(a) - Number(b))
      .slice(0, limit)
      .map(([, id = "", record = ""]) => decodeRecord(id, record).stored);
  }

  async queue(account: string, group: string | null): Promise<readonly Stored[]> {
    const rows = await this.#mergeRuns(account, QUEUED_PATTERN, "", Number.MAX_SAFE_INTEGER);
    return rows
      .map(([id, record]) => decodeRecord(id, record))
      .filter(({ columns }) => group === null || columns.group === group)
      .sort(byQueueOrder)
      .map(({ stored }) => stored);
  }

  async assignments(account: string, agent?: string): Promise<readonly Assignment[]> {
    const name = agent === undefined ? null : encodeName(agent);
    // "!" is the character after the space that ends a name.
    const range = name === null ? ["-", "+"] : [`[${name} `, `(${name}!`];
    const members = await this.#fromAllPartitions(async (partition) => {
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

  /** Scans all sessions of the account; rarely called, mostly when a user is erased. */
  async sessionsOf(account: string, user: string): Promise<readonly string[]> {
    const found = await this.#fromAllPartitions(async (partition) => {
      const ids: string[] = [];
      const { ids: index, sessions } = sessionKeys(partition, account);
      for (let from = ""; ; ) {
        const args = [from, FIND_LIMIT, ...userNeedles(user)];
        const reply = await this.#connection.run(FIND_BY_TEXT, [index, sessions], args);
        const [next = "", ...flat] = reply as string[];
        const isMatch = ([id, record]: Row) => decodeRecord(id, record).columns.user === user;
        ids.push(
          ...toRows(flat)
            .filter(isMatch)
            .map(([id]) => id),
        );
        if (next === "") break;
        from = next;
      }
      return ids;
    });
    return found.sort(compare);
  }

  async count(account: string): Promise<number> {
    const counts = await this.#fromAllPartitions(async (partition) => {
      const { sessions } = sessionKeys(partition, account);
      return [Number(await this.#connection.command(sessions, "HLEN", sessions))];
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async countByState(account: string): Promise<StateCounts> {
    const counts = noSessions();
    await this.#fromAllPartitions(async (partition) => {
      const { columns } = sessionKeys(partition, account);
      const flat = (await this.#connection.command(columns, "HGETALL", columns)) as string[];
      for (let index = 0; index < flat.length; index += 2) {
        counts[stateOf(flat[index] ?? "")] += Number(flat[index + 1]);
      }
      return [];
    });
    return counts;
  }

  /** Loads the existing sessions among `ids`, sorted by id. */
  async #load(account: string, ids: readonly string[]): Promise<readonly Row[]> {
    const byPartition = new Map<number, string[]>();
    for (const id of ids) {
      const partition = partitionOf({ account, id }, this.#partitions.length);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), id]);
    }
    const loaded = await Promise.all(
      [...byPartition].map(async ([partition, group]) => {
        const { sessions } = sessionKeys(partition, account);
        const command = ["HMGET", sessions, ...group];
        const records = await this.#connection.command(sessions, ...command);
        return (records as (string | null)[]).flatMap((record, index): Row[] =>
          record === null ? [] : [[group[index] ?? "", record]],
        );
      }),
    );
    return loaded.flat().sort(([a], [b]) => compare(a, b));
  }

  async #fromAllPartitions<T>(query: (partition: number) => Promise<readonly T[]>): Promise<T[]> {
    return (await Promise.all(this.#partitions.map(query))).flat();
  }
}

function toRows(flat: readonly string[]): Row[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[index * 2] ?? "",
    flat[index * 2 + 1] ?? "",
  ]);
}

function lastIdOf(rows: readonly Row[]): string {
  return rows.at(-1)?.[0] ?? "";
}

function byQueueOrder(a: DecodedRecord, b: DecodedRecord): number {
  const difference = (a.columns.queuedAt ?? 0) - (b.columns.queuedAt ?? 0);
  return difference || compare(a.stored.session.id, b.stored.session.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
