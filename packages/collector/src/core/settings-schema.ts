/**
 * Settings as people write them: seconds, nested by name, only what they care for. One table says
 * what each is called, what it may be, what it is by default and what it does; everything else
 * (resolving, checking, the API's description) follows from the table.
 * @module
 */
import { TICKET_STATUSES } from "./session.ts";

interface FieldBase {
  /** What the setting does, and what goes wrong when it is set wrongly. */
  readonly doc: string;
}

export type Field = FieldBase &
  (
    | { readonly kind: "seconds"; readonly min: number; readonly max: number }
    | { readonly kind: "count"; readonly min: number; readonly max: number }
    | { readonly kind: "choice"; readonly values: readonly (string | null)[] }
    | { readonly kind: "flag" }
    | { readonly kind: "names" }
  ) & { readonly default: SettingValue };

export type SettingValue = string | number | boolean | null | readonly string[];

/** What an account has set, by dotted name; whatever is missing has its default. */
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
    ["off", "shadow", "on"],
    "`off`: presence is neither read nor shown. `shadow`: everything is decided and reported, nothing outside changes. `on`: presence decides.",
  ),
  "presence.bufferSeconds": seconds(
    15,
    0,
    DAY,
    "How long the last page may be gone before the user counts as offline, where nothing is known of the leave or a lease ran out. Too short: a slow navigation looks like leaving. Too long: agents wait for nobody.",
  ),
  "presence.closeBufferSeconds": seconds(
    5,
    0,
    DAY,
    "The buffer after a leave of which the browser knew that no page of this site follows. Follows `bufferSeconds` where only that is set.",
  ),
  "presence.navigationBufferSeconds": seconds(
    20,
    0,
    DAY,
    "The buffer after a leave of which the browser knew that another page of this site follows. Shorter than the site's slowest page, it takes navigation for leaving. Follows `bufferSeconds` where only that is set.",
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
    "How often a hidden page reports. Browsers throttle hidden pages to one timer a minute, so a shorter one promises what they do not keep.",
  ),
  "presence.beatSeconds.idle": seconds(
    60,
    0.2,
    3600,
    "How often a visible page reports while nobody waits for it: the session has not begun, or its ticket is pending, on hold or solved.",
  ),
  "presence.leaseSeconds.visible": seconds(
    null,
    0.3,
    DAY,
    "How long a visible page is believed alive after its last signal. Unset: one and a half of the beat that it was told.",
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
    "How long a frozen page is believed alive. Unset: 900 where its browser holds a deferred leave, which then tells of its end; else the hidden lease.",
  ),
  "presence.channels": names(
    ["web_widget", "sunco_web"],
    "Channels whose pages report presence; any other is `unsupported`.",
  ),
  "inactivity.seconds": seconds(
    600,
    1,
    30 * DAY,
    "After how long without a response a session becomes inactive (`user_inactive`).",
  ),
  "inactivity.onlineHolds": choice(
    "queued",
    ["queued", "never", "always"],
    "Whether being online holds inactivity off: `queued` while nobody is assigned, `never`, or `always`.",
  ),
  "capacity.countInactive": flag(
    false,
    "Omnichannel routing: inactive sessions wait in the queue and hold capacity as active ones do.",
  ),
  "capacity.onReturn": choice(
    "exceed",
    ["exceed", "requeue"],
    "What a session that revives does to an agent who is full: exceeds the capacity, or goes back to its first place in the queue.",
  ),
  "capacity.autoRelease.enabled": flag(
    false,
    "Sessions with an assignee have an inactivity period of their own.",
  ),
  "capacity.autoRelease.seconds": seconds(
    600,
    180,
    900,
    "The inactivity period of sessions with an assignee, where auto-release is enabled.",
  ),
  "capacity.autoRelease.anchor": choice(
    "end_user_response",
    ["end_user_response", "agent_first_reply"],
    "Where auto-release counts from: the user's last response, or the first agent message after it.",
  ),
  "capacity.autoRelease.setStatus": choice(
    null,
    [null, ...TICKET_STATUSES],
    "The status that auto-release gives a `new` or `open` ticket when its period passes; null: none.",
  ),
  routing: choice(
    "messaging",
    ["messaging", "omnichannel"],
    "How the desk routes: what an inactive session means for queue and capacity.",
  ),
  reopenOnResponse: flag(
    true,
    "A response sets a pending, on-hold or solved ticket to `open`. Off where the desk does that itself.",
  ),
  binding: choice(
    "token",
    ["token", "capability", "open"],
    "Who may speak for a session: the bearer of a session token, of a secret that the conversation itself carries (`capability`), or anybody who knows its id (for trying out).",
  ),
  retentionDays: {
    kind: "count",
    default: null,
    min: 1,
    max: 3650,
    doc: "History older than this is forgotten. Unset: it is kept until its session is erased.",
  },
  origins: names(
    [],
    "Origins whose pages may report, as the browser writes them (`https://shop.example`); `https://*.shop.example` stands for one level of names. None: every browser is refused.",
  ),
} as const satisfies Record<string, Field>;

export type SettingName = keyof typeof FIELDS;

/** A value that cannot be set, in words that say what to do. */
export interface SettingProblem {
  readonly setting: string;
  readonly message: string;
}

export interface PatchOutcome {
  readonly overrides: Overrides;
  readonly problems: readonly SettingProblem[];
}

/**
 * Lays a nested patch over what is set already. `null` goes back to the default;
 * `presence.leaseSeconds` may be one number for every lease. With problems, nothing is to be used.
 */
export function patchOverrides(overrides: Overrides, patch: unknown): PatchOutcome {
  const problems: SettingProblem[] = [];
  const next: Record<string, SettingValue> = { ...overrides };
  for (const [name, value] of flatten(patch, "", problems)) {
    const problem = checkValue(name, value);
    if (problem) problems.push({ setting: name, message: problem });
    else if (value === null) delete next[name];
    else next[name] = value as SettingValue;
  }
  return { overrides: next, problems };
}

function flatten(patch: unknown, prefix: string, problems: SettingProblem[]): [string, unknown][] {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) {
    problems.push({ setting: prefix || "(all)", message: "must be an object of settings." });
    return [];
  }
  return Object.entries(patch).flatMap(([key, value]): [string, unknown][] => {
    const name = prefix ? `${prefix}.${key}` : key;
    if (name === "presence.leaseSeconds" && typeof value === "number") {
      return ["visible", "hidden", "frozen"].map((lease) => [`${name}.${lease}`, value]);
    }
    const isSection = Object.keys(FIELDS).some((field) => field.startsWith(`${name}.`));
    return isSection ? flatten(value, name, problems) : [[name, value]];
  });
}

/** Why a value cannot be set; null: it can. */
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
    case "names":
      return Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "")
        ? null
        : "must be a list of names.";
  }
}

/** The value that holds: what is set, else the default. */
export function settingOf(overrides: Overrides, name: SettingName): SettingValue {
  const value = overrides[name];
  if (value !== undefined) return value;
  const follows =
    name === "presence.closeBufferSeconds" || name === "presence.navigationBufferSeconds";
  const buffer = overrides["presence.bufferSeconds"];
  return follows && buffer !== undefined ? buffer : FIELDS[name].default;
}
