/**
 * Which operators, values and actions the builder of triggers offers: the closed lists of the core.
 * @module
 */
import {
  PRESENCES,
  REASONS,
  STATES,
  TICKET_PRIORITIES,
  TICKET_STATUSES,
} from "../../core/lists.ts";
import {
  type Action,
  type Condition,
  EITHER_USER_REASON,
  TRIGGER_OPERATORS,
  type Trigger,
  type TriggerField,
  type TriggerOperator,
} from "../../core/trigger.ts";
import { checkTriggers } from "../../core/trigger-check.ts";

export type ActionType = Action["type"];

/** In the order in which the builder offers them. */
export const ACTION_TYPES: readonly ActionType[] = Object.keys({
  set_status: 1,
  set_priority: 2,
  set_group: 3,
  add_tags: 4,
  remove_tags: 5,
  set_routing_channel: 6,
  notify_webhook: 7,
  end_session: 8,
} satisfies Record<ActionType, number>) as ActionType[];

/** The values that a field can have, `null` for none; `undefined` if it takes any text. */
export function valuesOf(field: TriggerField): readonly (string | null)[] | undefined {
  switch (field) {
    case "session.state":
      return STATES;
    case "session.reason":
      return [EITHER_USER_REASON, ...REASONS, null];
    case "session.presence":
      return PRESENCES;
    case "ticket.status":
      return TICKET_STATUSES;
    case "ticket.priority":
      return [...TICKET_PRIORITIES, null];
    default:
      return undefined;
  }
}

export function operatorsOf(field: TriggerField): readonly TriggerOperator[] {
  const isRanked = field === "ticket.status" || field === "ticket.priority";
  const isTags = field === "ticket.tags";
  return TRIGGER_OPERATORS.filter((op) => {
    if (op === "less_than" || op === "greater_than") return isRanked;
    if (op === "includes" || op === "excludes") return isTags;
    return true;
  });
}

/** A condition over another field or with another operator; its value is kept where it still fits. */
export function conditionWith(
  before: Condition,
  change: { field?: TriggerField; op?: TriggerOperator },
): Condition {
  const { field, op: wanted } = { ...before, ...change };
  const operators = operatorsOf(field);
  const op = operators.includes(wanted) ? wanted : (operators[0] ?? "is");
  if (op === "changed") return { field, op };
  const fits = field === before.field && before.value !== undefined;
  return { field, op, value: fits ? before.value : firstValueOf(field) };
}

function firstValueOf(field: TriggerField): NonNullable<Condition["value"]> | null {
  if (field === "ticket.tags") return [];
  return valuesOf(field)?.[0] ?? null;
}

export const NEW_CONDITION: Condition = {
  field: "session.state",
  op: "changed_to",
  value: "inactive",
};

/** An action of that type, with a first value. */
export function newAction(type: ActionType): Action {
  switch (type) {
    case "set_status":
      return { type, value: "solved" };
    case "set_priority":
      return { type, value: "normal" };
    case "set_group":
      return { type, value: null };
    case "add_tags":
    case "remove_tags":
      return { type, value: [] };
    case "set_routing_channel":
      return { type, value: "email" };
    case "notify_webhook":
      return { type, value: "" };
    case "end_session":
      return { type };
  }
}

/** A name that no other trigger has. */
export function freeName(triggers: readonly Trigger[], wanted = "New trigger"): string {
  const taken = new Set(triggers.map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.has(name)) return name;
  }
}

/**
 * Why the collector would refuse the triggers, by path: `2.all.0` is the third trigger's first
 * condition.
 */
export function triggerProblems(triggers: readonly Trigger[]): ReadonlyMap<string, string> {
  const problems = triggers.flatMap(({ name, all, any, actions }, index) => [
    ...(name.trim() === "" ? [[`${index}.name`, "Give it a name."] as const] : []),
    ...(actions.length === 0 ? [[`${index}.actions`, "Add what it does."] as const] : []),
    ...[...actions.entries()].flatMap(([position, action]) =>
      isUnfinished(action) ? [[`${index}.actions.${position}`, "Fill this in."] as const] : [],
    ),
    ...(["all", "any"] as const).flatMap((list) =>
      [...{ all, any }[list].entries()].flatMap(([position, { field, op, value }]) =>
        field === "ticket.tags" && op !== "changed" && (value ?? "").length === 0
          ? [[`${index}.${list}.${position}`, "Name a tag."] as const]
          : [],
      ),
    ),
  ]);
  const checked = checkTriggers(triggers).map(({ field, message }) => [field, message] as const);
  return new Map([...checked, ...problems]);
}

function isUnfinished(action: Action): boolean {
  return "value" in action && action.value !== null && action.value.length === 0;
}

/** Tags as they are typed, with commas between them. */
export function tagsIn(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ""))];
}
