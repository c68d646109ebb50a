/**
 * The accounts' logs and the sessions' histories of the memory store.
 * @module
 */
import { TRACKS, type Track } from "../../core/lists.ts";
import { SplitMap } from "../split-map.ts";
import type { LogEntry, SessionKey, Write } from "../store.ts";
import { firstIndex } from "./sorted-list.ts";

const HOUR_MS = 3_600_000;

/** One track of an account's log. An entry that was deleted is null until it is moved out. */
interface TrackLog {
  entries: (LogEntry | null)[];
  cursors: number[];
  deleted: number;
  /** The first cursor of each hour. */
  readonly hours: Map<number, number>;
}

export class MemoryLog {
  readonly #logs = new Map<string, TrackLog>();
  /** By session and track; of a session that was erased and created again, both. */
  readonly #histories = new SplitMap<string, LogEntry[]>();
  #lastCursor = 0;

  append(track: Track, { key, session }: Write, transitions: Write["transitions"]): void {
    for (const transition of transitions) {
      this.#lastCursor += 1;
      const cursor = this.#lastCursor;
      const sessionCreatedAt = session.createdAt;
      const entry = { cursor, session: key.id, sessionCreatedAt, transition };
      const log = this.#logOf(key.account, track);
      log.entries.push(entry);
      log.cursors.push(cursor);
      const hour = Math.floor(transition.at / HOUR_MS);
      if (!log.hours.has(hour)) log.hours.set(hour, cursor);
      const history = this.#histories.get(historyName(key, track));
      if (history) history.push(entry);
      else this.#histories.set(historyName(key, track), [entry]);
    }
  }

  #logOf(account: string, track: Track): TrackLog {
    const name = `${track} ${account}`;
    const known = this.#logs.get(name);
    if (known) return known;
    const log: TrackLog = { entries: [], cursors: [], deleted: 0, hours: new Map() };
    this.#logs.set(name, log);
    return log;
  }

  /** All entries of a session. */
  entriesOf(key: SessionKey, track: Track = "live"): readonly LogEntry[] {
    return this.#histories.get(historyName(key, track)) ?? [];
  }

  history(key: SessionKey, afterSeq: number, limit: number, track: Track): readonly LogEntry[] {
    const entries = this.entriesOf(key, track);
    const first = firstIndex(entries.length, (at) => seqOf(entries[at]) > afterSeq);
    return entries.slice(first, first + limit);
  }

  read(account: string, afterCursor: number, limit: number, track: Track): readonly LogEntry[] {
    const { entries, cursors } = this.#logOf(account, track);
    const found: LogEntry[] = [];
    for (let at = indexAfter(cursors, afterCursor); at < entries.length; at += 1) {
      if (found.length === limit) break;
      const entry = entries[at];
      if (entry) found.push(entry);
    }
    return found;
  }

  lastCursor(account: string): number {
    return this.#logOf(account, "live").entries.findLast((entry) => entry !== null)?.cursor ?? 0;
  }

  start(account: string, at: number, track: Track): number {
    const from = Math.floor(at / HOUR_MS);
    let start = this.#lastCursor;
    for (const [hour, cursor] of this.#logOf(account, track).hours) {
      if (hour >= from) start = Math.min(start, cursor - 1);
    }
    return start;
  }

  /** Deletes entries from the beginning up to the first that is not old; returns how many. */
  prune(account: string, before: number, limit: number): number {
    let pruned = 0;
    for (const track of TRACKS) {
      for (const entry of this.read(account, 0, limit - pruned, track)) {
        if (entry.transition.at >= before) break;
        this.#delete(account, track, entry);
        const name = historyName({ account, id: entry.session }, track);
        const history = this.#histories.get(name);
        history?.splice(history.indexOf(entry), 1);
        if (history?.length === 0) this.#histories.delete(name);
        pruned += 1;
      }
    }
    return pruned;
  }

  erase(key: SessionKey): void {
    for (const track of TRACKS) {
      for (const entry of this.entriesOf(key, track)) this.#delete(key.account, track, entry);
      this.#histories.delete(historyName(key, track));
    }
  }

  #delete(account: string, track: Track, { cursor }: LogEntry): void {
    const log = this.#logOf(account, track);
    log.entries[indexAfter(log.cursors, cursor - 1)] = null;
    log.deleted += 1;
    if (log.deleted * 2 <= log.entries.length) return;
    log.entries = log.entries.filter((entry) => entry !== null);
    log.cursors = log.entries.map((entry) => entry?.cursor ?? 0);
    log.deleted = 0;
  }
}

function indexAfter(cursors: readonly number[], cursor: number): number {
  return firstIndex(cursors.length, (at) => (cursors[at] as number) > cursor);
}

function seqOf(entry: LogEntry | undefined): number {
  return entry?.transition.seq ?? 0;
}

function historyName({ account, id }: SessionKey, track: Track): string {
  return `${track} ${account}\n${id}`;
}
