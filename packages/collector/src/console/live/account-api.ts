import type { RecipeName } from "../../core/recipes.ts";
import type { Trigger } from "../../core/trigger.ts";
import type { Settings } from "../model/settings.ts";

/** Sends a request with a JSON body; `undefined` sends none. */
export type Send = <T>(method: string, path: string, body?: unknown) => Promise<T>;

export interface Keys {
  publishableKeys: { key: string; expiresAt: string | null }[];
}

/** The routes that configure the account. */
export function createAccountApi(send: Send) {
  return {
    /** @returns every setting after the change */
    changeSettings: (patch: Record<string, unknown>) =>
      send<Settings>("PATCH", "v1/settings", patch),

    /** The account's keys; secret ones without the key itself. */
    keys: () => send<Keys>("GET", "v1/keys"),

    triggers: () => send<Trigger[]>("GET", "v1/triggers"),
    /** Replaces the whole list. */
    saveTriggers: (triggers: readonly Trigger[]) => send<Trigger[]>("PUT", "v1/triggers", triggers),
    /** Appends a predefined trigger; an empty `group` is the recipe's own. */
    addRecipe: (recipe: RecipeName, group: string) =>
      send<Trigger[]>("POST", `v1/triggers/recipes/${recipe}`, group === "" ? {} : { group }),
  };
}
