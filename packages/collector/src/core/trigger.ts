/**
 * Triggers (rule 22), as the API and scenario files write them.
 * @module
 */

export const TRIGGER_FIELDS = [
  "session.state",
  "session.reason",
  "session.presence",
  "session.channel",
  "session.assignee",
  "ticket.status",
  "ticket.priority",
  "ticket.group",
  "ticket.tags",
  "ticket.routingChannel",
] as const;
export type TriggerField = (typeof TRIGGER_FIELDS)[number];

export const TRIGGER_OPERATORS = [
  "is",
  "is_not",
  "changed",
  "changed_to",
  "changed_from",
  "less_than",
  "greater_than",
  "includes",
  "excludes",
] as const;
export type TriggerOperator = (typeof TRIGGER_OPERATORS)[number];

/** How many triggers an account may have. */
export const MAX_TRIGGERS = 50;
/** How many actions, and how many conditions of each list, a trigger may have. */
export const MAX_ACTIONS = 20;
export const MAX_CONDITIONS = 50;

/** A value of `session.reason` that matches both reasons of the user (rule 22). */
export const EITHER_USER_REASON = "user_inactive_or_offline";

export interface Condition {
  readonly field: TriggerField;
  readonly op: TriggerOperator;
  /**
   * One value, or several for tags; `changed` takes none. `includes` requires at least one of the
   * tags, `excludes` none of them.
   */
  readonly value?: string | readonly string[] | null;
}

export type Action =
  | { readonly type: "set_status"; readonly value: string }
  | { readonly type: "set_priority"; readonly value: string }
  | { readonly type: "set_group"; readonly value: string | null }
  | { readonly type: "set_routing_channel"; readonly value: string }
  | { readonly type: "add_tags"; readonly value: readonly string[] }
  | { readonly type: "remove_tags"; readonly value: readonly string[] }
  | { readonly type: "end_session" }
  | { readonly type: "notify_webhook"; readonly value: string };

export interface Trigger {
  readonly name: string;
  readonly enabled: boolean;
  /** All of these must hold. */
  readonly all: readonly Condition[];
  /** At least one of these must hold, unless the list is empty. */
  readonly any: readonly Condition[];
  readonly actions: readonly Action[];
}
