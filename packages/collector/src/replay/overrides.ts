/**
 * The settings of a scenario: those of the API, plus the names that only scenario files use.
 * @module
 */
import { type Overrides, patchOverrides } from "../core/settings-schema.ts";
import { type Scenario, ScenarioError } from "./scenario.ts";

/**
 * The overrides at a scenario's start.
 * @throws {ScenarioError} naming the setting that cannot be set.
 */
export function initialOverrides(scenario: Scenario): Overrides {
  return patchedOverrides(scenario, { "presence.mode": "on" }, scenario.settings ?? {});
}

/** @throws {ScenarioError} naming the setting that cannot be set. */
export function patchedOverrides(
  { id }: Scenario,
  overrides: Overrides,
  patch: unknown,
): Overrides {
  const outcome = patchOverrides(overrides, withMode(patch));
  const [problem] = outcome.problems;
  if (!problem) return outcome.overrides;
  throw new ScenarioError(`scenario ${id}: setting ${problem.setting} ${problem.message}`);
}

/** Translates `presence.enabled` of scenario files to `presence.mode` of the API. */
function withMode(patch: unknown): unknown {
  const presence = (patch as { presence?: { enabled?: unknown } } | null)?.presence;
  if (presence?.enabled === undefined) return patch;
  const { enabled, ...rest } = presence;
  return { ...(patch as object), presence: { ...rest, mode: enabled ? "on" : "off" } };
}
