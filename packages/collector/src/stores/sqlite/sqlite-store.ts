/**
 * The embedded store: one SQLite file through `node:sqlite`, without a native build. A commit has
 * reached the operating system when it is answered, so it survives the death of this process; after
 * a power cut the last commits may be missing, never half there (WAL, `synchronous = NORMAL`:
 * https://sqlite.org/pragma.html#pragma_synchronous).
 * @module
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { decodeSession, encodeSession } from "../codec.ts";
import {
  type Account,
  type Agent,
  type Assignment,
  type Broadcast,
  type Found,
  type ListQuery,
  type LogEntry,
  type Lookup,
  type NewBroadcast,
  type SessionKey,
  type Store,
  type Stored,
  StoreError,
  type Track,
  type Write,
  type WriteOutcome,
} from "../store.ts";
import { decodeTransition, encodeTransition } from "../transition-codec.ts";
import { migrate } from "./schema.ts";
import { SqliteOutbox } from "./sqlite-outbox.ts";
import { prepareStatements, type Statements } from "./statements.ts";

interface SessionRow {
  id: string;
  version: number;
  epoch: number;
  deadline_at: number | null;
  body: string;
  shadow: string | null;
}

interface LogRow {
  cursor: number;
  session: string;
  session_created_at: number;
  seq: number;
  at: number;
  body: string;
}

export class SqliteStore implements Store {
  readonly outbox: SqliteOutbox;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  /**
   * Opens the file, or creates it.
   * @throws {StoreError} if it cannot be opened or is not a file of ours.
   */
  constructor(path: string) {
    try {
      this.#database = new DatabaseSync(path);
      this.#database.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;",
      );
      migrate(this.#database);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreError(
        `The SQLite file ${path} cannot be used (${why}): name a file in a writable folder with --store sqlite:PATH.`,
      );
    }
    this.#statements = prepareStatements(this.#database);
    this.outbox = new SqliteOutbox(this.#database, (work) => this.#transaction(work));
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    return lookups.map(({ key, eventIds }) => {
      const row = this.#statements.loadSession.get(key.account, key.id) as SessionRow | undefined;
      return {
        stored: row ? toStored(row) : null,
        seenEventIds: eventIds.filter((id) =>
          this.#statements.hasEvent.get(key.account, key.id, id),
        ),
      };
    });
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    return this.#transaction(() => writes.map((write) => this.#commitOne(write)));
  }

  #commitOne({ key, session, shadow, facets, ...write }: Write): WriteOutcome {
    const columns: SQLInputValue[] = [
      write.epoch,
      write.deadlineAt,
      facets.state,
      facets.presence,
      facets.queue,
      facets.queuedAt,
      facets.assignee,
      facets.group,
      facets.user,
      Number(facets.capacityHeld),
      encodeSession(session),
      shadow && encodeSession(shadow),
      key.account,
      key.id,
    ];
    const { changes } =
      write.expectedVersion === 0
        ? this.#statements.insertSession.run(...columns)
        : this.#statements.updateSession.run(...columns, write.expectedVersion);
    if (changes === 0) return "conflict";
    for (const id of write.eventIds) this.#statements.insertEvent.run(key.account, key.id, id);
    this.#append(key, "live", session.createdAt, write.transitions);
    this.#append(key, "shadow", session.createdAt, write.shadowTransitions);
    return "committed";
  }

  #append(
    { account, id }: SessionKey,
    track: Track,
    createdAt: number,
    transitions: Write["transitions"],
  ): void {
    for (const transition of transitions) {
      const { seq, at } = transition;
      const body = encodeTransition(transition);
      this.#statements.insertTransition.run(account, track, id, createdAt, seq, at, body);
    }
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    return this.#statements.due.all(now, limit).map(toKey);
  }

  async behind(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    return this.#statements.behind.all(account, epoch, limit).map(toKey);
  }

  async list(account: string, query: ListQuery): Promise<readonly Stored[]> {
    const rows = this.#statements.list.all({
      account,
      afterId: query.afterId ?? "",
      state: query.state ?? null,
      presence: query.presence ?? null,
      queue: query.queue ?? null,
      assignee: query.assignee ?? null,
      limit: query.limit,
    });
    return (rows as unknown as SessionRow[]).map(toStored);
  }

  async queue(account: string, group: string | null): Promise<readonly Stored[]> {
    const rows = this.#statements.queue.all(account, group, group);
    return (rows as unknown as SessionRow[]).map(toStored);
  }

  async history(
    key: SessionKey,
    afterSeq: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    const rows = this.#statements.history.all(key.account, key.id, track, afterSeq, limit);
    return (rows as unknown as LogRow[]).map(toLogEntry);
  }

  async log(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track = "live",
  ): Promise<readonly LogEntry[]> {
    const rows = this.#statements.log.all(account, track, afterCursor, limit);
    return (rows as unknown as LogRow[]).map(toLogEntry);
  }

  async lastCursor(account: string): Promise<number> {
    const row = this.#statements.lastCursor.get(account) as { cursor: number | null };
    return row.cursor ?? 0;
  }

  async assignments(account: string, agent?: string): Promise<readonly Assignment[]> {
    const rows = this.#statements.assignments.all({ account, agent: agent ?? null });
    return (rows as unknown as { assignee: string; id: string; held: number }[]).map(
      ({ assignee, id, held }) => ({ agent: assignee, session: id, capacityHeld: held === 1 }),
    );
  }

  async sessionsOf(account: string, user: string): Promise<readonly string[]> {
    return this.#statements.sessionsOf.all(account, user).map((row) => row["id"] as string);
  }

  async count(account: string): Promise<number> {
    return Number(this.#statements.count.get(account)?.["count"] ?? 0);
  }

  async prune(account: string, before: number, limit: number): Promise<number> {
    return Number(this.#statements.prune.run(account, before, limit).changes);
  }

  async erase(key: SessionKey): Promise<boolean> {
    return this.#transaction(() => {
      this.#statements.eraseEvents.run(key.account, key.id);
      this.#statements.eraseTransitions.run(key.account, key.id);
      this.outbox.erase(key);
      return this.#statements.eraseSession.run(key.account, key.id).changes > 0;
    });
  }

  async agents(account: string): Promise<readonly Agent[]> {
    const rows = this.#statements.agents.all(account) as unknown as Agent[];
    return rows.map(({ id, capacity }) => ({ id, capacity }));
  }

  async putAgent(account: string, { id, capacity }: Agent): Promise<void> {
    this.#statements.putAgent.run(account, id, capacity);
  }

  async accounts(): Promise<readonly Account[]> {
    const rows = this.#statements.accounts.all() as unknown as { body: string }[];
    return rows.map(({ body }) => JSON.parse(body) as Account);
  }

  async putAccount(account: Account): Promise<void> {
    this.#statements.putAccount.run(account.name, JSON.stringify(account));
  }

  async broadcasts(afterEpoch: number): Promise<readonly Broadcast[]> {
    const rows = this.#statements.broadcasts.all(afterEpoch);
    return (rows as unknown as { epoch: number; body: string }[]).map(({ epoch, body }) => ({
      ...(JSON.parse(body) as Broadcast),
      epoch,
    }));
  }

  async broadcast(broadcast: NewBroadcast): Promise<number> {
    return this.#appendBroadcast(broadcast);
  }

  async hear(now: number, toleranceMs: number): Promise<boolean> {
    return this.#transaction(() => {
      const row = this.#statements.mark.get() as { heard_at: number } | undefined;
      const fromAt = row?.heard_at ?? now;
      this.#statements.setMark.run(Math.max(now, fromAt));
      if (now - fromAt <= toleranceMs) return false;
      this.#appendBroadcast({ type: "outage", account: null, at: now, fromAt });
      return true;
    });
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #appendBroadcast(broadcast: object): number {
    return Number(this.#statements.broadcast.run(JSON.stringify(broadcast)).lastInsertRowid);
  }

  #transaction<T>(work: () => T): T {
    try {
      this.#statements.begin.run();
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#statements.rollback.run();
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreError(`The SQLite file cannot be written: ${why}.`);
    }
  }
}

function toKey({ account, id }: Record<string, unknown>): SessionKey {
  return { account: account as string, id: id as string };
}

function toStored({ id, version, epoch, deadline_at, body, shadow }: SessionRow): Stored {
  return {
    session: decodeSession(id, body),
    shadow: shadow === null ? null : decodeSession(id, shadow),
    version,
    epoch,
    deadlineAt: deadline_at,
  };
}

function toLogEntry({ cursor, session, session_created_at, seq, at, body }: LogRow): LogEntry {
  const transition = decodeTransition(seq, at, body);
  return { cursor, session, sessionCreatedAt: session_created_at, transition };
}
