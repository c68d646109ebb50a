import { seconds } from "./duration.ts";
import type { Settings } from "./settings.ts";

/** A warning if presence does not decide; `null` if it does. */
export function modeWords({ presence = {} }: Settings): string | null {
  if (presence.mode === undefined || presence.mode === "on") return null;
  return presence.mode === "shadow"
    ? "Trial run: what presence would decide is shown here, and changes nothing at the desk yet."
    : "Presence is switched off for this account: nobody can be seen to leave.";
}

/** What leads from that warning to the page Presence. */
export function modeLink({ presence = {} }: Settings): string {
  return presence.mode === "shadow" ? "See what it found" : "Try it out or switch it on";
}

/** The settings that decide presence, one sentence each. */
export function ruleWords({ presence = {}, inactivity = {} }: Settings): string[] {
  const rules: string[] = [];
  const { bufferSeconds, closeBufferSeconds, navigationBufferSeconds, awayBufferSeconds } =
    presence;
  if (closeBufferSeconds !== undefined) {
    rules.push(`Closed the last page: gone after ${seconds(closeBufferSeconds)}.`);
  }
  if (navigationBufferSeconds !== undefined) {
    rules.push(
      `Went to another page of the site: gone if none opens within ${seconds(navigationBufferSeconds)}.`,
    );
  }
  if (awayBufferSeconds !== undefined) {
    rules.push(`Went to another website: gone if not back within ${seconds(awayBufferSeconds)}.`);
  }
  if (bufferSeconds !== undefined) {
    rules.push(
      `Vanished without a word (crash, dead battery, lost network): gone ${seconds(bufferSeconds)} after the page was last believed open.`,
    );
  }
  if (inactivity.seconds !== undefined) {
    const held =
      inactivity.onlineHolds === "queued" ? ", but not while waiting here for an agent" : "";
    rules.push(`Wrote nothing for ${seconds(inactivity.seconds)}: silent for too long${held}.`);
  }
  return rules;
}
