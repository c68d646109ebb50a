/**
 * What each start does to the account `default`: it applies the given settings, and creates the account
 * where there is none.
 * @module
 */
import { checkRelations } from "../core/settings-resolve.ts";
import { type Overrides, patchOverrides } from "../core/settings-schema.ts";
import { type Accounts, DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import type { FreshKeys } from "../engine/keys.ts";
import type { Actor } from "../stores/admin.ts";

/** Settings as `PATCH /v1/settings` takes them. */
export type SettingsPatch = Readonly<Record<string, unknown>>;

/** A given setting is invalid; the message names it and says what to do. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Returns the keys of the account if it was created now. Invalid settings create none.
 * @param by who starts it, for the audit log
 * @throws {SettingsError}
 */
export async function prepareAccount(
  { engine, accounts }: { readonly engine: Engine; readonly accounts: Accounts },
  settings: unknown,
  by?: Actor,
): Promise<FreshKeys | null> {
  const current = engine.broadcasts.latest(DEFAULT_ACCOUNT).overrides;
  const { overrides, problems } = patchOverrides(current, settings);
  const [problem] = problems.length > 0 ? problems : checkRelations(overrides);
  if (problem) throw new SettingsError(`${problem.setting} ${problem.message}`);
  if (JSON.stringify(overrides) !== JSON.stringify(current)) {
    const patch = (latest: { readonly overrides: Overrides }) =>
      patchOverrides(latest.overrides, settings);
    await engine.changeSettings(DEFAULT_ACCOUNT, patch, by);
  }
  return accounts.byName(DEFAULT_ACCOUNT) ? null : accounts.put(DEFAULT_ACCOUNT, { by });
}
