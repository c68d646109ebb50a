/**
 * Reads and prunes the accounts' logs in Redis.
 * @module
 */
import { TRACKS, type Track } from "../../core/lists.ts";
import type { LogEntry, SessionKey } from "../store.ts";
import type { Connection } from "./connection.ts";
import { accountKeys } from "./keys.ts";
import { decodeLogEntry } from "./log-entry.ts";
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

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async history(
    { account, id }: SessionKey,
    afterSeq: number,
    limit: number,
    track: Track,
  ): Promise<readonly LogEntry[]> {
    const { log, index } = trackKeys(account, track);
    const found = (await this.#connection.run(
      READ_HISTORY,
      [log, index],
      [id, afterSeq, limit],
    )) as string[];
    return toTriples(found).map(([cursor, text, resume]) => ({
      ...decodeLogEntry(Number(cursor), text),
      ...(resume !== "" && { resumeCursor: Number(resume) }),
    }));
  }

  async read(
    account: string,
    afterCursor: number,
    limit: number,
    track: Track,
  ): Promise<readonly LogEntry[]> {
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
      const entries = await this.read(account, 0, limit - pruned, track);
      const end = entries.findIndex(({ transition }) => transition.at >= before);
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

function toEntries(reply: unknown): readonly LogEntry[] {
  return (reply as [string, [string, string]][]).map(([id, [, text]]) =>
    decodeLogEntry(Number.parseInt(id, 10), text),
  );
}

function toTriples(flat: readonly string[]): readonly [string, string, string][] {
  return Array.from({ length: flat.length / 3 }, (_, index) => [
    flat[index * 3] ?? "",
    flat[index * 3 + 1] ?? "",
    flat[index * 3 + 2] ?? "",
  ]);
}
