/**
 * Queries over an account's sessions. Each is sent to all partitions, and the results are merged.
 * @module
 */
import {
  type Candidate,
  comparePositions,
  type ListPage,
  type ListQuery,
  type ListSource,
  listPage,
  positionOf,
} from "../list.ts";
import { noSessions, type StateCounts } from "../state-counts.ts";
import type { Assignment, QueueCounts, Stored } from "../store.ts";
import type { Connection } from "./connection.ts";
import { decodeName, encodeName, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import {
  columnsPattern,
  decodeColumns,
  decodeRecord,
  QUEUED_PATTERN,
  userNeedles,
} from "./record.ts";
import { DUE_OF } from "./scripts/due-of.ts";
import { FIND_BY_TEXT } from "./scripts/find.ts";
import { LIST_SESSIONS } from "./scripts/list.ts";

/** How many sessions are read by id in one call. */
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

  list(account: string, query: ListQuery): Promise<ListPage> {
    const pattern = columnsPattern(query);
    const walk: ListSource["walk"] = async (sort, after, limit) => {
      if (sort === "id") {
        return (await this.#mergeRuns(account, pattern, after?.id ?? "", limit)).map(toCandidate);
      }
      const order = sort === "waiting" ? QUEUED_PATTERN : pattern;
      const all = await this.#mergeRuns(account, order, "", Number.MAX_SAFE_INTEGER);
      return all
        .map(toCandidate)
        .filter((each) => !after || comparePositions(positionOf(each, sort), after) > 0)
        .sort((a, b) => comparePositions(positionOf(a, sort), positionOf(b, sort)))
        .slice(0, limit);
    };
    const pick: ListSource["pick"] = async ({ assignee }, limit) => {
      if (assignee === undefined) return null;
      const assignments = await this.assignments(account, assignee);
      return assignments.map(({ session }) => session).slice(0, limit);
    };
    const load: ListSource["load"] = async (ids) =>
      (await this.#load(account, ids)).map(toCandidate);
    return listPage({ walk, pick, load }, query);
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

  async countQueue(account: string, group?: string): Promise<QueueCounts> {
    const counts = { queued: 0, direct: 0 };
    const rows = await this.#mergeRuns(account, QUEUED_PATTERN, "", Number.MAX_SAFE_INTEGER);
    for (const { columns } of rows.map(toCandidate)) {
      if (group !== undefined && columns.group !== group) continue;
      if (columns.queue !== "none") counts[columns.queue] += 1;
    }
    return counts;
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
        const isMatch = ([id, record]: Row) =>
          decodeRecord(id, record).stored.session.user === user;
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
        counts[decodeColumns(flat[index] ?? "").state] += Number(flat[index + 1]);
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

function toCandidate([id, record]: Row): Candidate {
  const { columns, stored } = decodeRecord(id, record);
  const { changedAt, queuedAt } = stored.session;
  return { id, changedAt, queuedAt, columns, stored };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
