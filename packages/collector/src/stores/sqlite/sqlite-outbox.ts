/**
 * The webhook outbox of a store whose log is in SQLite: the collector's file, or a Durable Object.
 * @module
 */
import { nextTurn, TurnBudget } from "../../async/turns.ts";
import { type DeliveryStatus, SETTLED_STATUSES } from "../../core/lists.ts";
import type { AuditEntry } from "../admin.ts";
import type {
  Claim,
  Delivery,
  DeliveryQuery,
  Endpoint,
  EndpointKey,
  EndpointPatch,
  EndpointStatus,
  ListedDelivery,
  OutboxStore,
  SeqRange,
  SessionName,
  Settlement,
  WaitingSession,
} from "../outbox.ts";
import { numbersOf, parseEndpoint, parseWaiting } from "../parse-outbox.ts";
import type { RecordErrors } from "../record-error.ts";
import {
  addResends,
  resendsBySession,
  type SessionResends,
  type TransitionName,
} from "../resends.ts";
import type { SessionKey } from "../store.ts";
import type { DatabaseAccess, SqlDatabase, SqlRow } from "./database.ts";
import { type OutboxStatements, prepareOutboxStatements } from "./outbox-statements.ts";
import type { SqliteAdmin } from "./sqlite-admin.ts";

interface EndpointRow {
  account: string;
  id: string;
  body: string;
  cursor: number;
  paused_until: number | null;
  next_attempt_at: number | null;
}

interface WaitingRow {
  session: string;
  session_created_at: number;
  resends: string;
  next_seq: number;
  attempts: number;
  waiting_since: number;
  next_attempt_at: number;
}

interface DeliveryRow {
  position: number;
  session: string;
  session_created_at: number;
  seq: number;
  status: DeliveryStatus;
  attempts: number;
  updated_at: number;
  response: number | null;
  error: string | null;
  next_attempt_at: number | null;
}

/** Rows that are read or deleted in one turn of the event loop. */
const PART = 500;

export class SqliteOutbox implements OutboxStore {
  readonly #unreadable: RecordErrors;
  readonly #access: DatabaseAccess;
  readonly #admin: SqliteAdmin;
  readonly #statements: OutboxStatements;

  /** @param unreadable is told of rows that are passed over. */
  constructor(
    database: SqlDatabase,
    unreadable: RecordErrors,
    access: DatabaseAccess,
    admin: SqliteAdmin,
  ) {
    this.#unreadable = unreadable;
    this.#admin = admin;
    this.#access = access;
    this.#statements = prepareOutboxStatements(database);
  }

  async endpoints(account?: string): Promise<readonly EndpointStatus[]> {
    const { endpoints, endpointsOf } = this.#statements;
    if (account !== undefined) {
      const rows = await this.#access.read(() => endpointsOf.all(account));
      return this.#readable(rows);
    }
    const budget = new TurnBudget();
    const found: EndpointStatus[] = [];
    for (let last = { account: "", id: "" }; ; ) {
      const rows = await this.#access.read(() => endpoints.all(last.account, last.id, PART));
      found.push(...this.#readable(rows));
      if (rows.length < PART) return found;
      last = rows.at(-1) as unknown as EndpointRow;
      await budget.step();
    }
  }

  /** The endpoints whose rows can be read. */
  #readable(rows: readonly SqlRow[]): readonly EndpointStatus[] {
    const found = rows as unknown as readonly EndpointRow[];
    return found.flatMap(({ account, id, body, cursor, paused_until, next_attempt_at }) =>
      this.#unreadable.readable(() => ({
        endpoint: parseEndpoint({ account, id }, body),
        cursor,
        pausedUntil: paused_until,
        nextAttemptAt: next_attempt_at,
      })),
    );
  }

  async addEndpoint(
    endpoint: Endpoint,
    cursor: number,
    audit: readonly AuditEntry[] = [],
  ): Promise<boolean> {
    const { account, id, name } = endpoint;
    const body = JSON.stringify(endpoint);
    const { addEndpoint } = this.#statements;
    return this.#access.transaction(() => {
      if (Number(addEndpoint.run(account, id, name, body, cursor).changes) === 0) return false;
      this.#admin.append(account, audit);
      return true;
    });
  }

  async changeEndpoint(
    key: EndpointKey,
    patch: EndpointPatch,
    audit: readonly AuditEntry[] = [],
  ): Promise<Endpoint | "taken" | null> {
    return this.#access.transaction(() => {
      const row = this.#findRow(key);
      if (!row) return null;
      const endpoint: Endpoint = { ...parseEndpoint(key, row.body), ...patch };
      const { account, id, name } = endpoint;
      if (this.#statements.nameExists.get(account, name, id)) return "taken";
      this.#statements.changeEndpoint.run(name, JSON.stringify(endpoint), account, id);
      this.#admin.append(account, audit);
      return endpoint;
    });
  }

  #findRow({ account, id }: EndpointKey): EndpointRow | undefined {
    return this.#statements.endpoint.get(account, id) as EndpointRow | undefined;
  }

  /** In parts, and the endpoint last: where that ends half way, it is repeated. */
  async removeEndpoint(key: EndpointKey, audit: readonly AuditEntry[] = []): Promise<boolean> {
    const { account, id } = key;
    const { endClaim, removeWaiting, removeDeliveries, removeEndpoint } = this.#statements;
    for (;;) {
      const removed = await this.#access.transaction(() => {
        const isKnown = endClaim.get(account, id) !== undefined;
        const isComplete = [removeWaiting, removeDeliveries].every(
          (statement) => Number(statement.run(account, id, PART).changes) < PART,
        );
        if (isComplete && Number(removeEndpoint.run(account, id).changes) > 0) {
          this.#admin.append(account, audit);
        }
        return isComplete ? isKnown : null;
      });
      if (removed !== null) return removed;
      await nextTurn();
    }
  }

  async claim(
    key: EndpointKey,
    owner: string,
    now: number,
    untilAt: number,
  ): Promise<Claim | null> {
    const { account, id } = key;
    const row = await this.#access.transaction(() => {
      const { changes } = this.#statements.claim.run(owner, untilAt, account, id, now);
      return changes > 0 ? this.#findRow(key) : undefined;
    });
    if (!row) return null;
    return {
      endpoint: parseEndpoint(key, row.body),
      cursor: row.cursor,
      pausedUntil: row.paused_until,
      waiting: await this.#waiting(key),
    };
  }

  /** Under a claim nobody else changes them, but what is changed ends it. */
  async #waiting(key: EndpointKey): Promise<readonly WaitingSession[]> {
    const { account, id } = key;
    const budget = new TurnBudget();
    const found: WaitingSession[] = [];
    for (let last = { session: "", session_created_at: 0 }; ; ) {
      const { session, session_created_at: createdAt } = last;
      const rows = (await this.#access.read(() =>
        this.#statements.waiting.all(account, id, session, createdAt, PART),
      )) as unknown as WaitingRow[];
      for (const row of rows) found.push(...this.#unreadable.readable(() => toWaiting(key, row)));
      if (rows.length < PART) return found;
      last = rows.at(-1) as WaitingRow;
      await budget.step();
    }
  }

  async settle(
    key: EndpointKey,
    owner: string,
    { cursor, pausedUntil, ...settlement }: Settlement,
    untilAt: number | null,
  ): Promise<boolean> {
    const { account, id } = key;
    const nextOwner = untilAt === null ? null : owner;
    return this.#access.transaction(() => {
      const { changes } = this.#statements.settle.run(
        cursor,
        pausedUntil,
        nextOwner,
        untilAt ?? 0,
        account,
        id,
        owner,
      );
      if (changes === 0) return false;
      for (const { session, sessionCreatedAt } of settlement.caughtUp) {
        this.#statements.dropWaiting.run(account, id, session, sessionCreatedAt);
      }
      for (const waiting of settlement.waiting) this.#putWaiting(key, waiting);
      for (const delivery of settlement.deliveries) this.#putDelivery(key, delivery);
      return true;
    });
  }

  #putWaiting({ account, id }: EndpointKey, waiting: WaitingSession): void {
    const { session, sessionCreatedAt, resends, ...numbers } = waiting;
    this.#statements.putWaiting.run({
      account,
      endpoint: id,
      session,
      createdAt: sessionCreatedAt,
      resends: JSON.stringify(resends),
      ...numbers,
    });
  }

  #putDelivery({ account, id }: EndpointKey, delivery: Delivery): void {
    const { session, sessionCreatedAt, seq, status, attempts, ...last } = delivery;
    const { updatedAt, response, error, nextAttemptAt } = last;
    this.#statements.putDelivery.run({
      account,
      endpoint: id,
      session,
      createdAt: sessionCreatedAt,
      seq,
      status,
      attempts,
      updatedAt,
      response,
      error,
      nextAttemptAt,
    });
  }

  async moveCursor(
    { account, id }: EndpointKey,
    cursor: number,
    isForwardAllowed: boolean,
  ): Promise<void> {
    const values = [Number(isForwardAllowed), cursor, cursor, account, id];
    await this.#access.transaction(() => this.#statements.moveCursor.run(...values));
  }

  async resend(
    key: EndpointKey,
    transitions: readonly TransitionName[],
    now: number,
  ): Promise<number> {
    return this.#access.transaction(() => {
      const row = this.#statements.endClaim.get(key.account, key.id);
      const cursor = row?.["cursor"] as number | undefined;
      if (cursor === undefined) return 0;
      return resendsBySession(transitions)
        .map((each) => this.#resendOf(key, cursor, each, now))
        .reduce((sum, count) => sum + count, 0);
    });
  }

  /** Returns how many transitions of the session were added. */
  #resendOf(
    key: EndpointKey,
    cursor: number,
    { session, sessionCreatedAt, seqs }: SessionResends,
    now: number,
  ): number {
    const { account, id } = key;
    const { hasTransition, waitingOf, passedSeq, markPending } = this.#statements;
    const row = waitingOf.get(account, id, session, sessionCreatedAt) as WaitingRow | undefined;
    const passed = passedSeq.get(account, session, sessionCreatedAt, cursor);
    const before: WaitingSession = row
      ? toWaiting(key, row)
      : {
          session,
          sessionCreatedAt,
          resends: [],
          nextSeq: Number(passed?.["seq"] ?? 0) + 1,
          attempts: 0,
          waitingSince: now,
          nextAttemptAt: now,
        };
    const isStored = (seq: number) =>
      hasTransition.get(account, session, seq, sessionCreatedAt) !== undefined;
    const { added, waiting } = addResends(before, seqs, isStored);
    if (added.length === 0) return 0;
    this.#putWaiting(key, waiting);
    for (const seq of added) markPending.run(now, account, id, session, sessionCreatedAt, seq);
    return added.length;
  }

  async deliveries(
    { account, id }: EndpointKey,
    { status, beforePosition, limit }: DeliveryQuery,
  ): Promise<readonly ListedDelivery[]> {
    const before = beforePosition ?? Number.MAX_SAFE_INTEGER;
    const { deliveries, deliveriesOf } = this.#statements;
    const rows = await this.#access.read(() =>
      status
        ? deliveriesOf.all(account, id, status, before, limit)
        : deliveries.all(account, id, before, limit),
    );
    return (rows as unknown as DeliveryRow[]).map(toDelivery);
  }

  async deliveriesOfSession(
    { account, id }: EndpointKey,
    { session, sessionCreatedAt }: SessionName,
    { from, to }: SeqRange,
  ): Promise<readonly ListedDelivery[]> {
    const { deliveriesOfSession } = this.#statements;
    const rows = await this.#access.read(() =>
      deliveriesOfSession.all(account, session, sessionCreatedAt, from, to, id),
    );
    return (rows as unknown as DeliveryRow[]).map(toDelivery);
  }

  async trimDeliveries({ account, id }: EndpointKey, keep: number): Promise<void> {
    const { oldestKept, trimDeliveries } = this.#statements;
    for (const status of SETTLED_STATUSES) {
      const isComplete = () =>
        this.#access.transaction(() => {
          const last = oldestKept.get(account, id, status, keep)?.["position"] as
            | number
            | undefined;
          if (last === undefined) return true;
          return Number(trimDeliveries.run(account, id, status, last, PART).changes) < PART;
        });
      while (!(await isComplete())) await nextTurn();
    }
  }

  /** A position is that of the last delivery that was looked at, and its endpoint. */
  async pruneDeliveries(
    account: string,
    before: number,
    after: string | null,
    limit: number,
  ): Promise<string | null> {
    const { partOfDeliveries, endpointAfter, dropDelivery } = this.#statements;
    const [position = "0", endpoint = ""] = after?.split(/ (.*)/s) ?? [];
    return this.#access.transaction(() => {
      const rows = partOfDeliveries.all(account, endpoint, Number(position), limit);
      for (const row of rows) {
        if ((row["updated_at"] as number) < before) dropDelivery.run(row["position"] as number);
      }
      const last = rows.at(-1);
      if (last && rows.length === limit) return `${last["position"]} ${endpoint}`;
      const next = endpointAfter.get(account, endpoint);
      return next ? `0 ${next["id"]}` : null;
    });
  }

  /**
   * Erases waiting rows and a part of the deliveries of a session, in the transaction that erases it; true:
   * no delivery is left.
   */
  erasePart({ account, id }: SessionKey, limit: number): boolean {
    this.#statements.eraseWaiting.run(account, id);
    return Number(this.#statements.eraseDeliveries.run(account, id, limit).changes) < limit;
  }
}

/** @throws {RecordError} */
function toWaiting(key: EndpointKey, row: WaitingRow): WaitingSession {
  return {
    session: row.session,
    sessionCreatedAt: row.session_created_at,
    resends: parseWaiting(key, row.session, () => numbersOf(JSON.parse(row.resends))),
    nextSeq: row.next_seq,
    attempts: row.attempts,
    waitingSince: row.waiting_since,
    nextAttemptAt: row.next_attempt_at,
  };
}

function toDelivery(row: DeliveryRow): ListedDelivery {
  return {
    position: row.position,
    session: row.session,
    sessionCreatedAt: row.session_created_at,
    seq: row.seq,
    status: row.status,
    attempts: row.attempts,
    updatedAt: row.updated_at,
    response: row.response,
    error: row.error,
    nextAttemptAt: row.next_attempt_at,
  };
}
