/**
 * Reads and prunes the accounts' logs in Redis.
 * @module
 */
import { TRACKS, type Track } from "../../core/lists.ts";
import { logEntryError, type RecordErrors, readPage } from "../record-error.ts";
import type { LogEntry, SessionKey } from "../store.ts";
import type { Connection } from "./connection.ts";
import { accountKeys } from "./keys.ts";
import { decodeLogEntry } from "./log-entry.ts";
import { tuplesOf } from "./pairs.ts";
import { READ_HISTORY } from "./scripts/history.ts";
import { REMOVE_LOG_ENTRIES } from "./scripts/remove-log-entries.ts";

/** How far a transition's time may be ahead of the server's clock, far more than the engine slews. */
const MAX_AHEAD_MS = 10_000;
/** A cursor is in units of 10 µs: see scripts/append.ts. */
const CURSORS_PER_MS = 100;

/**
 * A cursor after which all entries of `at` and later are: an entry is appended at its time or later, and
 * cursors never fall behind the clock.
 */
export function cursorAt(at: number): number {
  return Math.max(0, Math.floor(at - MAX_AHEAD_MS) * CURSORS_PER_MS);
}

export class AccountLog {
  readonly #connection: Connection;
  readonly #unreadable: RecordErrors;

  constructor(connection: Connection, unreadable: RecordErrors) {
    this.#connection = connection;
    this.#unreadable = unreadable;
  }

  async history(
    { account, id }: SessionKey,
    afterSeq: number,
    limit: number,
    track: Track,
  ): Promise<readonly LogEntry[]> {
    const { log, index } = trackKeys(account, track);
    const read = async (last: IndexedEntry | null, count: number) => {
      const args = [id, last?.seq ?? afterSeq, count];
      const flat = (await this.#connection.run(READ_HISTORY, [log, index], args)) as string[];
      return toIndexed(flat);
    };
    return readPage(limit, read, ({ resumeCursor, ...entry }) =>
      this.#readable(account, entry).map((readable) => ({
        ...readable,
        ...(resumeCursor !== undefined && { resumeCursor }),
      })),
    );
  }

  #readable(account: string, { cursor, text }: EncodedEntry): readonly LogEntry[] {
    return this.#unreadable.readable(() => {
      try {
        return decodeLogEntry(cursor, text);
      } catch (error) {
        throw logEntryError(account, cursor, error);
      }
    });
  }

  async read(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track,
  ): Promise<readonly LogEntry[]> {
    return readPage(
      limit,
      (last: EncodedEntry | null, count) =>
        this.#range(account, last?.cursor ?? afterCursor, count, track),
      (entry) => this.#readable(account, entry),
    );
  }

  async #range(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track,
  ): Promise<readonly EncodedEntry[]> {
    const { log } = trackKeys(account, track);
    const range = ["XRANGE", log, `(${afterCursor}`, "+", "COUNT", String(limit)];
    return toEntries(await this.#connection.command(log, ...range));
  }

  async lastCursor(account: string): Promise<number> {
    const { log } = accountKeys(account);
    const range = ["XREVRANGE", log, "+", "-", "COUNT", "1"];
    return toEntries(await this.#connection.command(log, ...range))[0]?.cursor ?? 0;
  }

  /**
   * Deletes from the beginning of the log up to the first entry that is not old enough. Entries are
   * not sorted by time: an old one after that is deleted once those before it are.
   */
  async prune(account: string, before: number, limit: number): Promise<number> {
    let pruned = 0;
    for (const track of TRACKS) {
      if (pruned >= limit) break;
      const { log, index } = trackKeys(account, track);
      const entries = await this.#range(account, 0, limit - pruned, track);
      const end = entries.findIndex(({ at, cursor }) => (at ?? cursor / CURSORS_PER_MS) >= before);
      const old = end < 0 ? entries : entries.slice(0, end);
      if (old.length === 0) continue;
      const args = old.flatMap(({ cursor, session }) => [cursor, session]);
      pruned += Number(await this.#connection.run(REMOVE_LOG_ENTRIES, [log, index], args));
    }
    return pruned;
  }
}

function trackKeys(account: string, track: Track) {
  const { log, shadowLog, index, shadowIndex } = accountKeys(account);
  return track === "live" ? { log, index } : { log: shadowLog, index: shadowIndex };
}

/** An entry as it was read; its text may be damaged. */
interface EncodedEntry {
  readonly cursor: number;
  readonly text: string;
  /** Of the transition; missing: it cannot be read. */
  readonly at?: number;
  readonly session: string;
}

/** An entry that was found by the index. */
interface IndexedEntry extends EncodedEntry {
  readonly seq: number;
  readonly resumeCursor?: number;
}

function toEncoded(cursor: number, text: string): EncodedEntry {
  const [, createdAt, since, session = ""] = /^(\d+) \d+ (-?\d+) .*\n(.*)$/s.exec(text) ?? [];
  if (since === undefined) return { cursor, text, session };
  return { cursor, text, session, at: Number(createdAt) + Number(since) };
}

function toEntries(reply: unknown): readonly EncodedEntry[] {
  return (reply as [string, [string, string?]][]).map(([id, [, text = ""]]) =>
    toEncoded(Number.parseInt(id, 10), text),
  );
}

function toIndexed(flat: readonly string[]): readonly IndexedEntry[] {
  return tuplesOf(flat, 4).map(([cursor, text = "", resume = "", seq]) => ({
    ...toEncoded(Number(cursor), text),
    seq: Number(seq),
    ...(resume !== "" && { resumeCursor: Number(resume) }),
  }));
}
