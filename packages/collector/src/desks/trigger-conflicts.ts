/**
 * Triggers that do not fit an account's desks: those whose action no desk can be told, and recipes of ours beside a
 * desk that can have them as triggers of its own.
 * @module
 */
import { RECIPE_NAMES, recipe } from "../core/recipes.ts";
import type { Trigger } from "../core/trigger.ts";
import type { TriggerProblem } from "../core/trigger-check.ts";
import type { ConfiguredDesk, Desks } from "./desks.ts";

export const TRIGGER_CONFLICTS = ["routing_channel_not_told", "recipes_on_here"] as const;

export interface TriggerConflict {
  readonly code: (typeof TRIGGER_CONFLICTS)[number];
  /** The names of the triggers that are on. */
  readonly triggers: readonly string[];
}

const RECIPE_TITLES: ReadonlySet<string> = new Set(
  RECIPE_NAMES.flatMap((name) => recipe(name, "").map((trigger) => trigger.name)),
);
const [EMAIL_RECIPE] = recipe("email_follow_up", "").map(({ name }) => name);

/** What of the account's triggers does not fit this desk. */
export function conflictsOf(
  desks: Desks,
  desk: ConfiguredDesk,
  triggers: readonly Trigger[],
): readonly TriggerConflict[] {
  if (!desk.outbound) return [];
  const on = triggers.filter(({ enabled }) => enabled);
  const routing = on.filter(({ actions }) => actions.some(isOfRouting));
  const recipes = on.filter(({ name }) => RECIPE_TITLES.has(name));
  const hasOwn = desks.kind(desk.kind)?.hasRecipes === true;
  const conflicts: readonly TriggerConflict[] = [
    { code: "routing_channel_not_told", triggers: namesOf(routing) },
    { code: "recipes_on_here", triggers: hasOwn ? namesOf(recipes) : [] },
  ];
  return conflicts.filter((conflict) => conflict.triggers.length > 0);
}

/**
 * What is wrong with triggers that are to be saved: no request to a desk sets the routing channel, so the conversation
 * would end here and go on there. Those that are on already stay.
 */
export async function unfitActions(
  desks: Desks,
  account: string,
  triggers: readonly Trigger[],
  present: readonly Trigger[],
): Promise<readonly TriggerProblem[]> {
  const before = new Set(present.map((trigger) => JSON.stringify(trigger)));
  const fields = triggers.flatMap((trigger, index) =>
    trigger.enabled && !before.has(JSON.stringify(trigger))
      ? trigger.actions.flatMap((action, number) =>
          isOfRouting(action) ? `${index}.actions.${number}` : [],
        )
      : [],
  );
  if (fields.length === 0) return [];
  const told = (await desks.list(account)).filter(({ outbound }) => outbound !== null);
  const [first] = told;
  if (!first) return [];
  const withRecipes = told.find(({ kind }) => desks.kind(kind)?.hasRecipes);
  const instead = withRecipes
    ? `add “${EMAIL_RECIPE}” as a trigger of the desk ${withRecipes.id} itself, as docs/desks.md describes it.`
    : "remove this action, and let a group decide who answers.";
  const { id } = withRecipes ?? first;
  const message = `cannot be told to the desk ${id}, which sets no routing channel by its API: ${instead}`;
  return fields.map((field) => ({ field, message }));
}

function isOfRouting({ type }: Trigger["actions"][number]): boolean {
  return type === "set_routing_channel";
}

function namesOf(triggers: readonly Trigger[]): readonly string[] {
  return triggers.map(({ name }) => name);
}
