/**
 * The webhook outbox in Redis. All keys of an account are in the slot of its log.
 * @module
 */
import { DELIVERY_STATUSES } from "../../core/lists.ts";
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
} from "../outbox.ts";
import { parseEndpoint } from "../parse-outbox.ts";
import type { RecordErrors } from "../record-error.ts";
import type { TransitionName } from "../resends.ts";
import type { SessionKey } from "../store.ts";
import type { Connection } from "./connection.ts";
import { accountKeys, COMMON_KEYS, endpointKeys, webhookKeys } from "./keys.ts";
import type { AccountLog } from "./log.ts";
import {
  decodeDelivery,
  decodeWaiting,
  deliveryField,
  encodeDelivery,
  encodeWaiting,
  updatedAtOf,
  waitingField,
} from "./outbox-rows.ts";
import { pairs } from "./pairs.ts";
import { encodeAudit } from "./redis-admin.ts";
import { resend } from "./resend.ts";
import { ADD_ENDPOINT } from "./scripts/add-endpoint.ts";
import { CHANGE_ENDPOINT } from "./scripts/change-endpoint.ts";
import { CLAIM_ENDPOINT } from "./scripts/claim-endpoint.ts";
import { DROP_DELIVERIES } from "./scripts/drop-deliveries.ts";
import { LIST_DELIVERIES } from "./scripts/list-deliveries.ts";
import { MOVE_CURSOR } from "./scripts/move-cursor.ts";
import { REMOVE_ENDPOINT } from "./scripts/remove-endpoint.ts";
import { SETTLE } from "./scripts/settle.ts";

const DROP_LIMIT = 500;

export class RedisOutbox implements OutboxStore {
  readonly #connection: Connection;
  readonly #unreadable: RecordErrors;
  readonly #log: AccountLog;

  constructor(connection: Connection, log: AccountLog, unreadable: RecordErrors) {
    this.#connection = connection;
    this.#unreadable = unreadable;
    this.#log = log;
  }

  async endpoints(account?: string): Promise<readonly EndpointStatus[]> {
    const key = COMMON_KEYS.webhookAccounts;
    const accounts =
      account === undefined
        ? ((await this.#connection.command(key, "SMEMBERS", key)) as string[])
        : [account];
    const found = await Promise.all(accounts.map((account) => this.#endpointsOf(account)));
    const read = (each: Endpoint) => this.#unreadable.readableAsync(() => this.#statusOf(each));
    const statuses = await Promise.all(found.flat().map(read));
    return statuses
      .flat()
      .filter((status) => status !== null)
      .sort((a, b) => (sortKeyOf(a.endpoint) < sortKeyOf(b.endpoint) ? -1 : 1));
  }

  async #endpointsOf(account: string): Promise<readonly Endpoint[]> {
    const { endpoints } = webhookKeys(account);
    const read = () => this.#connection.command(endpoints, "HGETALL", endpoints);
    const [flat = []] = await this.#unreadable.readableAsync(read);
    return pairs(flat as string[]).flatMap(([id, body]) =>
      this.#unreadable.readable(() => parseEndpoint({ account, id }, body)),
    );
  }

  async #statusOf(endpoint: Endpoint): Promise<EndpointStatus | null> {
    const { progress, attempts } = endpointKeys(endpoint.account, endpoint.id);
    const [fields, first] = await Promise.all([
      this.#connection.command(progress, "HMGET", progress, "cursor", "paused"),
      this.#connection.command(attempts, "ZRANGE", attempts, "0", "0", "WITHSCORES"),
    ]);
    const [cursor, paused] = fields as (string | null)[];
    // Removed in the meantime.
    if (cursor === null || cursor === undefined) return null;
    const [, nextAttemptAt] = first as string[];
    return {
      endpoint,
      cursor: Number(cursor),
      pausedUntil: paused ? Number(paused) : null,
      nextAttemptAt: nextAttemptAt === undefined ? null : Number(nextAttemptAt),
    };
  }

  async #endpoint({ account, id }: EndpointKey): Promise<string | null> {
    const { endpoints } = webhookKeys(account);
    return (await this.#connection.command(endpoints, "HGET", endpoints, id)) as string | null;
  }

  async addEndpoint(
    endpoint: Endpoint,
    cursor: number,
    audit: readonly AuditEntry[] = [],
  ): Promise<boolean> {
    const { account, id, name } = endpoint;
    const { endpoints, names } = webhookKeys(account);
    // First, so that an endpoint is never missing from `endpoints()`.
    const key = COMMON_KEYS.webhookAccounts;
    await this.#connection.command(key, "SADD", key, account);
    const added = await this.#connection.run(
      ADD_ENDPOINT,
      [endpoints, names, endpointKeys(account, id).progress, accountKeys(account).audit],
      [id, name, JSON.stringify(endpoint), cursor, ...encodeAudit(audit)],
    );
    return added === 1;
  }

  async changeEndpoint(
    key: EndpointKey,
    patch: EndpointPatch,
    audit: readonly AuditEntry[] = [],
  ): Promise<Endpoint | "taken" | null> {
    const { account, id } = key;
    const { endpoints, names } = webhookKeys(account);
    for (;;) {
      const body = await this.#endpoint(key);
      if (body === null) return null;
      const before = parseEndpoint(key, body);
      const endpoint: Endpoint = { ...before, ...patch };
      const reply = await this.#connection.run(
        CHANGE_ENDPOINT,
        [endpoints, names, endpointKeys(account, id).progress, accountKeys(account).audit],
        [id, body, before.name, JSON.stringify(endpoint), endpoint.name, ...encodeAudit(audit)],
      );
      if (reply === "taken") return "taken";
      if (reply === "done") return endpoint;
    }
  }

  async removeEndpoint(key: EndpointKey, audit: readonly AuditEntry[] = []): Promise<boolean> {
    const { account, id } = key;
    const body = await this.#endpoint(key);
    if (body === null) return false;
    const { endpoints, names } = webhookKeys(account);
    const { progress, waiting, attempts, deliveries, listed } = endpointKeys(account, id);
    const removed = await this.#connection.run(
      REMOVE_ENDPOINT,
      [
        ...[endpoints, names, accountKeys(account).audit],
        ...[progress, waiting, attempts, deliveries, listed, ...listedKeys(key)],
      ] as [string, ...string[]],
      [id, nameIn(body), ...encodeAudit(audit)],
    );
    return removed === 1;
  }

  async claim(
    { account, id }: EndpointKey,
    owner: string,
    now: number,
    expiresAt: number,
  ): Promise<Claim | null> {
    const { progress, waiting } = endpointKeys(account, id);
    const reply = await this.#connection.run(
      CLAIM_ENDPOINT,
      [webhookKeys(account).endpoints, progress, waiting],
      [id, owner, now, expiresAt],
    );
    if (reply === null) return null;
    const [body, cursor, paused, rows] = reply as [string, string, string, string[]];
    return {
      endpoint: parseEndpoint({ account, id }, body),
      cursor: Number(cursor),
      pausedUntil: paused === "" ? null : Number(paused),
      waiting: pairs(rows).flatMap(([name, text]) =>
        this.#unreadable.readable(() => decodeWaiting({ account, id }, name, text)),
      ),
    };
  }

  async settle(
    key: EndpointKey,
    owner: string,
    settlement: Settlement,
    expiresAt: number | null,
  ): Promise<boolean> {
    const { account, id } = key;
    const { cursor, pausedUntil, caughtUp, waiting, deliveries } = settlement;
    const { log, index } = accountKeys(account);
    const keys = endpointKeys(account, id);
    const settled = await this.#connection.run(
      SETTLE,
      [
        log,
        index,
        keys.progress,
        keys.waiting,
        keys.attempts,
        keys.deliveries,
        keys.listed,
        ...listedKeys(key),
      ],
      [
        owner,
        expiresAt ?? "",
        cursor,
        pausedUntil ?? "",
        DELIVERY_STATUSES.join(" "),
        caughtUp.length,
        ...caughtUp.map(waitingField),
        waiting.length,
        ...waiting.flatMap((each) => [
          each.session,
          each.sessionCreatedAt,
          each.nextAttemptAt,
          encodeWaiting(each),
        ]),
        deliveries.length,
        ...deliveries.flatMap((each) => [
          each.session,
          each.sessionCreatedAt,
          each.seq,
          each.status,
          encodeDelivery(each),
        ]),
      ],
    );
    return settled === 1;
  }

  async moveCursor(
    { account, id }: EndpointKey,
    cursor: number,
    isForwardAllowed: boolean,
  ): Promise<void> {
    const keys = [webhookKeys(account).endpoints, endpointKeys(account, id).progress] as const;
    await this.#connection.run(MOVE_CURSOR, [...keys], [id, cursor, Number(isForwardAllowed)]);
  }

  resend(key: EndpointKey, transitions: readonly TransitionName[], now: number): Promise<number> {
    return resend(this.#connection, this.#log, key, transitions, now);
  }

  async deliveries(
    { account, id }: EndpointKey,
    { status, beforePosition, limit }: DeliveryQuery,
  ): Promise<readonly ListedDelivery[]> {
    const { listed, listedAs, deliveries } = endpointKeys(account, id);
    const before = beforePosition === undefined ? "+inf" : `(${beforePosition}`;
    const found = await this.#connection.run(
      LIST_DELIVERIES,
      [status ? listedAs(status) : listed, deliveries],
      [before, limit],
    );
    return pairs(found as string[]).flatMap(([name, text]) =>
      this.#unreadable.readable(() => decodeDelivery(deliveries, name, text)),
    );
  }

  async deliveriesOfSession(
    { account, id }: EndpointKey,
    session: SessionName,
    { from, to }: SeqRange,
  ): Promise<readonly ListedDelivery[]> {
    if (to < from) return [];
    const { deliveries } = endpointKeys(account, id);
    const names = Array.from({ length: to - from + 1 }, (_, index) =>
      deliveryField({ ...session, seq: from + index }),
    );
    const texts = await this.#connection.command(deliveries, "HMGET", deliveries, ...names);
    return names.flatMap((name, index) => {
      const text = (texts as (string | null)[])[index] ?? null;
      if (text === null) return [];
      return this.#unreadable.readable(() => decodeDelivery(deliveries, name, text));
    });
  }

  async trimDeliveries(key: EndpointKey, keep: number): Promise<void> {
    const { listedAs } = endpointKeys(key.account, key.id);
    for (const status of DELIVERY_STATUSES) {
      if (status === "pending") continue;
      const list = listedAs(status);
      const last = String(-keep - 1);
      const names = (await this.#connection.command(list, "ZRANGE", list, "0", last)) as string[];
      await this.#drop(key, names);
    }
  }

  /** All of them in one call: it scans a few at a time, with other commands in between. */
  async pruneDeliveries(account: string, before: number): Promise<null> {
    for (const endpoint of await this.#endpointsOf(account)) {
      await this.#dropWhere(endpoint, "*", (_, text) => updatedAtOf(text) < before);
    }
    return null;
  }

  /**
   * Deletes everything about a session. Its history is deleted before, so nothing is added again.
   */
  async erase({ account, id }: SessionKey): Promise<void> {
    for (const endpoint of await this.#endpointsOf(account)) {
      const isOfSession = (name: string) => name.startsWith(`${id}\n`);
      await this.#dropWhere(endpoint, `${escapePattern(id)}\n*`, isOfSession);
      const { waiting, attempts } = endpointKeys(account, endpoint.id);
      const names = (await this.#connection.command(waiting, "HKEYS", waiting)) as string[];
      const erased = names.filter(isOfSession);
      if (erased.length === 0) continue;
      await this.#connection.command(waiting, "HDEL", waiting, ...erased);
      await this.#connection.command(attempts, "ZREM", attempts, ...erased);
    }
  }

  async #dropWhere(
    endpoint: EndpointKey,
    pattern: string,
    isDropped: (name: string, text: string) => boolean,
  ): Promise<void> {
    const { deliveries } = endpointKeys(endpoint.account, endpoint.id);
    for (let cursor = "0"; ; ) {
      const scan = ["HSCAN", deliveries, cursor, "MATCH", pattern, "COUNT", String(DROP_LIMIT)];
      const [next, flat] = (await this.#connection.command(deliveries, ...scan)) as [
        string,
        string[],
      ];
      const dropped = pairs(flat).filter(([name, text]) => isDropped(name, text));
      await this.#drop(
        endpoint,
        dropped.map(([name]) => name),
      );
      if (next === "0") return;
      cursor = next;
    }
  }

  async #drop(key: EndpointKey, names: readonly string[]): Promise<void> {
    const { deliveries, listed } = endpointKeys(key.account, key.id);
    for (let first = 0; first < names.length; first += DROP_LIMIT) {
      const batch = names.slice(first, first + DROP_LIMIT);
      await this.#connection.run(DROP_DELIVERIES, [deliveries, listed, ...listedKeys(key)], batch);
    }
  }
}

/** The keys of the lists by status, in the order of `DELIVERY_STATUSES`. */
function listedKeys({ account, id }: EndpointKey): readonly string[] {
  return DELIVERY_STATUSES.map(endpointKeys(account, id).listedAs);
}

/** Empty: the endpoint cannot be read, and its name stays taken. */
function nameIn(body: string): string {
  return /"name":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? "";
}

function sortKeyOf({ account, id }: EndpointKey): string {
  return `${account}\n${id}`;
}

function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
