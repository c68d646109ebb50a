/**
 * The rules as one pure, total function: from a session and an input to the next session and its
 * transitions. It reads no clock and no store. An input that does not apply changes nothing.
 * @module
 */

import { addBindings } from "./bindings.ts";
import { moveWithClock } from "./clock-step.ts";
import { deadlineOf, nextTimer, type Timer } from "./deadline.ts";
import {
  applyInactivity,
  applyResponse,
  applyReturn,
  applyTicketReport,
  assign,
  clearPendingRelease,
  deferInactivity,
  disengageOffline,
  endSession,
  recordAgentMessage,
  resetPresence,
} from "./engagement.ts";
import { eventTime, sentTime } from "./field-order.ts";
import type { Input, InputType } from "./input.ts";
import { addLink, replaceLinks } from "./links.ts";
import type { TransitionCause } from "./lists.ts";
import {
  beforeMerge,
  beginMerge,
  cancelMerge,
  endMerge,
  isMerging,
  postponeMerge,
  takeOver,
} from "./merge.ts";
import {
  applyLeave,
  applySignal,
  expireLease,
  extendAfterOutage,
  goOffline,
  isPresenceRead,
} from "./presence.ts";
import { keepQueuePosition } from "./routing.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { lengthOf } from "./ticket.ts";
import { traceInput, traceLease, withoutOldFacts } from "./trace.ts";
import { recordTransition, type Transition, visibleOf } from "./transition.ts";
import { TRIGGER_FIELDS, type Trigger } from "./trigger.ts";
import { applyAction, matches, readField } from "./triggers.ts";
import { beginUnheard, endUnheard } from "./unheard.ts";

/**
 * Characters of ticket changes that one run of triggers records before it ends. Each transition has all
 * tags before and after it, so a few dozen triggers could write megabytes for one event.
 */
const MAX_RUN_LENGTH = 65_536;

export interface Reduction {
  readonly session: Session;
  /** The visible changes, in order. */
  readonly transitions: readonly Transition[];
  /** When the session must be reduced next even without an input; `null` if never. */
  readonly deadlineAt: number | null;
}

/**
 * Applies `input` to a session at `now` (epoch milliseconds, by the store's clock). Timers that are
 * due run first, each at its own instant (rule 14); timers that the input makes due run last.
 */
export function reduce(session: Session, input: Input, now: number, settings: Settings): Reduction {
  if (input.type === "clock_step") {
    // Timers that are due run after the step, at their instants by the new time.
    return reduce(moveWithClock(session, input.byMs), { type: "tick" }, now, settings);
  }
  const reducer = new Reducer(session, settings);
  // Timers that fell due during the outage are deferred by the input before they run (rule 6).
  reducer.runTimers(input.type === "outage" ? Math.min(input.fromAt, now) : now);
  reducer.apply(input, now);
  reducer.runTimers(now, now);
  return reducer.result();
}

/** Of an input or timer: when it happened, as of which it sets fields, and when it is applied. */
interface StepTimes {
  readonly at: number;
  readonly now: number;
}

/** What changes a session in other ways than its time. */
type SessionInput = Exclude<Input, { type: "clock_step" }>;
/** What may cause a transition. */
type VisibleInput = Exclude<SessionInput, { type: "tick" | "unheard" | "heard" }>;

/** The steps of a merge; the cause of their transitions is `merged`. */
const MERGE_STEPS: ReadonlySet<InputType> = new Set([
  "merge_begun",
  "merge_taken",
  "merge_cancelled",
  "merge_ended",
]);

/** The state of one call of {@link reduce}: the only mutable object in the core. */
class Reducer {
  #session: Session;
  #settings: Settings;
  readonly #transitions: Transition[] = [];

  constructor(session: Session, settings: Settings) {
    this.#session = session;
    this.#settings = settings;
  }

  /** Runs every timer that is due by `until`, each at its own instant but none before `since`. */
  runTimers(until: number, since = 0): void {
    let cursor = since;
    for (;;) {
      const timer = nextTimer(this.#session, cursor, this.#settings);
      if (!timer || timer.dueAt > until) return;
      cursor = timer.dueAt;
      if (timer.kind === "merge") {
        this.#session = postponeMerge(this.#session, until);
        return;
      }
      if (timer.kind === "unheard") {
        this.#session = endUnheard(this.#session, cursor);
        continue;
      }
      const applied = applyTimer(this.#session, timer, this.#settings);
      const next =
        timer.kind === "lease" ? traceLease(applied, timer.page, cursor, this.#settings) : applied;
      this.#step(timer.kind, next, { at: cursor, now: cursor });
    }
  }

  apply(input: SessionInput, now: number): void {
    if (input.type === "tick") {
      this.#session = withoutOldFacts(this.#session, now, this.#settings);
      return;
    }
    // What goes on as another session takes nothing more: the engine gives it to the other one. Settings apply
    // as long as the merge may be cancelled.
    const isApplied = MERGE_STEPS.has(input.type) || input.type === "settings_changed";
    if (this.#session.merge && !(isApplied && isMerging(this.#session))) return;
    // These two only hold timers: nothing visible changes.
    if (input.type === "unheard") {
      this.#session = beginUnheard(this.#session, now, input.excusedBefore);
    } else if (input.type === "heard") this.#session = endUnheard(this.#session, now);
    else this.#applyVisible(input, now);
  }

  #applyVisible(input: VisibleInput, now: number): void {
    const settings = input.type === "settings_changed" ? input.settings : this.#settings;
    const at = eventTime(input, now);
    const applied = applyInput(this.#session, input, at, now, this.#settings);
    const next = traceInput(this.#session, applied, input, now, settings);
    const cause = MERGE_STEPS.has(input.type) ? "merged" : (input.type as TransitionCause);
    const compared = input.type === "merge_taken" && beforeMerge(this.#session, input.from);
    this.#step(cause, next, { at, now }, settings, compared || this.#session);
  }

  result(): Reduction {
    return {
      session: this.#session,
      transitions: this.#transitions,
      deadlineAt: deadlineOf(this.#session, this.#settings),
    };
  }

  /** @param compared what `changed` conditions of triggers compare with */
  #step(
    cause: TransitionCause,
    next: Session,
    times: StepTimes,
    settings = this.#settings,
    compared = this.#session,
  ): void {
    const before = this.#session;
    const settingsBefore = this.#settings;
    if (next === before && settings === settingsBefore) return;
    this.#settings = settings;
    this.#recordChange(before, settingsBefore, next, cause, times.now);
    if (settings.triggers.length === 0 || before.merge || this.#session.merge) return;
    if (hasChanged(compared, settingsBefore, this.#session, settings)) {
      this.#runTriggers(compared, settingsBefore, times);
    }
  }

  /**
   * Rule 23: starts over after each change of the ticket; each trigger fires at most once. Ends early once
   * it has recorded more than {@link MAX_RUN_LENGTH}.
   */
  #runTriggers(before: Session, settingsBefore: Settings, { at, now }: StepTimes): void {
    let recorded = 0;
    const remaining = this.#settings.triggers.filter((trigger) => trigger.enabled);
    for (let index = 0; index < remaining.length; ) {
      const trigger = remaining[index];
      if (!trigger || !matches(trigger, before, this.#session, settingsBefore, this.#settings)) {
        index += 1;
        continue;
      }
      remaining.splice(index, 1);
      const current = this.#session;
      const next = trigger.actions.reduce(
        (session, action) => applyAction(session, action, at, now, this.#settings),
        current,
      );
      this.#recordChange(current, this.#settings, next, "trigger", now, trigger);
      recorded += lengthOf(this.#transitions.at(-1)?.ticketChanges ?? {});
      if (recorded > MAX_RUN_LENGTH) return;
      if (current.ticket !== this.#session.ticket) index = 0;
    }
  }

  /** Updates the queue position, then records the transition if anything visible changed. */
  #recordChange(
    before: Session,
    settingsBefore: Settings,
    next: Session,
    cause: TransitionCause,
    at: number,
    trigger: Trigger | null = null,
  ): void {
    const after = keepQueuePosition(next, at, this.#settings);
    const from = { session: before, visible: visibleOf(before, settingsBefore) };
    const recorded = recordTransition(from, after, cause, at, this.#settings, trigger);
    this.#session = recorded?.session ?? after;
    if (recorded) this.#transitions.push(recorded.transition);
  }
}

/** Whether any field that a trigger condition can read has changed. */
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

function applyTimer(
  session: Session,
  timer: Exclude<Timer, { kind: "unheard" | "merge" }>,
  settings: Settings,
): Session {
  switch (timer.kind) {
    case "lease":
      return expireLease(session, timer.page, timer.dueAt, settings);
    case "buffer":
      return disengageOffline(goOffline(session, timer.dueAt), timer.dueAt, settings);
    case "inactivity":
      return applyInactivity(session, timer.dueAt, settings);
  }
}

function applyInput(
  session: Session,
  input: VisibleInput,
  at: number,
  now: number,
  settings: Settings,
): Session {
  switch (input.type) {
    case "signal": {
      if (!isPresenceRead(session.channel, settings)) return session;
      const after = applySignal(session, input, now, settings);
      const isReturn = session.presence !== "online" && after.presence === "online";
      return isReturn ? applyReturn(after, now, settings) : after;
    }
    case "leave":
      return isPresenceRead(session.channel, settings)
        ? applyLeave(session, input, now, settings)
        : session;
    case "end_user_message":
      return applyResponse(session, sentTime(input, now), at, now, settings);
    case "agent_message":
      return recordAgentMessage(session, at, now, settings);
    case "activity":
      return session;
    case "ticket_updated":
      if (input.onlyFirst && session.ticket.id !== null) return session;
      return applyTicketReport(session, input.ticket, at, now, settings);
    case "assigned":
      return assign(session, input.agent, at, now, settings);
    case "unassigned": {
      const unassigned = assign(session, null, at, now, settings);
      return input.requeue && unassigned.assignee !== session.assignee
        ? { ...unassigned, queuedAt: session.firstQueuedAt }
        : unassigned;
    }
    case "session_ended":
      return endSession(session, input.reason, now);
    case "described":
      return applyDescription(session, input, now, settings);
    case "bound":
      return withBinding(session, input.hash);
    case "merge_begun":
      return beginMerge(session, input.into, now);
    case "merge_taken":
      return takeOver(session, input.from, now, settings);
    case "merge_cancelled":
      return cancelMerge(session, now);
    case "merge_ended":
      return endMerge(session, now);
    case "settings_changed":
      return readsPresence(session, settings) && !readsPresence(session, input.settings)
        ? resetPresence(session, now, input.settings)
        : clearPendingRelease(session, input.settings);
    case "outage":
      return deferInactivity(extendAfterOutage(session, now), input.fromAt, now, settings);
  }
}

function withBinding(session: Session, hash: string): Session {
  const bindings = addBindings(session.bindings, [hash]);
  return bindings === session.bindings ? session : { ...session, bindings };
}

function readsPresence(session: Session, settings: Settings): boolean {
  return isPresenceRead(session.channel, settings);
}

/** Sets user, channel and links; a channel without pages resets presence as switching it off does. */
function applyDescription(
  session: Session,
  input: Extract<Input, { type: "described" }>,
  now: number,
  settings: Settings,
): Session {
  const { linked, channel = session.channel } = input;
  const user = input.user === undefined ? (session.user ?? linked?.user ?? null) : input.user;
  const replaced = replaceLinks(session.links, input.links ?? session.links);
  const links = linked ? addLink(replaced, linked.link) : replaced;
  if (channel === session.channel && user === session.user && links === session.links) {
    return session;
  }
  const described = { ...session, channel, user, links };
  return readsPresence(session, settings) && !readsPresence(described, settings)
    ? resetPresence(described, now, settings)
    : described;
}
