/**
 * Sessions in Redis: loaded, committed and erased, partition by partition.
 * @module
 */
import { hash } from "node:crypto";
import type { Renewal } from "../../core/lease.ts";
import { ERASURE_KEPT_MS, erasureHashOf, withErasures } from "../erasure.ts";
import { RecordError } from "../record-error.ts";
import type {
  EraseOptions,
  Found,
  LeaseWrite,
  Lookup,
  SessionKey,
  Write,
  WriteOutcome,
} from "../store.ts";
import type { Connection } from "./connection.ts";
import {
  accountKeys,
  dueKey,
  encodeName,
  PREFIX,
  partitionKeys,
  sessionKey,
  sessionKeys,
} from "./keys.ts";
import { encodeLogEntry } from "./log-entry.ts";
import { partitionOf } from "./partition.ts";
import {
  encodeQueuedEntry,
  type PartitionRelay,
  type QueuedEntry,
  type QueueSection,
} from "./partition-relay.ts";
import {
  assignedMember,
  decodeRecord,
  encodeColumns,
  encodeRecord,
  encodeRenewal,
} from "./record.ts";
import { encodeAudit } from "./redis-admin.ts";
import { COMMIT } from "./scripts/commit.ts";
import { ERASE_HISTORY } from "./scripts/erase-history.ts";
import { ERASE_SESSION } from "./scripts/erase-session.ts";
import { READ_HASHES } from "./scripts/read.ts";
import { RENEW } from "./scripts/renew.ts";
import { recordDigest, SessionCache } from "./session-cache.ts";

/** Entries of a session's history that one script deletes: the server answers nobody else meanwhile. */
const ERASE_LIMIT = 500;

const NOT_FOUND: Found = { stored: null, seenEventIds: [] };

/** 72 bits tell the event ids of one session apart. */
const DIGEST_LENGTH = 12;

/** Items of one account and one partition, with their indexes in the batch. */
interface Group<T> {
  readonly account: string;
  readonly partition: number;
  readonly items: { readonly item: T; readonly index: number }[];
}

export class Sessions {
  readonly #connection: Connection;
  readonly #relay: PartitionRelay;
  readonly #partitions: number;
  readonly #cache = new SessionCache();

  constructor(connection: Connection, relay: PartitionRelay, partitions: number) {
    this.#connection = connection;
    this.#relay = relay;
    this.#partitions = partitions;
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    const load = async (groups: readonly Group<Lookup>[]) => {
      const records = await this.#read("sessions", groups);
      for (const [index, { account, items }] of groups.entries()) {
        for (const [each, { item, index: position }] of items.entries()) {
          found[position] = this.#found(account, item, records[index], each);
        }
      }
      // After the sessions: an event that is committed in between must not be missed on an older session.
      const asking = groups.flatMap(askingOf);
      const digests = asking.length > 0 ? await this.#read("events", asking) : [];
      for (const [index, { items }] of asking.entries()) {
        for (const [each, { item, index: position }] of items.entries()) {
          const known = found[position] ?? NOT_FOUND;
          found[position] = withEvents(known, item, digests[index], each);
        }
      }
    };
    await Promise.all(this.#calls(lookups).map(load));
    return withErasures(lookups, found, (hash, key) => this.#erasedAt(hash, key));
  }

  #found(account: string, { key }: Lookup, records: Fields | undefined, at: number): Found {
    if (records instanceof RecordError) return unreadable(records);
    const record = records?.[at];
    if (!record) return NOT_FOUND;
    try {
      const { stored } = decodeRecord(account, key.id, record);
      const number = this.#cache.load(key, recordDigest(record));
      return { stored, seenEventIds: [], number };
    } catch (error) {
      if (error instanceof RecordError) return unreadable(error);
      throw error;
    }
  }

  async #erasedAt(hash: string, key: SessionKey): Promise<number | null> {
    const { erasures } = sessionKeys(partitionOf(key, this.#partitions), key.account);
    const score = await this.#connection.command(erasures, "ZSCORE", erasures, hash);
    return score === null ? null : Number(score);
  }

  async #read(
    hash: "sessions" | "events",
    groups: readonly Group<Lookup>[],
  ): Promise<readonly Fields[]> {
    const keys = groups.map(({ partition, account }) => sessionKey(partition, account, hash));
    const args = groups.flatMap(({ items }) => [
      items.length,
      ...items.map(({ item }) => item.key.id),
    ]);
    const reply = await this.#connection.run(READ_HASHES, keys as [string, ...string[]], args);
    return Promise.all(
      (reply as (string | (string | null)[])[]).map((values) =>
        typeof values === "string" ? this.#connection.wrongType(values) : values,
      ),
    );
  }

  /** A lease needs two keys of its partition and its deadline, a change all keys and the record. */
  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    const outcomes = writes.map((): WriteOutcome => "conflict");
    const leases: Renewing[] = [];
    const changes: Positioned[] = [];
    for (const [position, write] of writes.entries()) {
      const { key, expectedVersion } = write;
      if (write.kind === "lease" && Number.isInteger(write.renewal.leaseUntil)) {
        const { renewal, deadlineAt } = write;
        leases.push({ key, digest: "", expectedVersion, renewal, deadlineAt, position });
      } else {
        changes.push({ key, write, position });
      }
    }
    await Promise.all([this.#renew(leases, outcomes), this.#change(changes, outcomes)]);
    return outcomes;
  }

  async #change(changes: readonly Positioned[], outcomes: WriteOutcome[]): Promise<void> {
    const appended = new Map<string, QueueSection[]>();
    const commit = async (groups: readonly Group<Positioned>[]) => {
      for (const [index, result] of (await this.#commit(groups)).entries()) {
        const { account, items } = groups[index] as Group<Positioned>;
        if (result instanceof RecordError) {
          for (const { item } of items) outcomes[item.position] = { unreadable: result.message };
          continue;
        }
        for (const [each, { item }] of items.entries()) {
          outcomes[item.position] = result.isCommitted[each] ? "committed" : "conflict";
        }
        if (result.section.entries.length === 0) continue;
        appended.set(account, [...(appended.get(account) ?? []), result.section]);
      }
    };
    await Promise.all(this.#calls(changes).map(commit));
    const append = ([account, sections]: [string, QueueSection[]]) =>
      // It is committed; if it cannot be copied to the log now, the relay does it later.
      this.#relay.append(account, sections).catch(() => {});
    await Promise.all([...appended].map(append));
  }

  async #commit(groups: readonly Group<Positioned>[]) {
    const records = groups.map(({ items }) => items.map(({ item }) => encodeRecord(item.write)));
    const entries = groups.map(({ items }) => items.map(({ item }) => entriesOf(item.write)));
    const answers = await this.#connection.run(
      COMMIT,
      groups.flatMap(keysOf) as [string, ...string[]],
      groups.flatMap(({ account, items }, index) => [
        encodeName(account),
        items.length,
        ...items.flatMap(({ item }, each) =>
          argumentsOf(item.write, records[index]?.[each] ?? "", entries[index]?.[each] ?? []),
        ),
      ]),
    );
    const commits = (answers as (string | [string, string, string])[]).map((answer, index) => {
      if (typeof answer === "string") return this.#connection.wrongType(answer);
      const [letters, before, first] = answer;
      const { partition, items } = groups[index] as Group<Positioned>;
      const isCommitted = items.map((_, each) => letters[each] === "1");
      for (const [each, { item }] of items.entries()) {
        const record = records[index]?.[each] ?? "";
        if (isCommitted[each]) this.#cache.put(item.key, recordDigest(record));
      }
      const kept = (entries[index] ?? []).filter((_, each) => isCommitted[each]).flat();
      const section: QueueSection = {
        partition,
        previousNumber: Number(before),
        entries: kept.map((entry, each) => ({ ...entry, number: Number(first) + each })),
      };
      return { isCommitted, section };
    });
    return Promise.all(commits);
  }

  async renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    const outcomes = leases.map((): WriteOutcome => "conflict");
    const renewing: Renewing[] = [];
    for (const [position, lease] of leases.entries()) {
      const cached = this.#cache.get(lease.number);
      if (!cached || !Number.isInteger(lease.leaseUntil)) continue;
      const { key, digest } = cached;
      const { expectedVersion, deadlineAt } = lease;
      renewing.push({ key, digest, expectedVersion, renewal: lease, deadlineAt, position });
    }
    await this.#renew(renewing, outcomes);
    return outcomes;
  }

  async #renew(leases: readonly Renewing[], outcomes: WriteOutcome[]): Promise<void> {
    const renew = async (groups: readonly Group<Renewing>[]) => {
      const answers = await this.#connection.run(
        RENEW,
        groups.flatMap(({ account, partition }) => [
          sessionKey(partition, account, "sessions"),
          dueKey(partition),
        ]) as [string, ...string[]],
        groups.flatMap(({ account, items }) => [
          encodeName(account),
          items.length,
          ...items.flatMap(({ item }) => leaseArgumentsOf(item)),
        ]),
      );
      for (const [index, answer] of (answers as string[]).entries()) {
        const items = groups[index]?.items ?? [];
        if (answer.startsWith(PREFIX)) {
          const { message } = await this.#connection.wrongType(answer);
          for (const { item } of items) outcomes[item.position] = { unreadable: message };
          continue;
        }
        for (const [each, { item }] of items.entries()) {
          if (answer[each] === "1") outcomes[item.position] = "committed";
        }
      }
    };
    await Promise.all(this.#calls(leases).map(renew));
  }

  async erase(
    key: SessionKey,
    { erasedAt, expectedVersion, audit = [] }: EraseOptions = {},
  ): Promise<boolean> {
    const { account, id } = key;
    const partition = partitionOf(key, this.#partitions);
    const of = sessionKeys(partition, account);
    const { sessions, ids, columns, epochs, assigned, events, erasures } = of;
    const { due, pending } = partitionKeys(partition);
    const erased = await this.#connection.run(
      ERASE_SESSION,
      [
        sessions,
        ...[ids, columns, epochs, assigned, events, due, pending, erasures],
        ...indexKeysOf(of),
        of.audit,
      ],
      [
        encodeName(account),
        id,
        await erasureHashOf(key),
        erasedAt ?? "",
        (erasedAt ?? 0) - ERASURE_KEPT_MS,
        ERASURE_KEPT_MS,
        expectedVersion ?? "",
        ...encodeAudit(audit),
      ],
    );
    const [upTo, record] = erased as [string, string?];
    if (record === undefined && expectedVersion !== undefined) return false;
    const createdAt = record ? createdAtOf(account, id, record) : "";
    const log = accountKeys(account);
    let removed = 0;
    for (let part = ERASE_LIMIT; part === ERASE_LIMIT; removed += part) {
      const erasing = this.#connection.run(
        ERASE_HISTORY,
        [log.log, log.shadowLog, log.index, log.shadowIndex, log.erased],
        [id, upTo, createdAt, ERASE_LIMIT],
      );
      part = Number(await erasing);
    }
    // Where an earlier attempt failed half way, there is history without a session. Erasing it again finishes that; what a
    // retention left stays until it is pruned by its age.
    return record !== undefined || removed > 0;
  }

  /** What is sent in one call each: everything to a server, each slot apart to a cluster. */
  #calls<T extends { readonly key: SessionKey }>(items: readonly T[]) {
    const groups = this.#group(items);
    return this.#connection.isCluster || groups.length === 0
      ? groups.map((group) => [group])
      : [groups];
  }

  #group<T extends { readonly key: SessionKey }>(items: readonly T[]): readonly Group<T>[] {
    const groups = new Map<string, Group<T>>();
    for (const [index, item] of items.entries()) {
      const { account } = item.key;
      const partition = partitionOf(item.key, this.#partitions);
      const name = `${partition} ${account}`;
      const group = groups.get(name) ?? { account, partition, items: [] };
      group.items.push({ item, index });
      groups.set(name, group);
    }
    return [...groups.values()];
  }
}

/** The values of a hash's fields, or why the hash cannot be read. */
type Fields = readonly (string | null)[] | RecordError;

function unreadable({ message }: RecordError): Found {
  return { ...NOT_FOUND, unreadable: message };
}

function withEvents(found: Found, { eventIds }: Lookup, digests: Fields = [], at: number): Found {
  if (digests instanceof RecordError) return unreadable(digests);
  const seen = digestsIn(digests[at] ?? "");
  return { ...found, seenEventIds: eventIds.filter((id) => seen.has(digestOf(id))) };
}

/** Empty: the record cannot be read, and all of its history is erased. */
function createdAtOf(account: string, id: string, record: string): number | "" {
  try {
    return decodeRecord(account, id, record).stored.session.createdAt;
  } catch (error) {
    if (error instanceof RecordError) return "";
    throw error;
  }
}

/** The items of a group with event ids, as a group, or nothing. */
function askingOf({ items, ...group }: Group<Lookup>): readonly Group<Lookup>[] {
  const asking = items.filter(({ item }) => item.eventIds.length > 0);
  return asking.length > 0 ? [{ ...group, items: asking }] : [];
}

/** In the order of the script's KEYS or ARGV. */
function keysOf({ account, partition }: Group<Positioned>): readonly string[] {
  const of = sessionKeys(partition, account);
  const { due, pending } = partitionKeys(partition);
  const { sessions, ids, columns, epochs, assigned, events, relayQueue } = of;
  const all = [sessions, ids, columns, epochs, assigned, events, relayQueue, due, pending];
  return [...all, ...indexKeysOf(of)];
}

/** In the order of `indexKeys` in scripts/indexing.ts. */
function indexKeysOf(of: ReturnType<typeof sessionKeys>): readonly string[] {
  return [of.terms, of.changes, of.changeLeaves, of.waiting, of.waitingLeaves];
}

function entriesOf({ key, session, ...write }: Write): readonly Omit<QueuedEntry, "number">[] {
  const of = (track: string, transitions: Write["transitions"]) =>
    transitions.map((transition) => ({
      track,
      session: key.id,
      seq: transition.seq,
      text: encodeLogEntry({ session: key.id, sessionCreatedAt: session.createdAt, transition }),
    }));
  return [...of("l", write.transitions), ...of("s", write.shadowTransitions)];
}

/** A write with its index in the batch. */
interface Positioned {
  readonly key: SessionKey;
  readonly write: Write;
  readonly position: number;
}

/** A lease to renew, with its index in the batch. */
interface Renewing extends Pick<LeaseWrite, "expectedVersion" | "deadlineAt"> {
  readonly key: SessionKey;
  readonly renewal: Renewal;
  /** Empty: the session has been loaded, so its version is enough. */
  readonly digest: string;
  readonly position: number;
}

/** In the order of the script's KEYS or ARGV. */
function leaseArgumentsOf({ key, digest, expectedVersion, renewal, deadlineAt }: Renewing) {
  return [key.id, expectedVersion, digest, ...encodeRenewal(renewal, deadlineAt), deadlineAt];
}

/** In the order of the script's KEYS or ARGV. */
function argumentsOf(
  write: Write,
  record: string,
  entries: readonly Omit<QueuedEntry, "number">[],
) {
  const { key, columns, deadlineAt } = write;
  return [
    key.id,
    write.expectedVersion,
    record,
    write.epoch,
    encodeColumns(columns),
    deadlineAt ?? "",
    assignedMember(key.id, columns),
    write.eventIds.map(digestOf).join(""),
    entries.length,
    ...entries.map(({ track, text }) => encodeQueuedEntry(track, text)),
  ];
}

function digestOf(eventId: string): string {
  return hash("sha256", eventId, "base64url").slice(0, DIGEST_LENGTH);
}

function digestsIn(text: string): ReadonlySet<string> {
  const count = text.length / DIGEST_LENGTH;
  return new Set(
    Array.from({ length: count }, (_, index) =>
      text.slice(index * DIGEST_LENGTH, (index + 1) * DIGEST_LENGTH),
    ),
  );
}
