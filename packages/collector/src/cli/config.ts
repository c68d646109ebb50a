/**
 * `--config FILE`: settings that are applied to the account `default` at each start.
 * config.schema.json describes the file.
 * @module
 */
import { readFileSync } from "node:fs";
import { patchOverrides } from "../core/settings-schema.ts";
import type { SettingsPatch } from "../platform/default-account.ts";
import { UsageError } from "./failure.ts";

/** `$schema` is for editors. */
const KEYS = ["settings", "$schema"];

/**
 * The settings in the file. How they relate to those of the account is checked when they are applied.
 * @throws {UsageError} if the file cannot be read or contains an invalid setting.
 */
export function readConfig(file: string): SettingsPatch {
  const { settings = {} } = parseConfig(file);
  const [problem] = patchOverrides({}, settings).problems;
  if (problem) throw new UsageError(`${file}: ${problem.setting} ${problem.message}`);
  return settings as SettingsPatch;
}

function parseConfig(file: string): { settings?: unknown } {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `The config ${file} cannot be read (${why.replaceAll(/\s+/g, " ")}): write JSON as {"settings": {…}}.`,
    );
  }
  const isObject = config !== null && typeof config === "object" && !Array.isArray(config);
  const unknown = isObject ? Object.keys(config as object).find((key) => !KEYS.includes(key)) : "";
  if (unknown === undefined) return config as { settings?: unknown };
  throw new UsageError(
    `The config ${file} must be {"settings": {…}}${unknown && `, not "${unknown}"`}.`,
  );
}
