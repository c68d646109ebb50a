/**
 * Values of settings as they are typed and shown.
 * @module
 */

import { checkRelations, nested } from "../../core/settings-resolve.ts";
import {
  FIELDS,
  type Field,
  patchOverrides,
  type SettingName,
  type SettingValue,
} from "../../core/settings-schema.ts";
import { seconds } from "./duration.ts";
import { SETTING_WORDS } from "./setting-words.ts";
import type { Settings } from "./settings.ts";

/** What an input holds: its text, or whether it is checked. */
export type Raw = string | boolean;

/** The values that were changed, as typed. */
export type Draft = Readonly<Partial<Record<SettingName, Raw>>>;

const NAMES = Object.keys(FIELDS) as SettingName[];

export const fieldOf = (name: SettingName): Field => FIELDS[name];

/** The effective value; an older collector may not have the setting. */
export function valueIn(settings: Settings, name: SettingName): SettingValue {
  const found = name
    .split(".")
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], settings);
  return found === undefined ? FIELDS[name].default : (found as SettingValue);
}

/** A value as an input shows it. */
export function rawOf(value: SettingValue): Raw {
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.join("\n");
  return value === null ? "" : String(value);
}

/** What was typed, as the API takes it; an empty text is `null`, which restores the default. */
export function parse(name: SettingName, raw: Raw): SettingValue {
  if (typeof raw === "boolean") return raw;
  const text = raw.trim();
  switch (fieldOf(name).kind) {
    case "names":
    case "origins":
      return text === "" ? null : text.split(/\s*\n\s*/);
    case "seconds":
    case "count":
      return text === "" ? null : Number(text.replace(",", "."));
    default:
      return text === "" ? null : text;
  }
}

export interface Change {
  name: SettingName;
  from: SettingValue;
  /** `null` restores the default. */
  to: SettingValue;
}

/** What saving the draft would change. */
export function changesOf(settings: Settings, draft: Draft): Change[] {
  return NAMES.flatMap((name) => {
    const raw = draft[name];
    if (raw === undefined) return [];
    const [from, to] = [valueIn(settings, name), parse(name, raw)];
    const after = to ?? FIELDS[name].default;
    return JSON.stringify(from) === JSON.stringify(after) ? [] : [{ name, from, to }];
  });
}

/** The settings whose effective values differ, also those that follow another one. */
export function differingSettings(before: Settings, now: Settings): SettingName[] {
  return NAMES.filter(
    (name) => JSON.stringify(valueIn(before, name)) !== JSON.stringify(valueIn(now, name)),
  );
}

/** The patch that makes these changes. */
export function patchOf(changes: readonly Change[]): Record<string, unknown> {
  return nested(Object.fromEntries(changes.map(({ name, to }) => [name, to])));
}

/** A message of the API as a sentence of its own: there the name of the setting goes before it. */
export function problemWords(message: string): string {
  return /^(?:must|can|is) /.test(message) ? `This ${message}` : message;
}

/** Why the collector would refuse the draft, by setting: its own checks, one by one and together. */
export function problemsOf(settings: Settings, draft: Draft): Map<string, string> {
  const { problems } = patchOverrides({}, patchOf(changesOf(settings, draft)));
  if (problems.length > 0)
    return new Map(problems.map((each) => [each.setting, problemWords(each.message)]));
  const values = NAMES.flatMap((name) => {
    const raw = draft[name];
    const value = raw === undefined ? valueIn(settings, name) : parse(name, raw);
    return value === null ? [] : [[name, value]];
  });
  return new Map(
    checkRelations(Object.fromEntries(values)).map((each) => [
      each.setting,
      problemWords(each.message),
    ]),
  );
}

/** A value in words, with its unit. */
export function valueWords(name: SettingName, value: SettingValue): string {
  const { kind } = fieldOf(name);
  if (kind === "choice")
    return SETTING_WORDS[name].choices?.[value === null ? "" : String(value)] ?? String(value);
  if (value === null) return "not set";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  if (kind === "count") return value === 1 ? "1 day" : `${value} days`;
  return seconds(Number(value));
}
