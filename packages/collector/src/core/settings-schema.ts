/**
 * Settings as the API takes them: in seconds, nested by name, all optional. One table defines each
 * setting's name, allowed values, default and description; resolving, checking and the API's own
 * description are derived from it.
 * @module
 */
import {
  BINDING_MODES,
  ON_RETURN,
  ONLINE_HOLDS,
  PRESENCE_MODES,
  RELEASE_ANCHORS,
  ROUTINGS,
  readStatus,
  TICKET_STATUSES,
  VISIBILITIES,
} from "./lists.ts";

import { checkOrigin } from "./page-origins.ts";
import { isStorable } from "./text.ts";

interface FieldBase {
  /** What the setting does, and the effect of a wrong value. */
  readonly doc: string;
}

export type Field = FieldBase &
  (
    | { readonly kind: "seconds"; readonly min: number; readonly max: number }
    | { readonly kind: "count"; readonly min: number; readonly max: number }
    | { readonly kind: "choice"; readonly values: readonly (string | null)[] }
    | { readonly kind: "flag" }
    | { readonly kind: "names" }
    | { readonly kind: "origins" }
  ) & { readonly default: SettingValue };

export type SettingValue = string | number | boolean | null | readonly string[];

/** The settings that an account has changed, by dotted name; all others have their default. */
export type Overrides = Readonly<Record<string, SettingValue>>;

const DAY = 86_400;

function seconds(value: number | null, min: number, max: number, doc: string): Field {
  return { kind: "seconds", default: value, min, max, doc };
}

function choice(value: string | null, values: readonly (string | null)[], doc: string): Field {
  return { kind: "choice", default: value, values, doc };
}

function flag(value: boolean, doc: string): Field {
  return { kind: "flag", default: value, doc };
}

function names(value: readonly string[], doc: string): Field {
  return { kind: "names", default: value, doc };
}

export const FIELDS = {
  termsAccepted: flag(
    false,
    "The account has accepted the terms of presence detection. `presence.mode` cannot be `on` without it.",
  ),
  "presence.mode": choice(
    "off",
    PRESENCE_MODES,
    "`off`: presence is neither read nor shown. `shadow`: every decision is recorded, and none takes effect. `on`: presence decides.",
  ),
  "presence.bufferSeconds": seconds(
    15,
    0,
    DAY,
    "How long the last page may be gone before the user counts as offline, after a leave without a destination or a lease that ran out. Too short: a slow navigation looks like leaving. Too long: agents wait for users who have left.",
  ),
  "presence.closeBufferSeconds": seconds(
    5,
    0,
    DAY,
    "The buffer after a leave for which the browser knew that the tab is being closed. Equals `bufferSeconds` if only that is set.",
  ),
  "presence.navigationBufferSeconds": seconds(
    20,
    0,
    DAY,
    "The buffer after a leave for which the browser knew that another page of this site follows. If it is shorter than the site's slowest page takes to load, navigation looks like leaving. Equals `bufferSeconds` if only that is set.",
  ),
  "presence.awayBufferSeconds": seconds(
    15,
    0,
    DAY,
    "The buffer after a leave for which the browser knew that the tab goes to another origin. A sign-in or a payment there that takes longer looks like leaving: 180 covers most, and a tab that is closed during the detour is noticed that much later. Equals `bufferSeconds` if only that is set.",
  ),
  "presence.beatSeconds.waiting": seconds(
    10,
    0.2,
    3600,
    "How often a visible page reports while its visitor waits for an agent.",
  ),
  "presence.beatSeconds.assigned": seconds(
    20,
    0.2,
    3600,
    "How often a visible page reports while an agent is assigned.",
  ),
  "presence.beatSeconds.hidden": seconds(
    45,
    0.2,
    3600,
    "How often a hidden page reports. Browsers throttle timers of hidden pages to one a minute, so a shorter interval may not be met.",
  ),
  "presence.beatSeconds.idle": seconds(
    60,
    0.2,
    3600,
    "How often a visible page reports while its visitor does not wait: the session has not begun, or its ticket is pending, on hold or solved.",
  ),
  "presence.leaseSeconds.visible": seconds(
    null,
    0.3,
    DAY,
    "How long a visible page is believed alive after its last signal. Unset: 1.5 times its beat interval.",
  ),
  "presence.leaseSeconds.hidden": seconds(
    150,
    0.3,
    DAY,
    "How long a hidden page is believed alive after its last signal.",
  ),
  "presence.leaseSeconds.frozen": seconds(
    null,
    0.3,
    DAY,
    "How long a frozen page is believed alive. Unset: 900 if its browser holds a deferred leave, which is sent when the page closes; otherwise the hidden lease.",
  ),
  "presence.channels": names(
    ["web_widget", "sunco_web"],
    "Channels whose pages report presence; any other is `unsupported`.",
  ),
  "inactivity.seconds": seconds(
    600,
    1,
    30 * DAY,
    "A session without a response for this long becomes inactive (`user_inactive`).",
  ),
  "inactivity.onlineHolds": choice(
    "queued",
    ONLINE_HOLDS,
    "When online presence holds inactivity off: `queued` while no agent is assigned, `never`, or `always`.",
  ),
  "capacity.countInactive": flag(
    false,
    "Omnichannel routing: inactive sessions wait in the queue and hold capacity as active ones do.",
  ),
  "capacity.onReturn": choice(
    "exceed",
    ON_RETURN,
    "What happens when a session becomes active again and its agent has no capacity left: it exceeds the capacity, or returns to its earlier position in the queue.",
  ),
  "capacity.autoRelease.enabled": flag(
    false,
    "Whether sessions with an assignee have their own inactivity period.",
  ),
  "capacity.autoRelease.seconds": seconds(
    600,
    180,
    900,
    "The inactivity period of sessions with an assignee if auto-release is enabled.",
  ),
  "capacity.autoRelease.anchor": choice(
    "end_user_response",
    RELEASE_ANCHORS,
    "When the auto-release period starts: at the user's last response, or at the first agent message after it.",
  ),
  "capacity.autoRelease.setStatus": choice(
    null,
    [null, ...TICKET_STATUSES],
    "The status that auto-release sets on a `new` or `open` ticket when the period has passed; null leaves the status unchanged.",
  ),
  routing: choice(
    "messaging",
    ROUTINGS,
    "The desk's kind of routing, which decides how inactive sessions affect queue and capacity.",
  ),
  reopenOnResponse: flag(
    true,
    "Whether a response sets a pending, on-hold or solved ticket to `open`. Turn it off if the desk does that itself.",
  ),
  binding: choice(
    "token",
    BINDING_MODES,
    "Who may speak for a session: the bearer of a session token, of a secret that the conversation itself carries (`capability`), or anyone who knows its id (for trials).",
  ),
  retentionDays: {
    kind: "count",
    default: null,
    min: 1,
    max: 3650,
    doc: "History older than this is erased. Unset: it is kept until its session is erased.",
  },
  sessionRetentionDays: {
    kind: "count",
    default: null,
    min: 1,
    max: 3650,
    doc: "A session that has ended, or of which no signal and no event came, for this long is erased as by `DELETE`. Unset: it is kept until then.",
  },
  traceDays: {
    kind: "count",
    default: 7,
    min: 0,
    max: 30,
    doc: "How long the trace of a session is kept: what its pages did and when, which shows why its visitor was called gone. 0: none is written, and what there is is deleted.",
  },
  origins: {
    kind: "origins",
    default: [],
    doc: "Origins whose pages may report, as the browser writes them (`https://shop.example`); `https://*.shop.example` matches one level of subdomains. `null` lets sandboxed frames and pages from files open, too. Empty: every browser is refused.",
  },
} as const satisfies Record<string, Field>;

export type SettingName = keyof typeof FIELDS;

/** Why a setting was refused; the message says what to do. */
export interface SettingProblem {
  readonly setting: string;
  readonly message: string;
}

export interface PatchOutcome {
  readonly overrides: Overrides;
  readonly problems: readonly SettingProblem[];
}

/**
 * Applies a nested patch to the overrides. `null` restores the default; `presence.leaseSeconds` may be
 * one number for every lease. If there are problems, the caller must not use the overrides.
 */
export function patchOverrides(overrides: Overrides, patch: unknown): PatchOutcome {
  const problems: SettingProblem[] = [];
  const next: Record<string, SettingValue> = { ...overrides };
  for (const [name, given] of flatten(patch, "", problems)) {
    const value = name === "capacity.autoRelease.setStatus" ? readStatus(given) : given;
    const problem = checkValue(name, value);
    if (problem) problems.push({ setting: name, message: problem });
    else if (value === null) delete next[name];
    else if (name === "origins") next[name] = originsOf(value as string[], next[name], problems);
    else next[name] = value as SettingValue;
  }
  return { overrides: next, problems };
}

/** The dotted names of the settings in a patch, also those that are invalid. */
export function settingsIn(patch: unknown): readonly string[] {
  return flatten(patch, "", []).map(([name]) => name);
}

/** The origins as browsers write them, or the earlier ones where one of them cannot match. */
function originsOf(
  entries: readonly string[],
  before: SettingValue | undefined,
  problems: SettingProblem[],
): SettingValue {
  const checks = entries.map(checkOrigin);
  const wrong = checks.flatMap((check) => ("problem" in check ? check.problem : []));
  problems.push(...wrong.map((message) => ({ setting: "origins", message })));
  if (wrong.length > 0) return before ?? [];
  return [...new Set(checks.flatMap((check) => ("origin" in check ? check.origin : [])))];
}

function flatten(patch: unknown, prefix: string, problems: SettingProblem[]): [string, unknown][] {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) {
    problems.push({ setting: prefix || "(all)", message: "must be an object of settings." });
    return [];
  }
  return Object.entries(patch).flatMap(([key, value]): [string, unknown][] => {
    const name = prefix ? `${prefix}.${key}` : key;
    if (name === "presence.leaseSeconds" && typeof value === "number") {
      return VISIBILITIES.map((lease) => [`${name}.${lease}`, value]);
    }
    const isSection = Object.keys(FIELDS).some((field) => field.startsWith(`${name}.`));
    return isSection ? flatten(value, name, problems) : [[name, value]];
  });
}

/** Why a value is refused; `null` if it is allowed. */
function checkValue(name: string, value: unknown): string | null {
  if (!Object.hasOwn(FIELDS, name))
    return "is no setting; see GET /v1/settings for those there are.";
  if (value === null) return null;
  const field: Field = FIELDS[name as SettingName];
  switch (field.kind) {
    case "seconds":
      return typeof value === "number" && value >= field.min && value <= field.max
        ? null
        : `must be a number of seconds from ${field.min} to ${field.max}.`;
    case "count":
      return Number.isInteger(value) && Number(value) >= field.min && Number(value) <= field.max
        ? null
        : `must be a whole number from ${field.min} to ${field.max}.`;
    case "choice":
      return field.values.includes(value as string)
        ? null
        : `must be one of ${field.values.map((each) => String(each)).join(", ")}.`;
    case "flag":
      return typeof value === "boolean" ? null : "must be true or false.";
    case "origins":
      return Array.isArray(value) && value.every((each) => typeof each === "string")
        ? null
        : "must be a list of origins, as `https://shop.example`.";
    case "names":
      return Array.isArray(value) && value.every(isName) ? null : "must be a list of names.";
  }
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "" && isStorable(value);
}

/** Settings that equal `presence.bufferSeconds` if that is set and they are not. */
export const BUFFER_FOLLOWERS = [
  "presence.closeBufferSeconds",
  "presence.navigationBufferSeconds",
  "presence.awayBufferSeconds",
] as const satisfies readonly SettingName[];

/** The effective value: the override if there is one, otherwise the default. */
export function settingOf(overrides: Overrides, name: SettingName): SettingValue {
  const value = overrides[name];
  if (value !== undefined) return value;
  const buffer = overrides["presence.bufferSeconds"];
  return followsBuffer(overrides, name) && buffer !== undefined ? buffer : FIELDS[name].default;
}

function followsBuffer(overrides: Overrides, name: SettingName): boolean {
  return (
    (BUFFER_FOLLOWERS as readonly SettingName[]).includes(name) &&
    overrides[name] === undefined &&
    overrides["presence.bufferSeconds"] !== undefined
  );
}

/** A setting that follows another one before or after a change, with its effective values. */
export interface FollowingChange {
  readonly setting: SettingName;
  readonly from: SettingValue;
  readonly to: SettingValue;
}

/** The settings whose effective values a change of settings changes, and that follow another one. */
export function followingChanges(from: Overrides, to: Overrides): readonly FollowingChange[] {
  return BUFFER_FOLLOWERS.flatMap((setting) => {
    if (!followsBuffer(from, setting) && !followsBuffer(to, setting)) return [];
    const [before, after] = [settingOf(from, setting), settingOf(to, setting)];
    return before === after ? [] : [{ setting, from: before, to: after }];
  });
}
