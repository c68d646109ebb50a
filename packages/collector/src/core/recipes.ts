/**
 * Ready-made triggers that most desks want (rule 25).
 * @module
 */
import type { Action, Condition, Trigger } from "./trigger.ts";

export const RECIPE_NAMES = [
  "solve_abandoned",
  "email_follow_up",
  "secondary_queue",
  "tag_abandoned",
  "welcome_back",
] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

export const ABANDONED_TAG = "abandoned_conversation";

/** The user left or fell silent while the desk still had work with the ticket. */
const ABANDONED: readonly Condition[] = [
  { field: "ticket.status", op: "less_than", value: "pending" },
  { field: "session.state", op: "changed_to", value: "inactive" },
  { field: "session.reason", op: "is", value: "user_inactive_or_offline" },
];

/** The user came back to a ticket that a recipe had tagged. */
const CAME_BACK: readonly Condition[] = [
  { field: "session.presence", op: "changed_to", value: "online" },
  { field: "ticket.tags", op: "includes", value: ABANDONED_TAG },
];

/** The triggers of a recipe, in order; email follow-up and the secondary queue move tickets to `group`. */
export function recipe(name: RecipeName, group: string): readonly Trigger[] {
  switch (name) {
    case "solve_abandoned":
      return one("Solve abandoned conversations", ABANDONED, [
        { type: "set_status", value: "solved" },
        { type: "add_tags", value: [ABANDONED_TAG] },
      ]);
    case "email_follow_up":
      return one("Follow up abandoned conversations by email", ABANDONED, [
        { type: "set_group", value: group },
        { type: "set_priority", value: "normal" },
        { type: "add_tags", value: [ABANDONED_TAG] },
        { type: "set_routing_channel", value: "email" },
      ]);
    case "secondary_queue":
      return one(
        "Move abandoned conversations of high priority to a secondary queue",
        [...ABANDONED, { field: "ticket.priority", op: "greater_than", value: "normal" }],
        [
          { type: "set_group", value: group },
          { type: "set_priority", value: "low" },
        ],
      );
    case "tag_abandoned":
      return one("Tag abandoned conversations", ABANDONED, [
        { type: "add_tags", value: [ABANDONED_TAG] },
      ]);
    case "welcome_back":
      return [
        trigger(
          "Open solved conversations whose visitor came back",
          [...CAME_BACK, { field: "ticket.status", op: "is", value: "solved" }],
          [
            { type: "set_status", value: "open" },
            { type: "remove_tags", value: [ABANDONED_TAG] },
          ],
        ),
        trigger(
          "Untag conversations whose visitor came back",
          [...CAME_BACK, { field: "ticket.status", op: "is_not", value: "solved" }],
          [{ type: "remove_tags", value: [ABANDONED_TAG] }],
        ),
      ];
  }
}

export const DEFAULT_GROUPS: Record<RecipeName, string> = {
  solve_abandoned: "",
  email_follow_up: "email_follow_up",
  secondary_queue: "secondary",
  tag_abandoned: "",
  welcome_back: "",
};

function one(name: string, all: readonly Condition[], actions: readonly Action[]): [Trigger] {
  return [trigger(name, all, actions)];
}

function trigger(name: string, all: readonly Condition[], actions: readonly Action[]): Trigger {
  return { name, enabled: true, all, any: [], actions };
}
