/**
 * An entry of the log as a short text: a row of values, instants as milliseconds since the session
 * was created, names of closed lists as letters.
 * @module
 */
import type { Presence, QueueStanding, Reason, State } from "../../core/session.ts";
import type { Standing, Transition, TransitionCause } from "../../core/transition.ts";
import type { LogEntry } from "../store.ts";

/** What an entry is before it has its cursor. */
export type FreshEntry = Omit<LogEntry, "cursor">;

// A letter once given stays; whoever adds a name gives it a new one.
const STATES: Record<State, string> = { none: "n", active: "a", inactive: "i", ended: "e" };
const PRESENCES: Record<Presence, string> = {
  unknown: "u",
  online: "o",
  offline: "f",
  ignored: "i",
  unsupported: "x",
};
const REASONS: Record<NonNullable<Reason>, string> = {
  user_offline: "f",
  user_inactive: "i",
  ticket_status: "t",
  ended_by_agent: "a",
  ended_by_end_user: "u",
  ended_by_trigger: "r",
  transferred_to_email: "m",
  ticket_closed: "c",
};
const CAUSES: Record<TransitionCause, string> = {
  signal: "s",
  leave: "l",
  end_user_message: "u",
  agent_message: "a",
  activity: "v",
  ticket_updated: "t",
  assigned: "g",
  unassigned: "n",
  session_ended: "e",
  described: "d",
  bound: "b",
  settings_changed: "c",
  outage: "o",
  lease: "k",
  buffer: "f",
  inactivity: "i",
  trigger: "r",
};
const STANDINGS: Record<QueueStanding, string> = { none: "n", queued: "q", direct: "d" };
const NO_REASON = "-";

export function encodeLogEntry({ session, sessionCreatedAt, transition }: FreshEntry): string {
  const { seq, at, from, to, cause, queue, capacityHeld, assignee, heardAt } = transition;
  const { ticketChanges, triggers, notify } = transition;
  const letters = [
    ...encodeStanding(from),
    ...encodeStanding(to),
    CAUSES[cause],
    STANDINGS[queue],
    capacityHeld ? "1" : "0",
  ].join("");
  const row = [
    sessionCreatedAt,
    session,
    seq,
    at - sessionCreatedAt,
    letters,
    assignee ?? 0,
    heardAt === null ? "" : heardAt - sessionCreatedAt,
    orZero(ticketChanges),
    orZero(triggers),
    orZero(notify),
  ];
  // Most entries end with nothing to say.
  while (row.at(-1) === 0) row.pop();
  return JSON.stringify(row);
}

export function decodeLogEntry(cursor: number, text: string): LogEntry {
  return { cursor, ...decodeFreshEntry(text) };
}

export function decodeFreshEntry(text: string): FreshEntry {
  const row = JSON.parse(text) as unknown[];
  const [createdAt, session, seq, at, letters, assignee, heardAt] = row as [
    number,
    string,
    number,
    number,
    string,
    string | 0 | undefined,
    number | "" | undefined,
  ];
  const [, , , , , , , ticketChanges, triggers, notify] = row;
  return {
    session,
    sessionCreatedAt: createdAt,
    transition: {
      seq,
      at: at + createdAt,
      from: decodeStanding(letters.slice(0, 3)),
      to: decodeStanding(letters.slice(3, 6)),
      cause: nameOf(CAUSES, letters[6]),
      queue: nameOf(STANDINGS, letters[7]),
      capacityHeld: letters[8] === "1",
      assignee: assignee || null,
      // Heard of at the very instant of its creation is a zero, which may be left out at the end.
      heardAt: heardAt === "" ? null : (heardAt ?? 0) + createdAt,
      ticketChanges: (ticketChanges || {}) as Transition["ticketChanges"],
      triggers: (triggers || []) as string[],
      notify: (notify || []) as string[],
    },
  };
}

function orZero<T extends object>(value: T): T | 0 {
  return Object.keys(value).length === 0 ? 0 : value;
}

function encodeStanding({ state, reason, presence }: Standing): readonly string[] {
  return [STATES[state], reason === null ? NO_REASON : REASONS[reason], PRESENCES[presence]];
}

function decodeStanding([state, reason, presence]: string): Standing {
  return {
    state: nameOf(STATES, state),
    reason: reason === NO_REASON ? null : nameOf(REASONS, reason),
    presence: nameOf(PRESENCES, presence),
  };
}

function nameOf<T extends string>(letters: Record<T, string>, letter: string | undefined): T {
  const found = Object.entries(letters).find(([, each]) => each === letter);
  if (!found) throw new Error(`An entry of the log has the unknown letter ${letter}.`);
  return found[0] as T;
}
