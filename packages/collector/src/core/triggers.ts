/**
 * Evaluates triggers (rules 22 to 24): conditions over a session and its ticket, and actions.
 * @module
 */

import { changeTicket, endSession } from "./engagement.ts";
import {
  TICKET_PRIORITIES,
  TICKET_STATUSES,
  type TicketPriority,
  type TicketStatus,
  USER_REASONS,
} from "./lists.ts";
import { shownPresence } from "./presence.ts";
import { reasonOf, type Session, stateOf, type TicketPatch } from "./session.ts";
import type { Settings } from "./settings.ts";
import {
  type Action,
  type Condition,
  EITHER_USER_REASON,
  type Trigger,
  type TriggerField,
} from "./trigger.ts";

export type FieldValue = string | null | readonly string[];

/** Whether a trigger's conditions hold; `changed…` compares with the session before the input. */
export function matches(
  trigger: Trigger,
  before: Session,
  session: Session,
  settingsBefore: Settings,
  settings: Settings,
): boolean {
  return holdsBetween(
    trigger,
    (field) => readField(before, field, settingsBefore),
    (field) => readField(session, field, settings),
  );
}

/** Whether a trigger's conditions hold for the fields as they were and as they are. */
export function holdsBetween(
  trigger: Trigger,
  was: (field: TriggerField) => FieldValue,
  is: (field: TriggerField) => FieldValue,
): boolean {
  const holds = (condition: Condition) =>
    conditionHolds(condition, was(condition.field), is(condition.field));
  if (!trigger.all.every(holds)) return false;
  return trigger.any.length === 0 || trigger.any.some(holds);
}

export function readField(session: Session, field: TriggerField, settings: Settings): FieldValue {
  switch (field) {
    case "session.state":
      return stateOf(session);
    case "session.reason":
      return reasonOf(session);
    case "session.presence":
      return shownPresence(session, settings);
    case "session.channel":
      return session.channel;
    case "session.assignee":
      return session.assignee;
    case "ticket.status":
      return session.ticket.status;
    case "ticket.priority":
      return session.ticket.priority;
    case "ticket.group":
      return session.ticket.group;
    case "ticket.tags":
      return session.ticket.tags;
    case "ticket.routingChannel":
      return session.ticket.routingChannel;
  }
}

function conditionHolds(condition: Condition, was: FieldValue, is: FieldValue): boolean {
  const { field, op } = condition;
  const value = condition.value ?? null;
  switch (op) {
    case "is":
      return equals(field, is, value);
    case "is_not":
      return !equals(field, is, value);
    case "changed":
      return !isSame(was, is);
    case "changed_to":
      return equals(field, is, value) && !equals(field, was, value);
    case "changed_from":
      return equals(field, was, value) && !equals(field, is, value);
    case "less_than":
      return compareRanks(field, is, value) < 0;
    case "greater_than":
      return compareRanks(field, is, value) > 0;
    case "includes":
      return listOf(value).some((tag) => listOf(is).includes(tag));
    case "excludes":
      return listOf(value).every((tag) => !listOf(is).includes(tag));
  }
}

function equals(field: TriggerField, is: FieldValue, value: FieldValue): boolean {
  if (field === "session.reason" && value === EITHER_USER_REASON) {
    return USER_REASONS.some((reason) => reason === is);
  }
  return isSame(is, value);
}

function isSame(a: FieldValue, b: FieldValue): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) && !Array.isArray(b)) return false;
  const [left, right] = [new Set(listOf(a)), new Set(listOf(b))];
  return left.size === right.size && [...left].every((tag) => right.has(tag));
}

function listOf(value: FieldValue): readonly string[] {
  if (value === null) return [];
  return typeof value === "string" ? [value] : value;
}

const RANKS: Partial<Record<TriggerField, readonly string[]>> = {
  "ticket.status": TICKET_STATUSES,
  "ticket.priority": TICKET_PRIORITIES,
};

/** The difference in rank; `NaN`, neither less nor greater, if either value has no rank. */
function compareRanks(field: TriggerField, is: FieldValue, value: FieldValue): number {
  const ranks = RANKS[field] ?? [];
  const [a, b] = [ranks.indexOf(String(is)), ranks.indexOf(String(value))];
  return a < 0 || b < 0 ? Number.NaN : a - b;
}

/**
 * The session after one action; `notify_webhook` only appears in the transition. `at` is the time of the
 * event or timer that made the trigger fire.
 */
export function applyAction(
  session: Session,
  action: Action,
  at: number,
  now: number,
  settings: Settings,
): Session {
  switch (action.type) {
    case "end_session":
      return endSession(session, "ended_by_trigger", now);
    case "notify_webhook":
      return session;
    default:
      return changeTicket(session, patchOf(action, session), at, now, settings);
  }
}

function patchOf(
  action: Exclude<Action, { type: "end_session" | "notify_webhook" }>,
  { ticket }: Session,
): TicketPatch {
  switch (action.type) {
    case "set_status":
      return { status: action.value as TicketStatus };
    case "set_priority":
      return { priority: action.value as TicketPriority };
    case "set_group":
      return { group: action.value };
    case "set_routing_channel":
      return { routingChannel: action.value };
    case "add_tags":
      return { tags: [...ticket.tags, ...action.value] };
    case "remove_tags":
      return { tags: ticket.tags.filter((tag) => !action.value.includes(tag)) };
  }
}
