/**
 * Checks triggers beyond their schema: operators that the field supports, values that it can have,
 * and unique names.
 * @module
 */
import { PRESENCES, REASONS, STATES, TICKET_PRIORITIES, TICKET_STATUSES } from "./lists.ts";
import {
  type Condition,
  EITHER_USER_REASON,
  type Trigger,
  type TriggerField,
  type TriggerOperator,
} from "./trigger.ts";

export interface TriggerProblem {
  /** A path: `2.all.0` is the third trigger's first condition. */
  readonly field: string;
  readonly message: string;
}

const RANK_OPERATORS: readonly TriggerOperator[] = ["less_than", "greater_than"];
const TAG_OPERATORS: readonly TriggerOperator[] = ["includes", "excludes"];

/** Fields with a closed list of values; the others take any text. */
const VALUES: Partial<Record<TriggerField, readonly string[]>> = {
  "session.state": STATES,
  "session.reason": [...REASONS, EITHER_USER_REASON],
  "session.presence": PRESENCES,
  "ticket.status": TICKET_STATUSES,
  "ticket.priority": TICKET_PRIORITIES,
};

export function checkTriggers(triggers: readonly Trigger[]): readonly TriggerProblem[] {
  const names = triggers.map(({ name }) => name);
  return triggers.flatMap((trigger, index) => {
    const isDuplicate = names.indexOf(trigger.name) < index;
    const conditions = (["all", "any"] as const).flatMap((list) =>
      trigger[list].flatMap((condition, conditionIndex) => {
        const message = checkCondition(condition);
        return message ? { field: `${index}.${list}.${conditionIndex}`, message } : [];
      }),
    );
    return isDuplicate
      ? [{ field: `${index}.name`, message: "is the name of another trigger too." }, ...conditions]
      : conditions;
  });
}

function checkCondition({ field, op, value }: Condition): string | null {
  if (RANK_OPERATORS.includes(op) && field !== "ticket.status" && field !== "ticket.priority") {
    return `${op} compares ticket.status and ticket.priority only.`;
  }
  if (TAG_OPERATORS.includes(op) && field !== "ticket.tags")
    return `${op} looks into ticket.tags only.`;
  if (op === "changed") return value === undefined ? null : "changed takes no value.";
  if (value === undefined) return `${op} needs a value.`;
  if (field === "ticket.tags")
    return value === null ? `${op} needs a tag or a list of them.` : null;
  if (value !== null && typeof value !== "string") return `${field} is compared with one value.`;
  const values = VALUES[field];
  if (!values || value === null || values.includes(value)) return null;
  return `${field} is never ${value}: use one of ${values.join(", ")}.`;
}
