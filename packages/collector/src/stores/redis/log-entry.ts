/**
 * An entry of the log as a short text:
 *
 *     CREATED_AT SEQ SINCE TRANSITION\nSESSION
 *
 * `CREATED_AT` is the session's, in milliseconds, and `SINCE` how long after it the transition was.
 * @module
 */
import type { LogEntry } from "../store.ts";
import { decodeTransition, encodeTransition } from "../transition-codec.ts";

/** What an entry is before it has its cursor. */
export type FreshEntry = Omit<LogEntry, "cursor">;

export function encodeLogEntry({ session, sessionCreatedAt, transition }: FreshEntry): string {
  const since = transition.at - sessionCreatedAt;
  const text = encodeTransition(transition);
  return `${sessionCreatedAt} ${transition.seq} ${since} ${text}\n${session}`;
}

export function decodeLogEntry(cursor: number, text: string): LogEntry {
  return { cursor, ...decodeFreshEntry(text) };
}

export function decodeFreshEntry(text: string): FreshEntry {
  const [, createdAt, seq, since, body = "", session = ""] =
    /^(\d+) (\d+) (-?\d+) (.*)\n(.*)$/s.exec(text) ?? [];
  const sessionCreatedAt = Number(createdAt);
  const at = sessionCreatedAt + Number(since);
  const transition = decodeTransition(Number(seq), at, body);
  return { session, sessionCreatedAt, transition };
}
