import type { RecipeName } from "../../core/recipes.ts";
import type { Trigger } from "../../core/trigger.ts";
import type { Settings } from "../model/settings.ts";

/** Sends a request with a JSON body; `undefined` sends none. */
export type Send = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** The routes that configure the account. */
export function createAccountApi(send: Send) {
  return {
    /** @returns every setting after the change */
    changeSettings: (patch: Record<string, unknown>) =>
      send<Settings>("PATCH", "v1/settings", patch),

    triggers: () => send<Trigger[]>("GET", "v1/triggers"),
    /** Replaces the whole list. */
    saveTriggers: (triggers: readonly Trigger[]) => send<Trigger[]>("PUT", "v1/triggers", triggers),
    /** Appends a predefined trigger; an empty `group` is the recipe's own. */
    addRecipe: (recipe: RecipeName, group: string) =>
      send<Trigger[]>("POST", `v1/triggers/recipes/${recipe}`, group === "" ? {} : { group }),
  };
}
