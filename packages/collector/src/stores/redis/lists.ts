/**
 * Queries over an account's sessions. Each is sent to all partitions, and the results are merged.
 * @module
 */
import { Slots } from "../../async/slots.ts";
import { SharedTurns, TurnBudget } from "../../async/turns.ts";
import {
  type Candidate,
  compare,
  comparePositions,
  type ListFilter,
  type ListOrder,
  type ListPage,
  type ListPosition,
  type ListQuery,
  type ListSource,
  listPage,
  termOf,
  userTerm,
} from "../list.ts";
import { compareNames } from "../name-order.ts";
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
import { DueRows } from "./due-rows.ts";
import { termCode } from "./index-entries.ts";
import { accountKeys, decodeName, encodeName, sessionKey, sessionKeys } from "./keys.ts";
import { pairs, tuplesOf } from "./pairs.ts";
import { partitionOf } from "./partition.ts";
import { columnsPattern, decodeColumns, decodeRecord } from "./record.ts";
import { LIST_ASSIGNEES } from "./scripts/assignees.ts";
import { COUNT_WAITING } from "./scripts/count-waiting.ts";
import { DUE_OF } from "./scripts/due-of.ts";
import { FIND_BY_TERM } from "./scripts/find-term.ts";
import { LIST_SESSIONS } from "./scripts/list.ts";
import { WALK_TIMES } from "./scripts/walk-times.ts";
import { mergeRuns, type SortedRun } from "./sorted-runs.ts";
import { memberError } from "./unreadable.ts";

/** How many sessions are read by id in one call. */
const LOAD_LIMIT = 500;
/** How many agents of a partition one script lists, so that it holds up no other. */
const ASSIGNEES_LIMIT = 500;
const BEGINNING: ListPosition = { at: 0, id: "" };
/** How many sessions of one partition are read for {@link Lists.dueOf}. */
const MAX_READ_FOR_DUE = 10_000;
/** Partitions that are read together for it: other commands of the server wait for so many scripts at most. */
export const MAX_DUE_READS = 2;

/** The ids that a partition has for a term, or its key if that has the wrong type. */
type Found = readonly string[] | string;

/** A session with its place in a list. */
interface Row extends ListPosition {
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
    const walk: ListSource["walk"] = async (sort, after, limit) => {
      const from = after ?? BEGINNING;
      const share = Math.min(Math.ceil(limit / this.#partitions.length) + 2, LOAD_LIMIT);
      const runs = await this.#fromAllPartitions((partition) =>
        sort === "id"
          ? this.#runsById(account, partition, pattern, from, share)
          : this.#runsByTime(account, partition, sort, from, share),
      );
      const rows = await mergeRuns(runs, comparePositions, limit);
      return rows.map((row) => candidateOf(account, row, sort));
    };
    const load: ListSource["load"] = async (ids) =>
      (await this.#load(account, ids)).map((row) => candidateOf(account, row, "id"));
    return listPage(
      { walk, pick: (filter, limit) => this.#pick(account, filter, limit), load },
      query,
      this.#unreadable,
    );
  }

  /** One run for each combination of columns that matches the pattern. */
  async #runsById(
    account: string,
    partition: number,
    pattern: string,
    { id }: ListPosition,
    limit: number,
  ): Promise<readonly SortedRun<Row>[]> {
    const { ids, columns, sessions } = sessionKeys(partition, account);
    const args = [pattern, id, limit];
    const reply = await this.#connection.run(LIST_SESSIONS, [ids, columns, sessions], args);
    return (reply as [string, number, ...string[]][]).map(([letters, hasMore, ...flat]) => ({
      rows: pairs(flat).map(([id, record]) => ({ at: 0, id, record })),
      hasMore: hasMore === 1,
      read: (last) => this.#runsById(account, partition, letters, last ?? BEGINNING, limit),
    }));
  }

  async #runsByTime(
    account: string,
    partition: number,
    sort: "changed" | "waiting",
    from: ListPosition,
    limit: number,
  ): Promise<readonly SortedRun<Row>[]> {
    const of = sessionKeys(partition, account);
    const isQueue = sort === "waiting";
    const [times, leaves] = isQueue
      ? [of.waiting, of.waitingLeaves]
      : [of.changes, of.changeLeaves];
    const args = [from.at, "", limit, 1, isQueue ? 1 : 0];
    const reply = await this.#connection.run(WALK_TIMES, [times, leaves, of.sessions], args);
    const [hasMore, ...flat] = reply as [number, ...string[]];
    const rows = tuplesOf(flat, 3)
      .map(([at, id = "", record = ""]) => ({ at: Number(at), id, record }))
      .filter((row) => comparePositions(row, from) > 0)
      .sort(comparePositions);
    const read = (last: ListPosition | undefined) =>
      this.#runsByTime(account, partition, sort, last ?? from, limit);
    return [{ rows, hasMore: hasMore === 1, read }];
  }

  async #pick(account: string, filter: ListFilter & { readonly sort?: unknown }, limit: number) {
    const { assignee, changedAfter, changedBefore, sort } = filter;
    const term = termOf(filter);
    const ids: (() => Promise<readonly string[] | null>)[] = [];
    if (term !== null) ids.push(() => this.#idsByTerm(account, term, limit));
    if (assignee !== undefined) ids.push(() => this.#idsByAssignee(account, assignee, limit));
    if ((changedAfter !== undefined || changedBefore !== undefined) && sort !== "changed") {
      const range = [(changedAfter ?? -1) + 1, changedBefore ?? ""] as const;
      ids.push(() => this.#idsByChange(account, range, limit));
    }
    for (const read of ids) {
      const found = await read();
      if (found && found.length < limit) return found;
    }
    return null;
  }

  async #idsByTerm(account: string, term: string, limit: number): Promise<readonly string[]> {
    const { bucket, digest } = termCode(term);
    const keys = this.#partitions.map((partition) => sessionKey(partition, account, "terms"));
    // A cluster has each partition in a slot of its own.
    const calls = this.#connection.isCluster ? keys.map((key) => [key]) : [keys];
    const replies = calls.map(async (call) => {
      const args = [bucket, digest, limit];
      return (await this.#connection.run(FIND_BY_TERM, call as [string], args)) as Found[];
    });
    const ids = (await Promise.all(replies)).flat().map((found) =>
      this.#unreadable.readableAsync(async () => {
        if (typeof found === "string") throw await this.#connection.wrongType(found);
        return found;
      }),
    );
    return (await Promise.all(ids)).flat(2);
  }

  async #idsByAssignee(
    account: string,
    assignee: string,
    limit: number,
  ): Promise<readonly string[]> {
    const found = await this.assignments(account, assignee, { limit });
    return found.map(({ session }) => session);
  }

  /** Null: there may be more. */
  async #idsByChange(
    account: string,
    [from, before]: readonly [number, number | ""],
    limit: number,
  ): Promise<readonly string[] | null> {
    let isMore = false;
    const ids = await this.#fromAllPartitions(async (partition) => {
      const { changes, changeLeaves, sessions } = sessionKeys(partition, account);
      // More than a share of each, for they are not equal.
      const share = Math.ceil((2 * limit) / this.#partitions.length);
      const args = [from, before, share, 0, 0];
      const keys = [changes, changeLeaves, sessions] as const;
      const reply = await this.#connection.run(WALK_TIMES, [...keys], args);
      const [hasMore, ...flat] = reply as [number, ...string[]];
      isMore ||= hasMore === 1;
      return tuplesOf(flat, 3).map(([, id = ""]) => id);
    });
    return isMore ? null : ids;
  }

  /** Covers all partitions, whichever collector sweeps them. */
  async dueOf(account: string, until: number, limit: number): Promise<readonly Stored[]> {
    const budget = new TurnBudget();
    const due = new DueRows(limit);
    const turns = new SharedTurns();
    const slots = new Slots(MAX_DUE_READS);
    await this.#fromAllPartitions((partition) =>
      slots.run(async () => {
        const { ids, columns, sessions } = sessionKeys(partition, account);
        const args = [until, limit, MAX_READ_FOR_DUE];
        const reply = await this.#connection.run(DUE_OF, [ids, columns, sessions], args);
        // Those of many partitions may arrive in one turn of the event loop.
        await turns.next();
        due.add(reply as string[]);
        return [];
      }),
    );
    const found: Stored[] = [];
    for (const { id, record } of due.first) {
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
    } else if (group !== "") {
      // An empty name is that of no group; the index has it for sessions without one.
      await this.#fromAllPartitions(async (partition) => {
        const { waiting } = sessionKeys(partition, account);
        const reply = await this.#connection.run(COUNT_WAITING, [waiting], [encodeName(group)]);
        const [queued = 0, direct = 0] = reply as number[];
        counts.queued += queued;
        counts.direct += direct;
        return [];
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

  /** The partitions have them in the order of their encoded names, which is another one, so all of them are read. */
  async agents(
    account: string,
    { afterId = "", limit }: AgentQuery,
  ): Promise<readonly ListedAgent[]> {
    const { agents } = accountKeys(account);
    const fields = (await this.#connection.command(agents, "HGETALL", agents)) as string[];
    const capacities = new Map(
      pairs(fields).map(([agent, capacity]) => [agent, Number(capacity)] as const),
    );
    const assigned = await this.#fromAllPartitions((partition) =>
      this.#assignees(partition, account),
    );
    const ids = new Set([...assigned.map(decodeName), ...capacities.keys()]);
    const wanted = [...ids].filter((id) => compareNames(id, afterId) > 0).sort(compareNames);
    return wanted.slice(0, limit).map((id) => ({ id, capacity: capacities.get(id) ?? null }));
  }

  /** The encoded names of all agents with sessions in a partition. */
  async #assignees(partition: number, account: string): Promise<readonly string[]> {
    const { assigned } = sessionKeys(partition, account);
    const names: string[] = [];
    for (let isMore = true; isMore; ) {
      const args = [names.at(-1) ?? "", ASSIGNEES_LIMIT];
      const part = (await this.#connection.run(LIST_ASSIGNEES, [assigned], args)) as string[];
      names.push(...part);
      isMore = part.length === ASSIGNEES_LIMIT;
    }
    return names;
  }

  async sessionsOf(
    account: string,
    user: string,
    after: string | null,
    limit: number,
  ): Promise<IdPart> {
    const all = await this.#idsByTerm(account, userTerm(user), Number.MAX_SAFE_INTEGER);
    const rest = all.filter((id) => id > (after ?? "")).sort(compare);
    const part = rest.slice(0, limit);
    const rows = await this.#load(account, part);
    const isOfUser = ({ id, record }: Row) =>
      this.#unreadable
        .readable(() => decodeRecord(account, id, record).stored.session)
        .some((session) => session.user === user);
    const next = rest.length > limit ? (part.at(-1) ?? null) : null;
    return { ids: rows.filter(isOfUser).map(({ id }) => id), next };
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
      for (const [letters, count] of pairs(flat)) {
        const [known] = this.#unreadable.readable(() => columnsIn(columns, letters));
        if (known) use(known, Number(count));
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
          record === null ? [] : [{ at: 0, id: group[index] ?? "", record }],
        );
      }),
    );
    return loaded.flat().sort(comparePositions);
  }

  async #fromAllPartitions<T>(query: (partition: number) => Promise<readonly T[]>): Promise<T[]> {
    const found = await Promise.all(
      this.#partitions.map((partition) => this.#unreadable.readableAsync(() => query(partition))),
    );
    return found.flat(2);
  }
}

/** One whose record cannot be read says so when it is read. */
function candidateOf(account: string, { id, at, record }: Row, sort: ListOrder): Candidate {
  try {
    const { columns, stored } = decodeRecord(account, id, record);
    const { changedAt, queuedAt } = stored.session;
    return { id, changedAt, queuedAt, columns, stored };
  } catch (error) {
    return {
      id,
      changedAt: sort === "changed" ? at : 0,
      queuedAt: sort === "waiting" ? at : null,
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
