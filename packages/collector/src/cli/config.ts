/**
 * `--config FILE`: settings that are applied to the account `default` at each start.
 * @module
 */
import { readFileSync } from "node:fs";
import { checkRelations } from "../core/settings-resolve.ts";
import { patchOverrides } from "../core/settings-schema.ts";
import type { Engine } from "../engine/engine.ts";
import { UsageError } from "./failure.ts";

/** @throws {UsageError} if the file cannot be read or contains an invalid setting. */
export async function applyConfig(engine: Engine, account: string, file: string): Promise<void> {
  const config = readConfig(file);
  const current = engine.broadcasts.latest(account).overrides;
  const { overrides, problems } = patchOverrides(current, config.settings ?? {});
  const [problem] = problems.length > 0 ? problems : checkRelations(overrides);
  if (problem) throw new UsageError(`${file}: ${problem.setting} ${problem.message}`);
  if (JSON.stringify(overrides) === JSON.stringify(current)) return;
  await engine.changeSettings(account, { overrides });
}

function readConfig(file: string): { settings?: unknown } {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `The config ${file} cannot be read (${why}): write JSON as {"settings": {…}}.`,
    );
  }
  const isObject = config !== null && typeof config === "object" && !Array.isArray(config);
  const unknown = isObject ? Object.keys(config as object).find((key) => key !== "settings") : "";
  if (unknown === undefined) return config as { settings?: unknown };
  throw new UsageError(
    `The config ${file} must be {"settings": {…}}${unknown && `, not "${unknown}"`}.`,
  );
}
