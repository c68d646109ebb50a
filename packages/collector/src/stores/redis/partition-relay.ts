/**
 * Brings transitions from the partitions' outboxes, where they were committed with their sessions,
 * into the accounts' logs, each exactly once and a session's in order. Whoever commits does it at
 * once; what a collector that died left behind, or a log lost, is brought by whoever has the claim on
 * the partition.
 * @module
 */
import type { Connection } from "./connection.ts";
import {
  accountKeys,
  decodeName,
  encodeName,
  LOG_CHANNEL,
  partitionKeys,
  sessionKeys,
} from "./keys.ts";
import { decodeFreshEntry } from "./log-entry.ts";
import { APPEND } from "./scripts/append.ts";
import { READ_RELAY_QUEUE } from "./scripts/read-outbox.ts";
import { TRIM_RELAY_QUEUE } from "./scripts/trim-outbox.ts";

/** How long entries stay in an outbox after they came: longer than a failover takes. */
const KEEP_MS = 30_000;
const READ_LIMIT = 500;

/** An entry with its number in its partition's outbox. */
export interface Numbered {
  readonly number: number;
  /** `l` live, `s` shadow. */
  readonly track: string;
  readonly session: string;
  readonly seq: number;
  readonly text: string;
}

/** Entries of one partition that follow each other. */
export interface Section {
  readonly partition: number;
  /** The number of the entry before the first; 0: none that was not moved. */
  readonly before: number;
  readonly entries: readonly Numbered[];
}

/** An entry as it lies in an outbox, but for its number. */
export function relayEntry(track: string, text: string): string {
  return `${track} ${text}`;
}

export class PartitionRelay {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Appends entries that were just committed, and those before them that are not in the log yet. */
  async append(account: string, sections: readonly Section[]): Promise<void> {
    for (const partition of await this.#append(account, sections)) {
      await this.catchUp(account, partition);
    }
  }

  /** Appends whatever the log lacks of a partition's outbox. */
  async catchUp(account: string, partition: number): Promise<void> {
    for (;;) {
      const moved = await this.#movedOf(account, partition);
      const { outbox } = sessionKeys(partition, account);
      const read = (await this.#connection.run(
        READ_RELAY_QUEUE,
        [outbox],
        [moved, READ_LIMIT],
      )) as string[];
      if (read.length === 0) return;
      await this.#append(account, [{ partition, before: moved, entries: read.map(parseEntry) }]);
      if (read.length < READ_LIMIT) return;
    }
  }

  /** Looks after the outboxes of some partitions: what is not in the log is brought, what is old goes. */
  async maintain(partitions: readonly number[]): Promise<void> {
    await Promise.all(partitions.map((partition) => this.#maintainPartition(partition)));
  }

  async #maintainPartition(partition: number): Promise<void> {
    const key = partitionKeys(partition).pending;
    const fields = (await this.#connection.command(key, "HGETALL", key)) as string[];
    for (let at = 0; at < fields.length; at += 2) {
      const [name, last] = [fields[at] as string, Number(fields[at + 1])];
      if (name === "#") continue;
      const account = decodeName(name);
      if ((await this.#movedOf(account, partition)) < last) await this.catchUp(account, partition);
      await this.#trim(account, partition);
    }
  }

  async #trim(account: string, partition: number): Promise<void> {
    const { pending } = partitionKeys(partition);
    const { outbox } = sessionKeys(partition, account);
    const moved = await this.#movedOf(account, partition);
    const [seconds] = (await this.#connection.command(pending, "TIME")) as [string];
    const old = Number(seconds) * 1e6 - KEEP_MS * 1_000;
    await this.#connection.run(
      TRIM_RELAY_QUEUE,
      [outbox, pending],
      [encodeName(account), moved, old],
    );
  }

  async #movedOf(account: string, partition: number): Promise<number> {
    const { moved } = accountKeys(account);
    return Number((await this.#connection.command(moved, "HGET", moved, String(partition))) ?? 0);
  }

  /** Answers with the partitions of which earlier entries are missing. */
  async #append(account: string, sections: readonly Section[]): Promise<readonly number[]> {
    const { log, shadowLog, index, shadowIndex, moved, erased } = accountKeys(account);
    const args = sections.flatMap(({ partition, before, entries }) => [
      partition,
      before,
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
      APPEND,
      [log, shadowLog, index, shadowIndex, moved, erased],
      [LOG_CHANNEL, account, ...args],
    );
    return (missing as string[]).map(Number);
  }
}

function parseEntry(entry: string): Numbered {
  const [, number, track = "l", text = ""] = /^(\d+) (.) (.*)$/s.exec(entry) ?? [];
  const { session, transition } = decodeFreshEntry(text);
  return { number: Number(number), track, session, seq: transition.seq, text };
}
