/**
 * What a change of settings would have meant for the last days, in words.
 * @module
 */
import type { SettingName, SettingValue } from "../../core/settings-schema.ts";
import { duration } from "./duration.ts";

/** The response of `POST /v1/settings/preview`, for one setting. */
export interface SettingChange {
  /** The dotted name. */
  setting: SettingName;
  from: SettingValue;
  to: SettingValue;
  /** `null`: the history does not tell. */
  effect: SettingEffect | null;
}

export interface SettingEffect {
  days: number;
  /** How many there were: gone, or silent for too long. */
  verdicts: number;
  /** How many would not have been made. */
  avoided: number;
  /** How much later the others would have been; below 0: earlier. */
  shiftSeconds: number;
  isComplete: boolean;
}

/** Which of the four waits it was is told by its length alone. */
const GONE = {
  one: "visitor was found gone after a wait of this length",
  many: "visitors were found gone after a wait of this length",
};

/** Who a setting's verdicts are about. */
const WHO: Record<string, { one: string; many: string }> = {
  "presence.bufferSeconds": GONE,
  "presence.closeBufferSeconds": GONE,
  "presence.navigationBufferSeconds": GONE,
  "presence.awayBufferSeconds": GONE,
  "inactivity.seconds": {
    one: "visitor was found silent for too long",
    many: "visitors were found silent for too long",
  },
};

export function effectWords({
  setting,
  effect,
}: Pick<SettingChange, "setting" | "effect">): string {
  if (!effect) return "What it would have meant lately cannot be computed from the history.";
  const { days, verdicts, avoided, shiftSeconds } = effect;
  const { one, many } = WHO[setting] ?? { one: "verdict was made", many: "verdicts were made" };
  const time = `In the last ${days} days`;
  if (verdicts === 0) return `${time} no ${one}, so nothing would have been different.`;
  const there = `${time} ${verdicts} ${verdicts === 1 ? one : many}.`;
  const by = duration(Math.abs(shiftSeconds) * 1_000, "fine");
  if (shiftSeconds < 0) {
    return `${there} With this it would have been noticed ${by} sooner. How many more would have been is not known.`;
  }
  const spared =
    avoided === 0
      ? "None of them was back early enough to be spared"
      : `${avoided} came back early enough to be spared`;
  const left = verdicts - avoided;
  return `${there} With this: ${spared}${left > 0 ? `, and ${left} would have been noticed ${by} later` : ""}.`;
}
