/**
 * The webhook outbox of the memory store.
 * @module
 */
import { TurnBudget } from "../../async/turns.ts";
import { SETTLED_STATUSES } from "../../core/lists.ts";
import type { AuditEntry } from "../admin.ts";
import type {
  Claim,
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
import {
  addResends,
  resendsBySession,
  type SessionResends,
  type TransitionName,
} from "../resends.ts";
import type { LogEntry, SessionKey } from "../store.ts";
import { DeliveryList } from "./delivery-list.ts";
import type { MemoryAdmin } from "./memory-admin.ts";

interface EndpointRow {
  endpoint: Endpoint;
  cursor: number;
  pausedUntil: number | null;
  owner: string | null;
  claimedUntil: number;
  readonly waiting: Map<string, WaitingSession>;
  readonly deliveries: DeliveryList;
}

export class MemoryOutbox implements OutboxStore {
  readonly #rows = new Map<string, EndpointRow>();
  /** The stored live log entries of a session. */
  readonly #historyOf: (key: SessionKey) => readonly LogEntry[];
  readonly #admin: MemoryAdmin;
  #lastPosition = 0;

  constructor(historyOf: (key: SessionKey) => readonly LogEntry[], admin: MemoryAdmin) {
    this.#historyOf = historyOf;
    this.#admin = admin;
  }

  async endpoints(account?: string): Promise<readonly EndpointStatus[]> {
    return [...this.#rows.entries()]
      .filter(([, { endpoint }]) => account === undefined || endpoint.account === account)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { endpoint, cursor, pausedUntil, waiting }]) => {
        let nextAttemptAt: number | null = null;
        for (const each of waiting.values()) {
          nextAttemptAt = Math.min(nextAttemptAt ?? each.nextAttemptAt, each.nextAttemptAt);
        }
        return { endpoint, cursor, pausedUntil, nextAttemptAt };
      });
  }

  async addEndpoint(
    endpoint: Endpoint,
    cursor: number,
    audit: readonly AuditEntry[] = [],
  ): Promise<boolean> {
    if (this.#isTaken(endpoint, endpoint.name)) return false;
    this.#admin.append(endpoint.account, audit);
    this.#rows.set(nameOf(endpoint), {
      endpoint,
      cursor,
      pausedUntil: null,
      owner: null,
      claimedUntil: 0,
      waiting: new Map(),
      deliveries: new DeliveryList(),
    });
    return true;
  }

  async changeEndpoint(
    key: EndpointKey,
    patch: EndpointPatch,
    audit: readonly AuditEntry[] = [],
  ): Promise<Endpoint | "taken" | null> {
    const row = this.#rows.get(nameOf(key));
    if (!row) return null;
    if (patch.name !== undefined && this.#isTaken(key, patch.name)) return "taken";
    this.#admin.append(key.account, audit);
    row.endpoint = { ...row.endpoint, ...patch };
    row.owner = null;
    return row.endpoint;
  }

  #isTaken({ account, id }: EndpointKey, name: string): boolean {
    return [...this.#rows.values()].some(
      ({ endpoint }) =>
        endpoint.account === account && endpoint.id !== id && endpoint.name === name,
    );
  }

  async removeEndpoint(key: EndpointKey, audit: readonly AuditEntry[] = []): Promise<boolean> {
    const isRemoved = this.#rows.delete(nameOf(key));
    if (isRemoved) this.#admin.append(key.account, audit);
    return isRemoved;
  }

  async claim(
    key: EndpointKey,
    owner: string,
    now: number,
    expiresAt: number,
  ): Promise<Claim | null> {
    const row = this.#rows.get(nameOf(key));
    if (!row || (row.owner !== null && row.claimedUntil > now)) return null;
    row.owner = owner;
    row.claimedUntil = expiresAt;
    const { endpoint, cursor, pausedUntil } = row;
    return { endpoint, cursor, pausedUntil, waiting: [...row.waiting.values()] };
  }

  async settle(
    key: EndpointKey,
    owner: string,
    settlement: Settlement,
    expiresAt: number | null,
  ): Promise<boolean> {
    const row = this.#rows.get(nameOf(key));
    if (row?.owner !== owner) return false;
    row.owner = expiresAt === null ? null : owner;
    row.claimedUntil = expiresAt ?? 0;
    row.cursor = settlement.cursor;
    row.pausedUntil = settlement.pausedUntil;
    for (const name of settlement.caughtUp) row.waiting.delete(sessionOf(name));
    for (const waiting of settlement.waiting) {
      if (this.#hasHistory(key, waiting)) row.waiting.set(sessionOf(waiting), waiting);
    }
    for (const delivery of settlement.deliveries) {
      if (this.#hasHistory(key, delivery)) row.deliveries.put(delivery, this.#nextPosition);
    }
    return true;
  }

  readonly #nextPosition = () => {
    this.#lastPosition += 1;
    return this.#lastPosition;
  };

  #hasHistory({ account }: EndpointKey, { session, sessionCreatedAt }: SessionName): boolean {
    return this.#historyOf({ account, id: session }).some(
      (entry) => entry.sessionCreatedAt === sessionCreatedAt,
    );
  }

  async moveCursor(key: EndpointKey, cursor: number, isForwardAllowed: boolean): Promise<void> {
    const row = this.#rows.get(nameOf(key));
    if (!row) return;
    row.owner = null;
    row.cursor = isForwardAllowed ? cursor : Math.min(cursor, row.cursor);
  }

  async resend(
    key: EndpointKey,
    transitions: readonly TransitionName[],
    now: number,
  ): Promise<number> {
    const row = this.#rows.get(nameOf(key));
    if (!row) return 0;
    row.owner = null;
    return resendsBySession(transitions)
      .map((each) => this.#resendOf(key, row, each, now))
      .reduce((sum, count) => sum + count, 0);
  }

  /** Returns how many transitions of the session were added. */
  #resendOf(
    { account }: EndpointKey,
    row: EndpointRow,
    { session, sessionCreatedAt, seqs }: SessionResends,
    now: number,
  ): number {
    const history = this.#historyOf({ account, id: session }).filter(
      (entry) => entry.sessionCreatedAt === sessionCreatedAt,
    );
    const stored = new Set(history.map(({ transition }) => transition.seq));
    const name = sessionOf({ session, sessionCreatedAt });
    const passed = history.findLast(({ cursor }) => cursor <= row.cursor);
    const before = row.waiting.get(name) ?? {
      session,
      sessionCreatedAt,
      resends: [],
      nextSeq: (passed?.transition.seq ?? 0) + 1,
      attempts: 0,
      waitingSince: now,
      nextAttemptAt: now,
    };
    const { added, waiting } = addResends(before, seqs, (seq) => stored.has(seq));
    if (added.length > 0) row.waiting.set(name, waiting);
    for (const seq of added) {
      const listed = row.deliveries.get({ session, sessionCreatedAt, seq });
      if (!listed) continue;
      const { position: _, ...delivery } = listed;
      row.deliveries.put(
        { ...delivery, status: "pending", nextAttemptAt: now },
        this.#nextPosition,
      );
    }
    return added.length;
  }

  async deliveries(key: EndpointKey, query: DeliveryQuery): Promise<readonly ListedDelivery[]> {
    return this.#rows.get(nameOf(key))?.deliveries.list(query) ?? [];
  }

  async deliveriesOfSession(
    key: EndpointKey,
    session: SessionName,
    { from, to }: SeqRange,
  ): Promise<readonly ListedDelivery[]> {
    const deliveries = this.#rows.get(nameOf(key))?.deliveries;
    const seqs = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
    return seqs.flatMap((seq) => deliveries?.get({ ...session, seq }) ?? []);
  }

  async trimDeliveries(key: EndpointKey, keep: number): Promise<void> {
    const deliveries = this.#rows.get(nameOf(key))?.deliveries;
    if (!deliveries) return;
    const budget = new TurnBudget();
    for (const status of SETTLED_STATUSES) {
      const last = deliveries.list({ status, limit: keep }).at(-1);
      if (!last) continue;
      for (;;) {
        const query = { status, beforePosition: last.position, limit: PART };
        const old = deliveries.list(query);
        for (const { position } of old) deliveries.delete(position);
        if (old.length < PART) break;
        await budget.step();
      }
    }
  }

  /** A position is that of the last delivery that was looked at, and the endpoint. */
  async pruneDeliveries(
    account: string,
    before: number,
    after: string | null,
    limit: number,
  ): Promise<string | null> {
    const [position = "", first = ""] = after?.split(/ (.*)/s) ?? [];
    const ofAccount = [...this.#rows.values()]
      .filter(({ endpoint }) => endpoint.account === account && endpoint.id >= first)
      .sort((a, b) => (a.endpoint.id < b.endpoint.id ? -1 : 1));
    for (const { endpoint, deliveries } of ofAccount) {
      const isFirst = endpoint.id === first;
      const part = deliveries.list({ limit, ...(isFirst && { beforePosition: Number(position) }) });
      for (const each of part) if (each.updatedAt < before) deliveries.delete(each.position);
      const last = part.at(-1);
      if (last) return `${last.position} ${endpoint.id}`;
    }
    return null;
  }

  /** Deletes a session's deliveries, of every session that had the id, in parts. */
  async eraseDeliveries({ account, id }: SessionKey): Promise<void> {
    const budget = new TurnBudget();
    for (const { endpoint, deliveries } of this.#rows.values()) {
      if (endpoint.account !== account) continue;
      for (const position of deliveries.ofSession(id)) {
        deliveries.delete(position);
        await budget.step();
      }
    }
  }

  /** Deletes everything stored about a session, or about every one with the id if none was found. */
  erase({ account, id }: SessionKey, createdAt: number | null): void {
    for (const { endpoint, waiting, deliveries } of this.#rows.values()) {
      if (endpoint.account !== account) continue;
      if (createdAt !== null) {
        waiting.delete(sessionOf({ session: id, sessionCreatedAt: createdAt }));
      } else {
        for (const [name, { session }] of waiting) if (session === id) waiting.delete(name);
      }
      for (const position of deliveries.ofSession(id)) deliveries.delete(position);
    }
  }
}

/** Deliveries that are deleted in one step. */
const PART = 500;

function nameOf({ account, id }: EndpointKey): string {
  return `${account}\n${id}`;
}

function sessionOf({ session, sessionCreatedAt }: SessionName): string {
  return `${session}\n${sessionCreatedAt}`;
}
