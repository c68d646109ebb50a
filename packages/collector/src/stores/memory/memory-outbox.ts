/**
 * The webhook outbox of the memory store.
 * @module
 */
import { SETTLED_STATUSES } from "../../core/lists.ts";
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
import type { LogEntry, SessionKey } from "../store.ts";

interface EndpointRow {
  endpoint: Endpoint;
  cursor: number;
  pausedUntil: number | null;
  owner: string | null;
  claimedUntil: number;
  readonly waiting: Map<string, WaitingSession>;
  readonly deliveries: Map<string, ListedDelivery>;
}

export class MemoryOutbox implements OutboxStore {
  readonly #rows = new Map<string, EndpointRow>();
  /** The stored live log entries of a session. */
  readonly #historyOf: (key: SessionKey) => readonly LogEntry[];
  #lastPosition = 0;

  constructor(historyOf: (key: SessionKey) => readonly LogEntry[]) {
    this.#historyOf = historyOf;
  }

  async endpoints(): Promise<readonly EndpointStatus[]> {
    return [...this.#rows.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { endpoint, cursor, pausedUntil, waiting }]) => {
        const first = Math.min(...[...waiting.values()].map((each) => each.nextAttemptAt));
        const nextAttemptAt = waiting.size === 0 ? null : first;
        return { endpoint, cursor, pausedUntil, nextAttemptAt };
      });
  }

  async addEndpoint(endpoint: Endpoint, cursor: number): Promise<boolean> {
    if (this.#isTaken(endpoint, endpoint.name)) return false;
    this.#rows.set(nameOf(endpoint), {
      endpoint,
      cursor,
      pausedUntil: null,
      owner: null,
      claimedUntil: 0,
      waiting: new Map(),
      deliveries: new Map(),
    });
    return true;
  }

  async changeEndpoint(key: EndpointKey, patch: EndpointPatch): Promise<Endpoint | "taken" | null> {
    const row = this.#rows.get(nameOf(key));
    if (!row) return null;
    if (patch.name !== undefined && this.#isTaken(key, patch.name)) return "taken";
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

  async removeEndpoint(key: EndpointKey): Promise<boolean> {
    return this.#rows.delete(nameOf(key));
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
      if (this.#hasHistory(key, delivery)) this.#putDelivery(row, delivery);
    }
    return true;
  }

  #putDelivery(row: EndpointRow, delivery: Delivery): void {
    const name = `${sessionOf(delivery)}\n${delivery.seq}`;
    const position = row.deliveries.get(name)?.position ?? ++this.#lastPosition;
    row.deliveries.set(name, { ...delivery, position });
  }

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
    transitions: readonly (SessionName & { readonly seq: number })[],
    now: number,
  ): Promise<number> {
    const row = this.#rows.get(nameOf(key));
    if (!row) return 0;
    row.owner = null;
    return transitions.filter((each) => this.#resendOne(key, row, each, now)).length;
  }

  #resendOne(
    { account }: EndpointKey,
    row: EndpointRow,
    { session, sessionCreatedAt, seq }: SessionName & { readonly seq: number },
    now: number,
  ): boolean {
    const history = this.#historyOf({ account, id: session }).filter(
      (entry) => entry.sessionCreatedAt === sessionCreatedAt,
    );
    if (!history.some(({ transition }) => transition.seq === seq)) return false;
    const name = sessionOf({ session, sessionCreatedAt });
    const passed = history.filter(({ cursor }) => cursor <= row.cursor);
    const waiting = row.waiting.get(name) ?? {
      session,
      sessionCreatedAt,
      resends: [],
      nextSeq: (passed.at(-1)?.transition.seq ?? 0) + 1,
      attempts: 0,
      waitingSince: now,
      nextAttemptAt: now,
    };
    if (seq >= waiting.nextSeq || waiting.resends.includes(seq)) return false;
    const resends = [...waiting.resends, seq].sort((a, b) => a - b);
    row.waiting.set(name, { ...waiting, resends });
    const listed = row.deliveries.get(`${name}\n${seq}`);
    if (listed) this.#putDelivery(row, { ...listed, status: "pending", nextAttemptAt: now });
    return true;
  }

  async deliveries(key: EndpointKey, query: DeliveryQuery): Promise<readonly ListedDelivery[]> {
    const before = query.beforePosition ?? Number.POSITIVE_INFINITY;
    return [...(this.#rows.get(nameOf(key))?.deliveries.values() ?? [])]
      .filter(({ position }) => position < before)
      .filter(({ status }) => query.status === undefined || status === query.status)
      .sort((a, b) => b.position - a.position)
      .slice(0, query.limit);
  }

  async trimDeliveries(key: EndpointKey, keep: number): Promise<void> {
    const deliveries = this.#rows.get(nameOf(key))?.deliveries;
    if (!deliveries) return;
    for (const status of SETTLED_STATUSES) {
      const old = await this.deliveries(key, { status, limit: Number.POSITIVE_INFINITY });
      for (const delivery of old.slice(keep)) {
        deliveries.delete(`${sessionOf(delivery)}\n${delivery.seq}`);
      }
    }
  }

  async pruneDeliveries(account: string, before: number, limit: number): Promise<number> {
    let deleted = 0;
    for (const { endpoint, deliveries } of this.#rows.values()) {
      if (endpoint.account !== account) continue;
      for (const [name, { updatedAt }] of deliveries) {
        if (deleted === limit) return deleted;
        if (updatedAt < before && deliveries.delete(name)) deleted += 1;
      }
    }
    return deleted;
  }

  /** Deletes everything stored about a session. */
  erase({ account, id }: SessionKey): void {
    for (const { endpoint, waiting, deliveries } of this.#rows.values()) {
      if (endpoint.account !== account) continue;
      for (const map of [waiting, deliveries]) {
        for (const [name, { session }] of map) if (session === id) map.delete(name);
      }
    }
  }
}

function nameOf({ account, id }: EndpointKey): string {
  return `${account}\n${id}`;
}

function sessionOf({ session, sessionCreatedAt }: SessionName): string {
  return `${session}\n${sessionCreatedAt}`;
}
