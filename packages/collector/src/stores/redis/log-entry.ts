/**
 * The stored format of a log entry:
 *
 *     CREATED_AT SEQ SINCE TRANSITION\nSESSION
 *
 * `CREATED_AT` is when the session was created, and `SINCE` the time from then to the transition,
 * both in milliseconds.
 * @module
 */
import type { LogEntry } from "../store.ts";
import { decodeTransition, encodeTransition } from "../transition-codec.ts";

/** A log entry that has no cursor yet. */
export type UnnumberedEntry = Omit<LogEntry, "cursor">;

export function encodeLogEntry({ session, sessionCreatedAt, transition }: UnnumberedEntry): string {
  const since = transition.at - sessionCreatedAt;
  const text = encodeTransition(transition);
  return `${sessionCreatedAt} ${transition.seq} ${since} ${text}\n${session}`;
}

export function decodeLogEntry(cursor: number, text: string): LogEntry {
  return { cursor, ...decodeUnnumberedEntry(text) };
}

export function decodeUnnumberedEntry(text: string): UnnumberedEntry {
  const [, createdAt, seq, since, body = "", session = ""] =
    /^(\d+) (\d+) (-?\d+) (.*)\n(.*)$/s.exec(text) ?? [];
  const sessionCreatedAt = Number(createdAt);
  const at = sessionCreatedAt + Number(since);
  const transition = decodeTransition(Number(seq), at, body);
  return { session, sessionCreatedAt, transition };
}
