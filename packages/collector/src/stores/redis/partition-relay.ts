/**
 * The relay of transitions from the partitions' relay queues, where they are committed with their
 * sessions, to the accounts' logs: each exactly once, and those of a session in order. The
 * collector that commits relays immediately; what a crashed collector left in a queue, or a log
 * lost in a failover, is relayed by the collector with the claim on the partition.
 * @module
 */
import type { RecordErrors } from "../record-error.ts";
import type { Connection } from "./connection.ts";
import {
  accountKeys,
  decodeName,
  encodeName,
  LOG_CHANNEL,
  partitionKeys,
  sessionKeys,
} from "./keys.ts";
import { decodeUnnumberedEntry } from "./log-entry.ts";
import { pairs } from "./pairs.ts";
import { PartitionBackoff } from "./partition-backoff.ts";
import { APPEND_TO_LOG } from "./scripts/append.ts";
import { READ_RELAY_QUEUE } from "./scripts/read-relay-queue.ts";
import { TRIM_RELAY_QUEUE } from "./scripts/trim-relay-queue.ts";
import { memberError } from "./unreadable.ts";

/** How long entries stay in a relay queue: longer than a failover takes. */
const RETENTION_MS = 30_000;
const READ_LIMIT = 500;

/** An entry of a relay queue. */
export interface QueuedEntry {
  /** Increases within the partition. */
  readonly number: number;
  /** `l` live, `s` shadow. */
  readonly track: string;
  readonly session: string;
  readonly seq: number;
  readonly text: string;
}

/** Consecutive entries of one relay queue. */
export interface QueueSection {
  readonly partition: number;
  /** The number of the entry before the first; 0 if all earlier entries are in the log. */
  readonly previousNumber: number;
  readonly entries: readonly QueuedEntry[];
}

/** Encodes an entry for a relay queue; the script prepends its number. */
export function encodeQueuedEntry(track: string, text: string): string {
  return `${track} ${text}`;
}

export class PartitionRelay {
  readonly #connection: Connection;
  readonly #unreadable: RecordErrors;
  readonly #backoff: PartitionBackoff;

  constructor(connection: Connection, unreadable: RecordErrors) {
    this.#connection = connection;
    this.#unreadable = unreadable;
    this.#backoff = new PartitionBackoff(unreadable);
  }

  /** Appends just committed entries, and earlier ones that are not in the log yet. */
  async append(account: string, sections: readonly QueueSection[]): Promise<void> {
    for (const partition of await this.#append(account, sections)) {
      await this.catchUp(account, partition);
    }
  }

  /** Appends all entries of a relay queue that the log lacks. */
  async catchUp(account: string, partition: number): Promise<void> {
    for (;;) {
      const moved = await this.#lastMoved(account, partition);
      const { relayQueue } = sessionKeys(partition, account);
      const read = (await this.#connection.run(
        READ_RELAY_QUEUE,
        [relayQueue],
        [moved, READ_LIMIT],
      )) as string[];
      if (read.length === 0) return;
      const entries = read.flatMap((entry) =>
        this.#unreadable.readable(() => parseEntry(relayQueue, entry)),
      );
      if (entries.length === 0) return;
      await this.#append(account, [{ partition, previousNumber: moved, entries }]);
      if (read.length < READ_LIMIT) return;
    }
  }

  /** Maintains relay queues: moves entries that are not in the log, and deletes old ones. */
  async maintain(partitions: readonly number[]): Promise<void> {
    await Promise.all(
      partitions.map((partition) =>
        this.#backoff.run(partition, () => this.#maintainPartition(partition)),
      ),
    );
  }

  async #maintainPartition(partition: number): Promise<readonly never[]> {
    const key = partitionKeys(partition).pending;
    const fields = (await this.#connection.command(key, "HGETALL", key)) as string[];
    for (const [name, last] of pairs(fields)) {
      if (name === "#") continue;
      await this.#unreadable.readableAsync(() =>
        this.#maintainQueue(decodeName(name), partition, Number(last)),
      );
    }
    return [];
  }

  async #maintainQueue(account: string, partition: number, last: number): Promise<void> {
    if ((await this.#lastMoved(account, partition)) < last) await this.catchUp(account, partition);
    await this.#trim(account, partition);
  }

  async #trim(account: string, partition: number): Promise<void> {
    const { pending } = partitionKeys(partition);
    const { relayQueue } = sessionKeys(partition, account);
    const moved = await this.#lastMoved(account, partition);
    const [seconds] = (await this.#connection.command(pending, "TIME")) as [string];
    const oldBelow = Number(seconds) * 1e6 - RETENTION_MS * 1_000;
    await this.#connection.run(
      TRIM_RELAY_QUEUE,
      [relayQueue, pending],
      [encodeName(account), moved, oldBelow],
    );
  }

  async #lastMoved(account: string, partition: number): Promise<number> {
    const { moved } = accountKeys(account);
    return Number((await this.#connection.command(moved, "HGET", moved, String(partition))) ?? 0);
  }

  /** Returns the partitions of which earlier entries are missing. */
  async #append(account: string, sections: readonly QueueSection[]): Promise<readonly number[]> {
    const { log, shadowLog, index, shadowIndex, moved, erased } = accountKeys(account);
    const args = sections.flatMap(({ partition, previousNumber, entries }) => [
      partition,
      previousNumber,
      entries.length,
      ...entries.flatMap(({ number, track, session, seq, text }) => [
        number,
        track,
        session,
        seq,
        text,
      ]),
    ]);
    const missing = await this.#connection.run(
      APPEND_TO_LOG,
      [log, shadowLog, index, shadowIndex, moved, erased],
      [LOG_CHANNEL, account, ...args],
    );
    return (missing as string[]).map(Number);
  }
}

/** @throws {RecordError} */
function parseEntry(key: string, entry: string): QueuedEntry {
  const [, number, track = "l", text = ""] = /^(\d+) (.) (.*)$/s.exec(entry) ?? [];
  try {
    const { session, transition } = decodeUnnumberedEntry(text);
    return { number: Number(number), track, session, seq: transition.seq, text };
  } catch (error) {
    throw memberError(key, entry, error);
  }
}
