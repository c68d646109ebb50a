/**
 * The webhook outbox of a store whose log is in SQLite: the collector's file, or a Durable Object.
 * @module
 */
import { type DeliveryStatus, SETTLED_STATUSES } from "../../core/lists.ts";
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
  SessionName,
  Settlement,
  WaitingSession,
} from "../outbox.ts";
import { numbersOf, parseEndpoint, parseWaiting } from "../parse-outbox.ts";
import type { RecordErrors } from "../record-error.ts";
import type { SessionKey } from "../store.ts";
import type { SqlDatabase } from "./database.ts";
import { type OutboxStatements, prepareOutboxStatements } from "./outbox-statements.ts";

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

/** Runs work in a transaction of the store. */
export type Transaction = <T>(work: () => T) => T;

export class SqliteOutbox implements OutboxStore {
  readonly #unreadable: RecordErrors;
  readonly #transaction: Transaction;
  readonly #statements: OutboxStatements;

  /** @param unreadable is told of rows that are passed over. */
  constructor(database: SqlDatabase, unreadable: RecordErrors, transaction: Transaction) {
    this.#unreadable = unreadable;
    this.#transaction = transaction;
    this.#statements = prepareOutboxStatements(database);
  }

  async endpoints(): Promise<readonly EndpointStatus[]> {
    const rows = this.#statements.endpoints.all() as unknown as EndpointRow[];
    return rows.flatMap(({ account, id, body, cursor, paused_until, next_attempt_at }) =>
      this.#unreadable.readable(() => ({
        endpoint: parseEndpoint({ account, id }, body),
        cursor,
        pausedUntil: paused_until,
        nextAttemptAt: next_attempt_at,
      })),
    );
  }

  async addEndpoint(endpoint: Endpoint, cursor: number): Promise<boolean> {
    const { account, id, name } = endpoint;
    const body = JSON.stringify(endpoint);
    return this.#statements.addEndpoint.run(account, id, name, body, cursor).changes > 0;
  }

  async changeEndpoint(key: EndpointKey, patch: EndpointPatch): Promise<Endpoint | "taken" | null> {
    return this.#transaction(() => {
      const row = this.#findRow(key);
      if (!row) return null;
      const endpoint: Endpoint = { ...parseEndpoint(key, row.body), ...patch };
      const { account, id, name } = endpoint;
      if (this.#statements.nameExists.get(account, name, id)) return "taken";
      this.#statements.changeEndpoint.run(name, JSON.stringify(endpoint), account, id);
      return endpoint;
    });
  }

  #findRow({ account, id }: EndpointKey): EndpointRow | undefined {
    return this.#statements.endpoint.get(account, id) as EndpointRow | undefined;
  }

  async removeEndpoint({ account, id }: EndpointKey): Promise<boolean> {
    return this.#transaction(() => {
      this.#statements.removeWaiting.run(account, id);
      this.#statements.removeDeliveries.run(account, id);
      return this.#statements.removeEndpoint.run(account, id).changes > 0;
    });
  }

  async claim(
    key: EndpointKey,
    owner: string,
    now: number,
    untilAt: number,
  ): Promise<Claim | null> {
    const { account, id } = key;
    return this.#transaction(() => {
      const { changes } = this.#statements.claim.run(owner, untilAt, account, id, now);
      const row = changes > 0 && this.#findRow(key);
      if (!row) return null;
      const waiting = this.#statements.waiting.all(account, id) as unknown as WaitingRow[];
      return {
        endpoint: parseEndpoint(key, row.body),
        cursor: row.cursor,
        pausedUntil: row.paused_until,
        waiting: waiting.flatMap((each) => this.#unreadable.readable(() => toWaiting(key, each))),
      };
    });
  }

  async settle(
    key: EndpointKey,
    owner: string,
    { cursor, pausedUntil, ...settlement }: Settlement,
    untilAt: number | null,
  ): Promise<boolean> {
    const { account, id } = key;
    const nextOwner = untilAt === null ? null : owner;
    return this.#transaction(() => {
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
    this.#statements.moveCursor.run(Number(isForwardAllowed), cursor, cursor, account, id);
  }

  async resend(
    key: EndpointKey,
    transitions: readonly (SessionName & { readonly seq: number })[],
    now: number,
  ): Promise<number> {
    return this.#transaction(() => {
      const row = this.#statements.endClaim.get(key.account, key.id);
      const cursor = row?.["cursor"] as number | undefined;
      if (cursor === undefined) return 0;
      return transitions.filter((each) => this.#resendOne(key, cursor, each, now)).length;
    });
  }

  #resendOne(
    key: EndpointKey,
    cursor: number,
    { session, sessionCreatedAt, seq }: SessionName & { readonly seq: number },
    now: number,
  ): boolean {
    const { account, id } = key;
    const { hasTransition, waitingOf, passedSeq, markPending } = this.#statements;
    if (!hasTransition.get(account, session, seq, sessionCreatedAt)) return false;
    const row = waitingOf.get(account, id, session, sessionCreatedAt) as WaitingRow | undefined;
    const passed = passedSeq.get(account, session, sessionCreatedAt, cursor);
    const waiting: WaitingSession = row
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
    if (seq >= waiting.nextSeq || waiting.resends.includes(seq)) return false;
    this.#putWaiting(key, {
      ...waiting,
      resends: [...waiting.resends, seq].sort((a, b) => a - b),
    });
    markPending.run(now, account, id, session, sessionCreatedAt, seq);
    return true;
  }

  async deliveries(
    { account, id }: EndpointKey,
    { status, beforePosition, limit }: DeliveryQuery,
  ): Promise<readonly ListedDelivery[]> {
    const before = beforePosition ?? Number.MAX_SAFE_INTEGER;
    const rows = status
      ? this.#statements.deliveriesOf.all(account, id, status, before, limit)
      : this.#statements.deliveries.all(account, id, before, limit);
    return (rows as unknown as DeliveryRow[]).map(toDelivery);
  }

  async trimDeliveries({ account, id }: EndpointKey, keep: number): Promise<void> {
    for (const status of SETTLED_STATUSES) {
      this.#statements.trimDeliveries.run({ account, endpoint: id, status, keep });
    }
  }

  async pruneDeliveries(account: string, before: number, limit: number): Promise<number> {
    return Number(this.#statements.pruneDeliveries.run(account, before, limit).changes);
  }

  /** Erases waiting rows and deliveries of a session; call it in the transaction that erases it. */
  erase({ account, id }: SessionKey): void {
    this.#statements.eraseWaiting.run(account, id);
    this.#statements.eraseDeliveries.run(account, id);
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
