/**
 * Four ready-made triggers that most desks want (rule 25).
 * @module
 */
import type { Action, Condition, Trigger } from "./trigger.ts";

export const RECIPE_NAMES = [
  "solve_abandoned",
  "email_follow_up",
  "secondary_queue",
  "tag_abandoned",
] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

export const ABANDONED_TAG = "abandoned_conversation";

/** The user left or fell silent while the desk still had work with the ticket. */
const ABANDONED: readonly Condition[] = [
  { field: "ticket.status", op: "less_than", value: "pending" },
  { field: "session.state", op: "changed_to", value: "inactive" },
  { field: "session.reason", op: "is", value: "user_inactive_or_offline" },
];

/** The trigger of a recipe; email follow-up and the secondary queue move tickets to `group`. */
export function recipe(name: RecipeName, group: string): Trigger {
  switch (name) {
    case "solve_abandoned":
      return trigger("Solve abandoned conversations", ABANDONED, [
        { type: "set_status", value: "solved" },
        { type: "add_tags", value: [ABANDONED_TAG] },
      ]);
    case "email_follow_up":
      return trigger("Follow up abandoned conversations by email", ABANDONED, [
        { type: "set_group", value: group },
        { type: "add_tags", value: [ABANDONED_TAG] },
        { type: "set_routing_channel", value: "email" },
      ]);
    case "secondary_queue":
      return trigger(
        "Move abandoned conversations of high priority to a secondary queue",
        [...ABANDONED, { field: "ticket.priority", op: "greater_than", value: "normal" }],
        [
          { type: "set_group", value: group },
          { type: "set_priority", value: "low" },
        ],
      );
    case "tag_abandoned":
      return trigger("Tag abandoned conversations", ABANDONED, [
        { type: "add_tags", value: [ABANDONED_TAG] },
      ]);
  }
}

export const DEFAULT_GROUPS: Record<RecipeName, string> = {
  solve_abandoned: "",
  email_follow_up: "email_follow_up",
  secondary_queue: "secondary",
  tag_abandoned: "",
};

function trigger(name: string, all: readonly Condition[], actions: readonly Action[]): Trigger {
  return { name, enabled: true, all, any: [], actions };
}
