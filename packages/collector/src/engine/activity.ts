/**
 * When something last happened to a session from outside: a signal or an event. Erasure by age
 * depends on it. Signals are in the session as `heardAt`, events as the hour of the last one, so that
 * an event that changes nothing else is written once an hour at most.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { Session } from "../core/session.ts";

const HOUR_MS = 3_600_000;

/** Whether the input is an event of the desk, and not a signal or work of the collector's own. */
export function isEvent({ type }: Input): boolean {
  return type !== "signal" && type !== "leave" && type !== "tick";
}

/** The session with the hour of its last event; also of a signal that a reset has forgotten (rule 16). */
export function noteActivity(
  session: Session,
  lastEventAt: number,
  before: Session | null,
): Session {
  const forgottenAt = session.heardAt === null ? (before?.heardAt ?? 0) : 0;
  const lastAt = Math.max(lastEventAt, forgottenAt);
  const activeHours = Math.floor((lastAt - session.createdAt) / HOUR_MS);
  return activeHours > session.activeHours ? { ...session, activeHours } : session;
}

/** From when the age of a session counts: its end, or its last activity, at most an hour too late. */
export function idleSince({ ended, heardAt, createdAt, activeHours }: Session): number {
  if (ended) return ended.at;
  return Math.max(heardAt ?? 0, createdAt + (activeHours + 1) * HOUR_MS);
}
