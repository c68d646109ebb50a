/**
 * Entries of the audit log in words.
 * @module
 */
import type { AuditAction, AuditField } from "../../core/lists.ts";
import {
  FIELDS,
  type FollowingChange,
  type SettingName,
  type SettingValue,
} from "../../core/settings-schema.ts";
import type { Trigger } from "../../core/trigger.ts";
import { errorWords } from "./delivery-error.ts";
import { deskErrorWords } from "./desk.ts";
import { refusedTitle } from "./refused.ts";
import { ROLE_WORDS } from "./role-words.ts";
import { valueWords } from "./setting-value.ts";
import { SETTING_WORDS } from "./setting-words.ts";
import { timeWords } from "./time-words.ts";
import { triggerSentence } from "./trigger-words.ts";
import { EVENT_WORDS } from "./webhook.ts";

/** Who made a change, and what it was, as the API returns it. */
export interface AuditEntry {
  id: string;
  at: string;
  by:
    | { person: string; name: string }
    | { key: string; name: string }
    | { cli: string }
    | { address: string | null }
    | object;
  action: AuditAction;
  target: string | null;
  from: unknown;
  to: unknown;
  /** Settings that changed with these, since they follow one of them. */
  alsoChanged?: readonly FollowingChange[];
  /** What an undo would change now, and the names of what it would leave; `null`: nothing. */
  undo: (AuditValues & { kept: string[] }) | null;
}

/** What a change was from and to. */
export type AuditValues = Pick<AuditEntry, "from" | "to" | "alsoChanged">;

/** One page of the log, newest first. It may be empty and not the last one. */
export interface AuditPage {
  entries: AuditEntry[];
  cursor: string | null;
}

const TITLES: Record<AuditAction, string> = {
  account_created: "Account created",
  settings_changed: "Settings changed",
  terms_accepted: "Terms of presence accepted",
  triggers_changed: "Triggers changed",
  webhook_created: "Webhook added",
  webhook_changed: "Webhook changed",
  webhook_removed: "Webhook deleted",
  webhook_secret_rotated: "Webhook given a new secret",
  keys_rotated: "Keys of the account replaced",
  key_created: "Secret key created",
  key_revoked: "Secret key revoked",
  session_assigned: "Conversation given to an agent",
  session_erased: "Conversation erased",
  person_invited: "Person invited",
  invitation_withdrawn: "Invitation withdrawn",
  person_joined: "Person joined",
  person_changed: "Role of a person changed",
  person_removed: "Person removed",
  signed_in: "Signed in",
  signed_out_everywhere: "Signed out everywhere",
  webhook_tested: "Webhook tested",
  desk_created: "Desk added",
  desk_changed: "Desk changed",
  desk_removed: "Desk removed",
  desk_tested: "Desk tested",
  desk_replayed: "Messages to a desk sent again",
  password_changed: "Password changed",
  signed_out: "Signed out",
  agent_changed: "Agent changed",
  deliveries_replayed: "Messages of a webhook sent again",
  token_minted: "Token for a page made",
  sign_in_refused: "Refused sign-ins",
  invitation_refused: "Refused invitations",
  request_refused: "Refused attempts",
};

/** What was done, and to which desk, whose name is its id; of refused attempts how many. */
export function entryTitle({ action, target, to }: AuditEntry): string {
  const refused = refusedTitle(action, target, Number(valuesIn(to)["count"]));
  if (refused !== null) return refused;
  const title = actionTitle(action);
  return action.startsWith("desk_") && target !== null ? `${title}: ${target}` : title;
}

/** A store that a later version shares may have actions that this one does not know. */
export function actionTitle(action: AuditAction): string {
  return TITLES[action] ?? action.replaceAll("_", " ");
}

/** The fields of entries that are about neither settings nor triggers. */
const FIELD_WORDS: Record<AuditField, string> = {
  agent: "Agent",
  capacity: "Conversations at the same time",
  count: "How often",
  dryRun: "Trial run",
  email: "E-mail address",
  enabled: "Switched on",
  error: "Why it does not count",
  events: "What is sent",
  expiresAt: "Good until",
  key: "Key",
  kind: "Kind",
  mapping: "Names at the desk",
  name: "Name",
  origin: "Address",
  outbound: "Address",
  overlapHours: "Hours until the old ones end",
  problem: "Why",
  replaced: "Old ones",
  response: "Answer",
  role: "Role",
  secrets: "Secrets",
  until: "The last one",
  version: "Version",
  what: "Which",
};

/** The words of values that are names of the API. */
const VALUE_WORDS: Partial<Record<AuditField, Readonly<Record<string, string>>>> = {
  events: EVENT_WORDS,
  problem: {
    accepted: "it was accepted already",
    expired: "it had expired",
    password_wrong: "the current password was another one",
    role_missing: "the role does not allow it",
    withdrawn: "it was withdrawn",
  },
  role: Object.fromEntries(Object.entries(ROLE_WORDS).map(([role, { title }]) => [role, title])),
  what: { transition: "one", status: "all that failed", after: "all since a change" },
};

/** Who made the change, by the name of then. */
export function byWords(by: AuditEntry["by"]): string {
  if ("person" in by) return by.name;
  if ("key" in by) return `the key ${by.name}`;
  if ("cli" in by) return `the command ${by.cli}`;
  if ("address" in by) return by.address ?? "several others";
  return `the desk ${Object.values(by).join(" ")}`;
}

/** Who made the change, with the word before it: of a refused attempt only an address may be known. */
export function makerWord(by: AuditEntry["by"]): "by" | "from" {
  return "address" in by ? "from" : "by";
}

/** Whether entries of this kind can be set back, as long as nothing changed since. */
export function isUndoable({ action }: AuditEntry): boolean {
  return action === "settings_changed" || action === "triggers_changed";
}

/** What undoing the entry would change now, from what it is to what it was. */
export function undoChanges(entry: AuditEntry): AuditChange[] {
  return entry.undo ? changesIn({ action: entry.action, ...entry.undo }) : [];
}

export interface AuditChange {
  what: string;
  /** `null`: there was nothing. */
  from: string | null;
  /** `null`: there is nothing. */
  to: string | null;
}

/** What was changed from what to what. */
export function changesIn({
  action,
  from,
  to,
  alsoChanged = [],
}: AuditValues & Pick<AuditEntry, "action">): AuditChange[] {
  if (action === "settings_changed") {
    return settingChanges(...withFollowing(from as Values, to as Values, alsoChanged));
  }
  if (action === "triggers_changed") return triggerChanges(from as Listed, to as Listed);
  const [before, after] = [valuesIn(from), valuesIn(to)];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) if (isSaid(name, action, after)) names.delete(name);
  const textIn = (values: Record<string, unknown>, name: string) =>
    values[name] === undefined ? null : fieldText(name as AuditField, values[name], action);
  return [...names]
    .map((name) => ({
      what: FIELD_WORDS[name as AuditField] ?? name,
      from: textIn(before, name),
      to: textIn(after, name),
    }))
    .filter(({ from, to }) => from !== to);
}

/** Of refused attempts the title says how many there were, and the only one was when the entry is. */
function isSaid(name: string, action: AuditAction, { count }: Record<string, unknown>): boolean {
  if (refusedTitle(action, null, 1) === null) return false;
  return name === "count" || (name === "until" && count === 1);
}

type Values = Record<string, SettingValue>;
type Listed = readonly (Trigger | string)[];

/** The values with the effective ones of settings that follow another. */
function withFollowing(
  from: Values,
  to: Values,
  following: readonly FollowingChange[],
): [from: Values, to: Values] {
  const valuesOf = (side: "from" | "to") =>
    Object.fromEntries(following.map((each) => [each.setting, each[side]]));
  return [
    { ...from, ...valuesOf("from") },
    { ...to, ...valuesOf("to") },
  ];
}

function settingChanges(from: Values, to: Values): AuditChange[] {
  return Object.keys(to).map((what) => {
    const name = what as SettingName;
    // A setting of an earlier build has no words any more.
    if (!FIELDS[name]) return { what, from: textOf(from[what]), to: textOf(to[what]) };
    const words = (value: SettingValue | undefined) =>
      valueWords(name, value ?? FIELDS[name].default);
    return { what: SETTING_WORDS[name].label, from: words(from[what]), to: words(to[what]) };
  });
}

function triggerChanges(from: Listed, to: Listed): AuditChange[] {
  if (from.length > 0 && from.every((each) => typeof each === "string")) {
    return [{ what: "Order", from: from.join(", "), to: to.join(", ") }];
  }
  const [before, after] = [from, to].map((list) => new Map((list as Trigger[]).map(named)));
  return [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])].map((what) => {
    const [old, now] = [before?.get(what), after?.get(what)];
    if (old && now && old.sentence === now.sentence && old.isOn !== now.isOn) {
      return { what, from: old.isOn ? "On" : "Off", to: now.isOn ? "On" : "Off" };
    }
    return { what, from: old ? wordsOf(old) : null, to: now ? wordsOf(now) : null };
  });
}

interface TriggerText {
  isOn: boolean;
  sentence: string;
}

function named(trigger: Trigger): [name: string, text: TriggerText] {
  return [trigger.name, { isOn: trigger.enabled, sentence: triggerSentence(trigger) }];
}

const wordsOf = ({ isOn, sentence }: TriggerText) => `${isOn ? "" : "Switched off. "}${sentence}`;

function valuesIn(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function fieldText(name: AuditField, value: unknown, action: AuditAction): string {
  if (action === "sign_in_refused" && value === null) return "one that no person has";
  if (name === "error") {
    return action === "desk_tested" ? deskErrorWords(String(value)) : errorWords(String(value));
  }
  return VALUE_WORDS[name]?.[String(value)] ?? textOf(value);
}

const INSTANT = /^\d{4}-\d\d-\d\dT/;

function textOf(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) {
    return "none";
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && INSTANT.test(value)) return timeWords(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The settings that were changed at an instant; `null` if none of these entries says so. */
export function settingsChangedAt(at: string, entries: readonly AuditEntry[]): string | null {
  const changed = entries
    .filter((entry) => entry.action === "settings_changed" && entry.at === at)
    .flatMap((entry) => changesIn(entry).map(({ what }) => what));
  return changed.length === 0 ? null : [...new Set(changed)].join(", ");
}

/** Whether the entry changed one of these settings. */
export function changesSetting(entry: AuditEntry, names: readonly string[]): boolean {
  const { action, to, alsoChanged = [] } = entry;
  const changed = new Set<string>([
    ...Object.keys(valuesIn(to)),
    ...alsoChanged.map(({ setting }) => setting),
  ]);
  return action === "settings_changed" && names.some((name) => changed.has(name));
}

/** Whether the entry added, changed or removed the trigger of that name. */
export function changesTrigger({ action, from, to }: AuditEntry, wanted: string): boolean {
  if (action !== "triggers_changed") return false;
  return [from, to].flat().some((each) => (each as Trigger).name === wanted);
}

/** Names of settings in words; those of triggers as they are. */
export function settingLabels(names: readonly string[]): string {
  return names.map((name) => SETTING_WORDS[name as SettingName]?.label ?? name).join(", ");
}

/** What an undo has set back, and what it has not. */
export function undoneWords({ undone, kept }: { undone: string[]; kept: string[] }): string {
  const left =
    kept.length === 0 ? "" : ` Changed since, and left as it is: ${settingLabels(kept)}.`;
  return `Set back: ${settingLabels(undone)}.${left}`;
}
