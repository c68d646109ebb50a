/**
 * Triggers as sentences: every field, operator and action of the closed lists has its words.
 * @module
 */
import { TICKET_PRIORITIES, TICKET_STATUSES } from "../../core/lists.ts";
import type { RecipeName } from "../../core/recipes.ts";
import type {
  Action,
  Condition,
  Trigger,
  TriggerField,
  TriggerOperator,
} from "../../core/trigger.ts";
import type { ActionType } from "./trigger-edit.ts";

export const FIELD_WORDS: Record<TriggerField, string> = {
  "session.state": "the conversation",
  "session.reason": "the reason",
  "session.presence": "the visitor",
  "session.channel": "channel",
  "session.assignee": "agent",
  "ticket.status": "the ticket",
  "ticket.priority": "priority",
  "ticket.group": "group",
  "ticket.tags": "tags",
  "ticket.routingChannel": "routing channel",
};

export const OPERATOR_WORDS: Record<TriggerOperator, string> = {
  is: "is",
  is_not: "is not",
  changed: "has just changed",
  changed_to: "has just become",
  changed_from: "was until now",
  less_than: "is below",
  greater_than: "is above",
  includes: "have one of",
  excludes: "have none of",
};

export const ACTION_WORDS: Record<ActionType, string> = {
  set_status: "set the ticket to",
  set_priority: "set the priority to",
  set_group: "move to the group",
  add_tags: "add the tags",
  remove_tags: "remove the tags",
  set_routing_channel: "continue by",
  notify_webhook: "notify the webhook",
  end_session: "end the conversation",
};

/** What people should know before they choose an action. */
export const ACTION_HINTS: Partial<Record<ActionType, string>> = {
  set_status: "“closed” ends the conversation for good.",
  set_group: "Empty: no group.",
  set_routing_channel: "“email” ends the conversation here.",
  notify_webhook: "The name of a webhook. It gets the change that this trigger makes.",
  end_session: "What the visitor writes later begins another one.",
};

const VALUE_WORDS: Record<string, string> = {
  none: "not begun",
  user_inactive_or_offline: "left or silent for too long",
  user_offline: "left the site",
  user_inactive: "silent for too long",
  ticket_status: "ticket rests",
  ended_by_agent: "ended by the agent",
  ended_by_end_user: "ended by the visitor",
  ended_by_trigger: "ended by a trigger",
  transferred_to_email: "moved to email",
  ticket_closed: "ticket closed",
  merged: "joined with another",
  online: "here",
  offline: "gone",
  unknown: "not seen yet",
  ignored: "not watched",
  unsupported: "cannot be seen",
  hold: "on hold",
};

export function valueOfTrigger(value: string | null): string {
  return value === null ? "none" : (VALUE_WORDS[value] ?? value);
}

export function conditionWords({ field, op, value }: Condition): string {
  const ranked = rankedWords(field, op, value);
  if (ranked) return `${FIELD_WORDS[field]} is ${ranked}`;
  const start = `${FIELD_WORDS[field]} ${OPERATOR_WORDS[op]}`;
  return value === undefined ? start : `${start} ${valuesInWords(value)}`;
}

/** The statuses or priorities below or above one, since few know their order; `null` for others. */
function rankedWords(
  field: TriggerField,
  op: TriggerOperator,
  value: Condition["value"],
): string | null {
  const ranks: readonly string[] | undefined = {
    "ticket.status": TICKET_STATUSES,
    "ticket.priority": TICKET_PRIORITIES,
  }[field as string];
  if (!ranks || typeof value !== "string") return null;
  const rank = ranks.indexOf(value);
  const within =
    op === "less_than" ? ranks.slice(0, rank) : op === "greater_than" ? ranks.slice(rank + 1) : [];
  return within.length === 0 ? null : within.map(valueOfTrigger).join(" or ");
}

export function actionWords(action: Action): string {
  const words = ACTION_WORDS[action.type];
  return "value" in action ? `${words} ${valuesInWords(action.value)}` : words;
}

function valuesInWords(value: string | readonly string[] | null): string {
  const values = value === null || typeof value === "string" ? [value] : value;
  return values.length === 0 ? "…" : values.map(valueOfTrigger).join(", ");
}

/** What a trigger does, as one sentence. */
export function triggerSentence({ all, any, actions }: Trigger): string {
  const conditions = [
    ...(all.length > 0 ? [all.map(conditionWords).join(" and ")] : []),
    ...(any.length > 0 ? [`(${any.map(conditionWords).join(" or ")})`] : []),
  ].join(" and ");
  const when = conditions === "" ? "After every change" : `If ${conditions}`;
  const sentence = `${when}: ${actions.map(actionWords).join(", ") || "nothing yet"}`;
  return sentence.endsWith("…") ? sentence : `${sentence}.`;
}

export interface RecipeWords {
  recipe: RecipeName;
  title: string;
  does: string;
  know: string;
  /** The group that it moves tickets to, unless another is named. */
  group?: string;
}

export const RECIPE_WORDS: readonly RecipeWords[] = [
  {
    recipe: "solve_abandoned",
    title: "Solve abandoned conversations",
    does: "Once a visitor has left or fallen silent, sets the new or open ticket to solved and tags it.",
    know: "A visitor who returns finds a solved ticket. The next message opens it, returning alone does not.",
  },
  {
    recipe: "email_follow_up",
    title: "Follow up abandoned conversations by email",
    does: "Moves abandoned tickets to a group that answers by email.",
    know: "The conversation ends. What the visitor writes later begins another.",
    group: "email_follow_up",
  },
  {
    recipe: "secondary_queue",
    title: "Move abandoned conversations of high priority to a secondary queue",
    does: "Moves abandoned tickets of high or urgent priority to another group, at low priority.",
    know: "A visitor who returns does not get the priority back.",
    group: "secondary",
  },
  {
    recipe: "tag_abandoned",
    title: "Tag abandoned conversations",
    does: "Adds a tag to abandoned tickets, and changes nothing else.",
    know: "The tag stays after a return: it says that it happened.",
  },
  {
    recipe: "welcome_back",
    title: "Open solved conversations whose visitor came back",
    does: "Opens the solved ticket of a visitor who is back on the site, and removes the tag.",
    know: "It undoes no change of group or priority, and no move to email.",
  },
];
