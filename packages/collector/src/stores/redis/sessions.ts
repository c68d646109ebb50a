/**
 * Sessions in Redis: loaded, committed and erased, partition by partition.
 * @module
 */
import { createHash } from "node:crypto";
import type { Found, LeaseWrite, Lookup, SessionKey, Write, WriteOutcome } from "../store.ts";
import type { Connection } from "./connection.ts";
import { accountKeys, encodeName, partitionKeys, sessionKeys } from "./keys.ts";
import { encodeLogEntry } from "./log-entry.ts";
import { partitionOf } from "./partition.ts";
import { type Numbered, type PartitionRelay, relayEntry, type Section } from "./partition-relay.ts";
import {
  assignedMember,
  decodeRecord,
  encodeColumns,
  encodeRecord,
  encodeRenewal,
} from "./record.ts";
import { COMMIT } from "./scripts/commit.ts";
import { ERASE_HISTORY } from "./scripts/erase-history.ts";
import { ERASE_SESSION } from "./scripts/erase-session.ts";
import { READ } from "./scripts/read.ts";
import { RENEW } from "./scripts/renew.ts";
import { type CachedSession, recordDigest, SessionCache } from "./session-cache.ts";

const NOTHING: Found = { stored: null, seenEventIds: [] };

/** 72 bits tell the event ids of one session apart. */
const DIGEST_LENGTH = 12;

/** What belongs to one account and one partition, with its place in the batch. */
interface Group<T> {
  readonly account: string;
  readonly partition: number;
  readonly items: { readonly item: T; readonly place: number }[];
}

export class Sessions {
  readonly #connection: Connection;
  readonly #relay: PartitionRelay;
  readonly #partitions: number;
  readonly #known = new SessionCache();

  constructor(connection: Connection, relay: PartitionRelay, partitions: number) {
    this.#connection = connection;
    this.#relay = relay;
    this.#partitions = partitions;
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    const load = async (groups: readonly Group<Lookup>[]) => {
      const records = await this.#read("sessions", groups);
      for (const [index, { items }] of groups.entries()) {
        for (const [each, { item, place }] of items.entries()) {
          const record = records[index]?.[each];
          if (!record) {
            found[place] = { stored: null, seenEventIds: [] };
            continue;
          }
          const number = this.#known.put(item.key, recordDigest(record));
          const { stored } = decodeRecord(item.key.id, record);
          found[place] = { stored, seenEventIds: [], number };
        }
      }
      // Only then: an event that is committed in between must not be missed on an older session.
      const asking = groups.flatMap(askingOf);
      const digests = asking.length > 0 ? await this.#read("events", asking) : [];
      for (const [index, { items }] of asking.entries()) {
        for (const [each, { item, place }] of items.entries()) {
          const seen = digestsIn(digests[index]?.[each] ?? "");
          const seenEventIds = item.eventIds.filter((id) => seen.has(digestOf(id)));
          found[place] = { ...(found[place] ?? NOTHING), seenEventIds };
        }
      }
    };
    await Promise.all(this.#calls(lookups).map(load));
    return found;
  }

  async #read(
    hash: "sessions" | "events",
    groups: readonly Group<Lookup>[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    const keys = groups.map(({ partition, account }) => sessionKeys(partition, account)[hash]);
    const args = groups.flatMap(({ items }) => [
      items.length,
      ...items.map(({ item }) => item.key.id),
    ]);
    return (await this.#connection.run(READ, keys as [string, ...string[]], args)) as (
      | string
      | null
    )[][];
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    const fresh = new Map<string, Section[]>();
    const commit = async (groups: readonly Group<Write>[]) => {
      for (const [index, result] of (await this.#commit(groups)).entries()) {
        const { account, items } = groups[index] as Group<Write>;
        for (const [each, { place }] of items.entries()) {
          outcomes[place] = result.isCommitted[each] ? "committed" : "conflict";
        }
        if (result.section.entries.length === 0) continue;
        fresh.set(account, [...(fresh.get(account) ?? []), result.section]);
      }
    };
    await Promise.all(this.#calls(writes).map(commit));
    const append = ([account, sections]: [string, Section[]]) =>
      // It is committed; if it cannot be brought to the log now, it will be.
      this.#relay.append(account, sections).catch(() => {});
    await Promise.all([...fresh].map(append));
    return outcomes;
  }

  async #commit(groups: readonly Group<Write>[]) {
    const records = groups.map(({ items }) => items.map(({ item }) => recordOf(item)));
    const entries = groups.map(({ items }) => items.map(({ item }) => entriesOf(item)));
    const answers = await this.#connection.run(
      COMMIT,
      groups.flatMap(keysOf) as [string, ...string[]],
      groups.flatMap(({ account, items }, index) => [
        encodeName(account),
        items.length,
        ...items.flatMap(({ item }, each) =>
          argumentsOf(item, records[index]?.[each] ?? "", entries[index]?.[each] ?? []),
        ),
      ]),
    );
    return (answers as [string, string, string][]).map(([letters, before, first], index) => {
      const { partition, items } = groups[index] as Group<Write>;
      const isCommitted = items.map((_, each) => letters[each] === "1");
      for (const [each, { item }] of items.entries()) {
        const record = records[index]?.[each] ?? "";
        const isWritten = isCommitted[each] && !record.startsWith(RENEWED);
        if (isWritten) this.#known.put(item.key, recordDigest(record));
      }
      const kept = (entries[index] ?? []).filter((_, each) => isCommitted[each]).flat();
      const section: Section = {
        partition,
        before: Number(before),
        entries: kept.map((entry, each) => ({ ...entry, number: Number(first) + each })),
      };
      return { isCommitted, section };
    });
  }

  async renew(leases: readonly LeaseWrite[]): Promise<readonly WriteOutcome[]> {
    const outcomes = leases.map((): WriteOutcome => "conflict");
    const renewing = leases.flatMap((lease, place): Renewing[] => {
      const known = this.#known.get(lease.number);
      return known && Number.isInteger(lease.leaseUntil) ? [{ ...known, lease, place }] : [];
    });
    const renew = async (groups: readonly Group<Renewing>[]) => {
      const answers = await this.#connection.run(
        RENEW,
        groups.flatMap(({ account, partition }) => [
          sessionKeys(partition, account).sessions,
          partitionKeys(partition).due,
        ]) as [string, ...string[]],
        groups.flatMap(({ account, items }) => [
          encodeName(account),
          items.length,
          ...items.flatMap(({ item }) => leaseArgumentsOf(item)),
        ]),
      );
      for (const [index, letters] of (answers as string[]).entries()) {
        for (const [each, { item }] of (groups[index]?.items ?? []).entries()) {
          if (letters[each] === "1") outcomes[item.place] = "committed";
        }
      }
    };
    await Promise.all(this.#calls(renewing).map(renew));
    return outcomes;
  }

  async erase(key: SessionKey): Promise<boolean> {
    const { account, id } = key;
    const partition = partitionOf(key, this.#partitions);
    const { sessions, ids, columns, epochs, assigned, events } = sessionKeys(partition, account);
    const { due, pending } = partitionKeys(partition);
    const erased = await this.#connection.run(
      ERASE_SESSION,
      [sessions, ids, columns, epochs, assigned, events, due, pending],
      [encodeName(account), id],
    );
    const [upTo, record] = erased as [string, string?];
    const createdAt = record ? decodeRecord(id, record).stored.session.createdAt : "";
    const log = accountKeys(account);
    const removed = await this.#connection.run(
      ERASE_HISTORY,
      [log.log, log.shadowLog, log.index, log.shadowIndex, log.erased],
      [id, upTo, createdAt],
    );
    // Where an earlier attempt got half way, there is history without a session.
    return record !== undefined || Number(removed) > 0;
  }

  /** What goes in one call each: all of it to a server, to a cluster what lies in one slot. */
  #calls<T extends { readonly key: SessionKey }>(items: readonly T[]) {
    const groups = this.#group(items);
    return this.#connection.isCluster || groups.length === 0
      ? groups.map((group) => [group])
      : [groups];
  }

  #group<T extends { readonly key: SessionKey }>(items: readonly T[]): readonly Group<T>[] {
    const groups = new Map<string, Group<T>>();
    for (const [place, item] of items.entries()) {
      const { account } = item.key;
      const partition = partitionOf(item.key, this.#partitions);
      const name = `${partition} ${account}`;
      const group = groups.get(name) ?? { account, partition, items: [] };
      group.items.push({ item, place });
      groups.set(name, group);
    }
    return [...groups.values()];
  }
}

/** Those of a group who ask for events; none: no group. */
function askingOf({ items, ...group }: Group<Lookup>): readonly Group<Lookup>[] {
  const asking = items.filter(({ item }) => item.eventIds.length > 0);
  return asking.length > 0 ? [{ ...group, items: asking }] : [];
}

/** In the order that the script names. */
function keysOf({ account, partition }: Group<Write>): readonly string[] {
  const of = sessionKeys(partition, account);
  const { due, pending } = partitionKeys(partition);
  const { sessions, ids, columns, epochs, assigned, events, outbox } = of;
  return [sessions, ids, columns, epochs, assigned, events, outbox, due, pending];
}

function entriesOf({ key, session, ...write }: Write): readonly Omit<Numbered, "number">[] {
  const of = (track: string, transitions: Write["transitions"]) =>
    transitions.map((transition) => ({
      track,
      session: key.id,
      seq: transition.seq,
      text: encodeLogEntry({ session: key.id, sessionCreatedAt: session.createdAt, transition }),
    }));
  return [...of("l", write.transitions), ...of("s", write.shadowTransitions)];
}

/** The record that is to be, or how the one that is there is renewed. */
function recordOf(write: Write): string {
  const { renewal, deadlineAt } = write;
  const isRenewal = renewal && deadlineAt !== null;
  return isRenewal ? `${RENEWED}${encodeRenewal(renewal, deadlineAt)}` : encodeRecord(write);
}

const RENEWED = "+";

/** A lease that is to be renewed, of a session that is known. */
interface Renewing extends CachedSession {
  readonly lease: LeaseWrite;
  readonly place: number;
}

/** In the order that the script names. */
function leaseArgumentsOf({ key, digest, lease }: Renewing) {
  const { expectedVersion, deadlineAt } = lease;
  return [key.id, expectedVersion, digest, encodeRenewal(lease, deadlineAt), deadlineAt];
}

/** In the order that the script names. */
function argumentsOf(write: Write, record: string, entries: readonly Omit<Numbered, "number">[]) {
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
    ...entries.map(({ track, text }) => relayEntry(track, text)),
  ];
}

function digestOf(eventId: string): string {
  return createHash("sha256").update(eventId).digest("base64url").slice(0, DIGEST_LENGTH);
}

function digestsIn(text: string): ReadonlySet<string> {
  const count = text.length / DIGEST_LENGTH;
  return new Set(
    Array.from({ length: count }, (_, index) =>
      text.slice(index * DIGEST_LENGTH, (index + 1) * DIGEST_LENGTH),
    ),
  );
}
