/**
 * Queries over an account's sessions. Each is sent to all partitions, and the results are merged.
 * @module
 */
import { TurnBudget } from "../../async/turns.ts";
import {
  type Candidate,
  comparePositions,
  type ListOrder,
  type ListPage,
  type ListPosition,
  type ListQuery,
  type ListSource,
  listPage,
  MAX_EXAMINED,
  positionOf,
} from "../list.ts";
import type { RecordErrors } from "../record-error.ts";
import { noSessions, type StateCounts } from "../state-counts.ts";
import type {
  AgentQuery,
  Assignment,
  AssignmentQuery,
  IdPart,
  ListedAgent,
  QueueCounts,
  Stored,
} from "../store.ts";
import type { Connection } from "./connection.ts";
import { accountKeys, decodeName, encodeName, sessionKeys } from "./keys.ts";
import { partitionOf } from "./partition.ts";
import {
  columnsPattern,
  decodeColumns,
  decodeRecord,
  QUEUED_PATTERN,
  userNeedles,
} from "./record.ts";
import { LIST_ASSIGNEES } from "./scripts/assignees.ts";
import { DUE_OF } from "./scripts/due-of.ts";
import { FIND_BY_TEXT } from "./scripts/find.ts";
import { LIST_SESSIONS } from "./scripts/list.ts";
import { memberError } from "./unreadable.ts";

/** How many sessions are read by id in one call. */
const LOAD_LIMIT = 500;
/** How many sessions of one partition are read in one call where all are read. */
const READ_LIMIT = 200;
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

/** A session that is due, as its partition has it. */
interface DueRow {
  readonly deadlineAt: number;
  readonly id: string;
  readonly record: string;
}

export class Lists {
  readonly #connection: Connection;
  readonly #unreadable: RecordErrors;
  readonly #partitions: readonly number[];

  constructor(connection: Connection, partitions: number, unreadable: RecordErrors) {
    this.#connection = connection;
    this.#unreadable = unreadable;
    this.#partitions = Array.from({ length: partitions }, (_, partition) => partition);
  }

  list(account: string, query: ListQuery): Promise<ListPage> {
    const pattern = columnsPattern(query);
    const toCandidate = (row: Row) => candidateOf(account, row);
    const load: ListSource["load"] = async (ids) =>
      (await this.#load(account, ids)).map(toCandidate);
    let first: Promise<readonly ListPosition[]> | null = null;
    const walk: ListSource["walk"] = async (sort, after, limit) => {
      if (sort === "id") {
        return (await this.#mergeRuns(account, pattern, after?.id ?? "", limit)).map(toCandidate);
      }
      const order = sort === "waiting" ? QUEUED_PATTERN : pattern;
      const count = (query.maxExamined ?? MAX_EXAMINED) + 1;
      first ??= this.#firstIn(account, order, sort, after, count);
      const behind = (await first).filter((each) => !after || comparePositions(each, after) > 0);
      const loaded = await load(behind.slice(0, limit).map(({ id }) => id));
      return [...loaded].sort((a, b) => comparePositions(positionOf(a, sort), positionOf(b, sort)));
    };
    const pick: ListSource["pick"] = async ({ assignee }, limit) => {
      if (assignee === undefined) return null;
      const assignments = await this.assignments(account, assignee, { limit });
      return assignments.map(({ session }) => session);
    };
    return listPage({ walk, pick, load }, query, this.#unreadable);
  }

  /** The first positions behind one in an order that has no index: all sessions are read, in parts. */
  async #firstIn(
    account: string,
    pattern: string,
    sort: ListOrder,
    after: ListPosition | null,
    count: number,
  ): Promise<readonly ListPosition[]> {
    let first: ListPosition[] = [];
    await this.#eachRow(account, pattern, (row) => {
      const position = positionOf(candidateOf(account, row), sort);
      if (!after || comparePositions(position, after) > 0) first.push(position);
      if (first.length >= 2 * count) first = first.sort(comparePositions).slice(0, count);
    });
    return first.sort(comparePositions).slice(0, count);
  }

  /** Calls `use` with each session of the columns, in several turns of the event loop. */
  async #eachRow(account: string, pattern: string, use: (row: Row) => void): Promise<void> {
    const budget = new TurnBudget();
    const useRows = async (rows: readonly Row[]) => {
      for (const row of rows) use(row);
      await budget.step();
    };
    await this.#fromAllPartitions(async (partition) => {
      for (const run of await this.#read(account, partition, pattern, "", READ_LIMIT)) {
        await useRows(run.rows);
        while (run.hasMore) {
          const from = lastIdOf(run.rows);
          const [next] = await this.#read(account, partition, run.columns, from, READ_LIMIT);
          run.rows.splice(0, run.rows.length, ...(next?.rows ?? []));
          run.hasMore = next?.hasMore ?? false;
          await useRows(run.rows);
        }
      }
      return [];
    });
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
    const budget = new TurnBudget();
    let first: DueRow[] = [];
    await this.#fromAllPartitions(async (partition) => {
      const { ids, columns, sessions } = sessionKeys(partition, account);
      const args = [until, limit, MAX_READ_FOR_DUE];
      const flat = (await this.#connection.run(DUE_OF, [ids, columns, sessions], args)) as string[];
      const rows = Array.from({ length: flat.length / 3 }, (_, index) => ({
        deadlineAt: Number(flat[index * 3]),
        id: flat[index * 3 + 1] ?? "",
        record: flat[index * 3 + 2] ?? "",
      }));
      first = [...first, ...rows].sort((a, b) => a.deadlineAt - b.deadlineAt).slice(0, limit);
      await budget.step();
      return [];
    });
    const found: Stored[] = [];
    for (const { id, record } of first) {
      const readable = () => decodeRecord(account, id, record).stored;
      found.push(...this.#unreadable.readable(readable));
      await budget.step();
    }
    return found;
  }

  async countQueue(account: string, group?: string): Promise<QueueCounts> {
    const counts = { none: 0, queued: 0, direct: 0 };
    if (group === undefined) {
      await this.#eachColumns(account, ({ queue }, count) => {
        counts[queue] += count;
      });
    } else {
      await this.#eachRow(account, QUEUED_PATTERN, (row) => {
        const { columns } = candidateOf(account, row);
        if (columns.group === group) counts[columns.queue] += 1;
      });
    }
    const { queued, direct } = counts;
    return { queued, direct };
  }

  async assignments(
    account: string,
    agent: string,
    { afterSession = "", isHeld, limit }: AssignmentQuery,
  ): Promise<readonly Assignment[]> {
    const name = encodeName(agent);
    const found = await this.#fromAllPartitions(async (partition) => {
      const { assigned } = sessionKeys(partition, account);
      const ranges = (isHeld ? [1] : [0, 1]).map(async (held) => {
        const prefix = `${name} ${held}`;
        const from = afterSession === "" ? `[${prefix}` : `(${prefix}${afterSession}`;
        const range = [from, `(${prefix}\u{10ffff}`, "LIMIT", "0", String(limit)];
        const command = ["ZRANGEBYLEX", assigned, ...range];
        const members = (await this.#connection.command(assigned, ...command)) as string[];
        return members.map((member) => ({
          session: member.slice(prefix.length),
          capacityHeld: held === 1,
        }));
      });
      return (await Promise.all(ranges)).flat();
    });
    return found.sort((a, b) => compare(a.session, b.session)).slice(0, limit);
  }

  /** In the order of the encoded names, by which the partitions have them. */
  async agents(account: string, { afterId, limit }: AgentQuery): Promise<readonly ListedAgent[]> {
    const after = afterId === undefined ? "" : encodeName(afterId);
    const { agents } = accountKeys(account);
    const fields = (await this.#connection.command(agents, "HGETALL", agents)) as string[];
    const capacities = new Map<string, number>();
    for (let at = 0; at < fields.length; at += 2) {
      capacities.set(encodeName(fields[at] ?? ""), Number(fields[at + 1]));
    }
    const assigned = await this.#fromAllPartitions(async (partition) => {
      const keys = [sessionKeys(partition, account).assigned] as const;
      return (await this.#connection.run(LIST_ASSIGNEES, [...keys], [after, limit])) as string[];
    });
    const withCapacity = [...capacities.keys()].filter((name) => name > after);
    const names = [...new Set([...assigned, ...withCapacity])].sort(compare).slice(0, limit);
    return names.map((name) => ({
      id: decodeName(name),
      capacity: capacities.get(name) ?? null,
    }));
  }

  /** Scans the sessions of the account; rarely called, mostly when a user is erased. */
  async sessionsOf(
    account: string,
    user: string,
    after: string | null,
    limit: number,
  ): Promise<IdPart> {
    const [first = "0", member = ""] = after?.split(/:(.*)/s) ?? [];
    const partition = Number(first);
    const { ids: index, sessions } = sessionKeys(partition, account);
    const args = [member, limit, ...userNeedles(user)];
    const reply = await this.#connection.run(FIND_BY_TEXT, [index, sessions], args);
    const [next = "", ...flat] = reply as string[];
    const isMatch = ([id, record]: Row) =>
      this.#unreadable
        .readable(() => decodeRecord(account, id, record).stored.session)
        .some((session) => session.user === user);
    const ids = toRows(flat)
      .filter(isMatch)
      .map(([id]) => id);
    if (next !== "") return { ids, next: `${partition}:${next}` };
    const isLast = partition + 1 >= this.#partitions.length;
    return { ids, next: isLast ? null : `${partition + 1}:` };
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
    await this.#eachColumns(account, ({ state }, count) => {
      counts[state] += count;
    });
    return counts;
  }

  /** Calls `use` with the number of sessions that have the same columns. */
  async #eachColumns(
    account: string,
    use: (columns: ReturnType<typeof decodeColumns>, count: number) => void,
  ): Promise<void> {
    await this.#fromAllPartitions(async (partition) => {
      const { columns } = sessionKeys(partition, account);
      const flat = (await this.#connection.command(columns, "HGETALL", columns)) as string[];
      for (let index = 0; index < flat.length; index += 2) {
        const [known] = this.#unreadable.readable(() => columnsIn(columns, flat[index] ?? ""));
        if (known) use(known, Number(flat[index + 1]));
      }
      return [];
    });
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
    const found = await Promise.all(
      this.#partitions.map((partition) => this.#unreadable.readableAsync(() => query(partition))),
    );
    return found.flat(2);
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

/** One whose record cannot be read says so when it is read. */
function candidateOf(account: string, [id, record]: Row): Candidate {
  try {
    const { columns, stored } = decodeRecord(account, id, record);
    const { changedAt, queuedAt } = stored.session;
    return { id, changedAt, queuedAt, columns, stored };
  } catch (error) {
    return {
      id,
      changedAt: 0,
      queuedAt: null,
      columns: { state: "none", presence: "unknown", queue: "none", assignee: null, group: null },
      get stored(): Stored {
        throw error;
      },
    };
  }
}

/** @throws {RecordError} */
function columnsIn(key: string, letters: string) {
  try {
    return decodeColumns(letters);
  } catch (error) {
    throw memberError(key, letters, error);
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
