/**
 * Which role may change a setting. The console reads it, too, which offers no change that is refused.
 * @module
 */
import type { Role } from "./lists.ts";
import type { SettingName } from "./settings-schema.ts";

/** Settings that decide who may send signals, what is done with presence, and what is kept. */
const ADMIN_SETTINGS: ReadonlySet<string> = new Set<SettingName>([
  "binding",
  "origins",
  "termsAccepted",
  "presence.mode",
  "retentionDays",
  "sessionRetentionDays",
]);

/** @param name a setting's dotted name */
export function settingRole(name: string): Role {
  return ADMIN_SETTINGS.has(name) ? "admin" : "operator";
}
