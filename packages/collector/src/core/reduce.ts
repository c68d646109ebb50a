/**
 * The rules, in one pure and total function: a session and what happened to it in, the session after
 * it and what there is to tell out. It reads no clock and knows no store; an input that cannot apply
 * returns the same session.
 * @module
 */
import { deadlineOf, nextTimer, type Timer } from "./deadline.ts";
import {
  assign,
  disengageOffline,
  end,
  excuseInactivity,
  forgetPresence,
  noteAgentMessage,
  passInactivity,
  reportTicket,
  respond,
  returnOnline,
  settleRelease,
} from "./engagement.ts";
import type { Input } from "./input.ts";
import {
  applySignal,
  excuseSilence,
  goOffline,
  isPresenceRead,
  leave,
  loseLease,
} from "./presence.ts";
import { keepQueuePlace } from "./routing.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { record, type Transition, type TransitionCause, visibleOf } from "./transition.ts";
import { TRIGGER_FIELDS, type Trigger } from "./trigger.ts";
import { applyAction, matches, readField } from "./triggers.ts";

export interface Reduction {
  readonly session: Session;
  /** What others can see of the change, in order. */
  readonly transitions: readonly Transition[];
  /** When the session must be reduced next even if nothing happens; null: never. */
  readonly deadlineAt: number | null;
}

/**
 * What a session becomes by `input` at `now` (epoch milliseconds, the collector's own clock).
 * Timers that are due run first, each at its own instant (rule 14); one that the input makes due
 * runs before this returns.
 */
export function reduce(session: Session, input: Input, now: number, settings: Settings): Reduction {
  const run = new Run(session, settings);
  // What fell due while nobody listened is excused before it is looked at (rule 6).
  run.timers(input.type === "outage" ? Math.min(input.fromAt, now) : now);
  run.input(input, now);
  run.timers(now, now);
  return run.result();
}

/** One reduction under way: the only mutable thing in the core, and it does not outlive the call. */
class Run {
  #session: Session;
  #settings: Settings;
  readonly #transitions: Transition[] = [];

  constructor(session: Session, settings: Settings) {
    this.#session = session;
    this.#settings = settings;
  }

  /** Runs every timer that is due until `until`; none counts as due before `since`. */
  timers(until: number, since = 0): void {
    let cursor = since;
    for (;;) {
      const timer = nextTimer(this.#session, cursor, this.#settings);
      if (!timer || timer.dueAt > until) return;
      cursor = timer.dueAt;
      this.#step(timer.kind, applyTimer(this.#session, timer, this.#settings), cursor);
    }
  }

  input(input: Input, now: number): void {
    if (input.type === "tick") return;
    const settings = input.type === "settings_changed" ? input.settings : this.#settings;
    this.#step(input.type, applyInput(this.#session, input, now, this.#settings), now, settings);
  }

  result(): Reduction {
    return {
      session: this.#session,
      transitions: this.#transitions,
      deadlineAt: deadlineOf(this.#session, this.#settings),
    };
  }

  #step(cause: TransitionCause, next: Session, at: number, settings = this.#settings): void {
    const before = this.#session;
    const settingsBefore = this.#settings;
    if (next === before && settings === settingsBefore) return;
    this.#settings = settings;
    this.#tell(before, settingsBefore, next, cause, at);
    if (settings.triggers.length === 0) return;
    if (hasChanged(before, settingsBefore, this.#session, settings)) {
      this.#triggers(before, settingsBefore, at);
    }
  }

  /** Rule 23: from the top again after each change of the ticket, each trigger at most once. */
  #triggers(before: Session, settingsBefore: Settings, at: number): void {
    const waiting = this.#settings.triggers.filter((trigger) => trigger.enabled);
    for (let index = 0; index < waiting.length; ) {
      const trigger = waiting[index];
      if (!trigger || !matches(trigger, before, this.#session, settingsBefore, this.#settings)) {
        index += 1;
        continue;
      }
      waiting.splice(index, 1);
      const was = this.#session;
      const next = trigger.actions.reduce(
        (session, action) => applyAction(session, action, at, this.#settings),
        was,
      );
      this.#tell(was, this.#settings, next, "trigger", at, trigger);
      if (was.ticket !== this.#session.ticket) index = 0;
    }
  }

  /** Settles the queue place, numbers the change and writes it down. */
  #tell(
    before: Session,
    settingsBefore: Settings,
    next: Session,
    cause: TransitionCause,
    at: number,
    trigger: Trigger | null = null,
  ): void {
    const placed = keepQueuePlace(next, at, this.#settings);
    const was = { session: before, visible: visibleOf(before, settingsBefore) };
    const entry = record(was, placed, cause, at, this.#settings, trigger);
    this.#session = entry?.session ?? placed;
    if (entry) this.#transitions.push(entry.transition);
  }
}

/** Whether anything that a condition can read is other than before. */
function hasChanged(
  before: Session,
  settingsBefore: Settings,
  session: Session,
  settings: Settings,
): boolean {
  return TRIGGER_FIELDS.some(
    (field) => readField(before, field, settingsBefore) !== readField(session, field, settings),
  );
}

function applyTimer(session: Session, timer: Timer, settings: Settings): Session {
  switch (timer.kind) {
    case "lease":
      return loseLease(session, timer.page, timer.dueAt, settings);
    case "buffer":
      return disengageOffline(goOffline(session, timer.dueAt), timer.dueAt, settings);
    case "inactivity":
      return passInactivity(session, timer.dueAt, settings);
  }
}

function applyInput(
  session: Session,
  input: Exclude<Input, { type: "tick" }>,
  now: number,
  settings: Settings,
): Session {
  switch (input.type) {
    case "signal": {
      if (!isPresenceRead(session.channel, settings)) return session;
      const heard = applySignal(session, input, now, settings);
      const isReturn = session.presence !== "online" && heard.presence === "online";
      return isReturn ? returnOnline(heard, now, settings) : heard;
    }
    case "leave":
      return isPresenceRead(session.channel, settings)
        ? leave(session, input, now, settings)
        : session;
    case "end_user_message":
      return respond(session, input.sentAt, now, settings);
    case "agent_message":
      return noteAgentMessage(session, now);
    case "activity":
      return session;
    case "ticket_updated":
      return reportTicket(session, input.ticket, now, settings);
    case "assigned":
      return assign(session, input.agent, now, settings);
    case "unassigned": {
      const unassigned = assign(session, null, now, settings);
      return input.requeue && unassigned !== session
        ? { ...unassigned, queuedAt: session.firstQueuedAt }
        : unassigned;
    }
    case "session_ended":
      return end(session, input.reason, now);
    case "described":
      return describe(session, input, now, settings);
    case "bound":
      return bind(session, input.hash);
    case "settings_changed":
      return wasRead(session, settings) && !wasRead(session, input.settings)
        ? forgetPresence(session, now, input.settings)
        : settleRelease(session, input.settings);
    case "outage":
      return excuseInactivity(excuseSilence(session, now), input.fromAt, now, settings);
  }
}

/** How many secrets a session remembers: each page that writes brings one. */
const BINDINGS_KEPT = 8;

function bind(session: Session, hash: string): Session {
  if (session.bindings.at(-1) === hash) return session;
  const others = session.bindings.filter((other) => other !== hash);
  return { ...session, bindings: [...others, hash].slice(-BINDINGS_KEPT) };
}

function wasRead(session: Session, settings: Settings): boolean {
  return isPresenceRead(session.channel, settings);
}

/** The desk says who it is and over which channel; a channel without pages is as switched off. */
function describe(
  session: Session,
  { channel = session.channel, user = session.user }: { channel?: string; user?: string | null },
  now: number,
  settings: Settings,
): Session {
  if (channel === session.channel && user === session.user) return session;
  const described = { ...session, channel, user };
  return wasRead(session, settings) && !wasRead(described, settings)
    ? forgetPresence(described, now, settings)
    : described;
}
