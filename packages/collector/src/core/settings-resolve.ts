/**
 * Resolves an account's overrides to the settings that the core reads, and checks the relations
 * between settings.
 * @module
 */
import type { TicketStatus, Visibility } from "./lists.ts";
import type { Settings } from "./settings.ts";
import {
  FIELDS,
  type Overrides,
  type SettingName,
  type SettingProblem,
  settingOf,
} from "./settings-schema.ts";
import type { Trigger } from "./trigger.ts";

const DAY_MS = 86_400_000;

/** With a shorter lease, one late beat would look like silence. */
const MIN_BEATS_PER_LEASE = 1.5;

/** Fills in defaults and converts to milliseconds; {@link checkRelations} does the checks. */
export function resolveSettings(overrides: Overrides, triggers: readonly Trigger[]): Settings {
  const ms = (name: SettingName) => Math.round(Number(settingOf(overrides, name)) * 1000);
  const text = <T extends string>(name: SettingName) => settingOf(overrides, name) as T;
  const flag = (name: SettingName) => settingOf(overrides, name) === true;
  const msOrNull = (name: SettingName) => (settingOf(overrides, name) === null ? null : ms(name));
  return {
    presence: {
      mode: text("presence.mode"),
      bufferMs: ms("presence.bufferSeconds"),
      closeBufferMs: ms("presence.closeBufferSeconds"),
      navigationBufferMs: ms("presence.navigationBufferSeconds"),
      awayBufferMs: ms("presence.awayBufferSeconds"),
      beatMs: {
        waiting: ms("presence.beatSeconds.waiting"),
        assigned: ms("presence.beatSeconds.assigned"),
        hidden: ms("presence.beatSeconds.hidden"),
        idle: ms("presence.beatSeconds.idle"),
      },
      leaseMs: {
        visible: msOrNull("presence.leaseSeconds.visible"),
        hidden: ms("presence.leaseSeconds.hidden"),
        frozen: msOrNull("presence.leaseSeconds.frozen"),
      },
      channels: settingOf(overrides, "presence.channels") as readonly string[],
    },
    inactivity: {
      periodMs: ms("inactivity.seconds"),
      onlineHolds: text("inactivity.onlineHolds"),
    },
    capacity: {
      countInactive: flag("capacity.countInactive"),
      onReturn: text("capacity.onReturn"),
      autoRelease: {
        enabled: flag("capacity.autoRelease.enabled"),
        periodMs: ms("capacity.autoRelease.seconds"),
        anchor: text("capacity.autoRelease.anchor"),
        setStatus: settingOf(overrides, "capacity.autoRelease.setStatus") as TicketStatus | null,
      },
    },
    routing: text("routing"),
    reopenOnResponse: flag("reopenOnResponse"),
    traceMs: Number(settingOf(overrides, "traceDays")) * DAY_MS,
    triggers,
  };
}

/** Problems of settings that are valid one by one but not together. */
export function checkRelations(overrides: Overrides): readonly SettingProblem[] {
  const { presence } = resolveSettings(overrides, []);
  const { beatMs, leaseMs } = presence;
  const problems: SettingProblem[] = [];
  const visibleBeatMs = Math.max(beatMs.waiting, beatMs.assigned, beatMs.idle);
  checkLease("visible", leaseMs.visible, visibleBeatMs, problems);
  checkLease("hidden", leaseMs.hidden, beatMs.hidden, problems);
  checkLease("frozen", leaseMs.frozen, beatMs.hidden, problems);
  if (presence.mode === "on" && settingOf(overrides, "termsAccepted") !== true) {
    problems.push({
      setting: "presence.mode",
      message: "can be `on` only once `termsAccepted` is true; send both together or accept first.",
    });
  }
  return problems;
}

function checkLease(
  lease: Visibility,
  leaseMs: number | null,
  beatMs: number,
  problems: SettingProblem[],
): void {
  const minMs = beatMs * MIN_BEATS_PER_LEASE;
  if (leaseMs === null || leaseMs >= minMs) return;
  problems.push({
    setting: `presence.leaseSeconds.${lease}`,
    message: `must be at least ${minMs / 1000}, ${MIN_BEATS_PER_LEASE} times the longest beat of such a page (${beatMs / 1000}): lengthen the lease or shorten the beat.`,
  });
}

/** Every setting with its effective value, nested and in seconds, as the API shows it. */
export function showSettings(overrides: Overrides): Record<string, unknown> {
  const names = Object.keys(FIELDS) as SettingName[];
  return nested(Object.fromEntries(names.map((name) => [name, settingOf(overrides, name)])));
}

/** `{"a.b": 1}` as `{a: {b: 1}}`. */
export function nested(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(flat)) {
    const path = name.split(".");
    const leaf = path.pop() ?? name;
    let section = result;
    for (const part of path) {
      section[part] ??= {};
      section = section[part] as Record<string, unknown>;
    }
    section[leaf] = value;
  }
  return result;
}
