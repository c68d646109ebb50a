/**
 * Switching presence off, on trial and on, in words for the people who run the desk.
 * @module
 */
import type { PresenceMode } from "../../core/lists.ts";

export interface ModeWords {
  mode: PresenceMode;
  title: string;
  meaning: string;
}

export const MODE_WORDS: readonly ModeWords[] = [
  {
    mode: "off",
    title: "Off",
    meaning: "Pages are not read. No visitor is seen to leave; silence alone decides.",
  },
  {
    mode: "shadow",
    title: "Trial run",
    meaning:
      "Each visitor is judged, and the verdict is shown here beside what is. Your desk notices nothing of it. It needs no terms, since nothing is decided, but pages report already: tell your visitors so first.",
  },
  {
    mode: "on",
    title: "On",
    meaning:
      "Visitors who leave the site leave the queue and free their agent. Those who come back return to their place.",
  },
];

/** What an account accepts before presence may decide. */
export const TERMS: readonly string[] = [
  "Pages of the sites that you list report when they open, go to the background and close. They report neither what is on them nor what is typed.",
  "You tell your visitors so, as in your privacy notice, and have the right to do it where they are.",
  "Browsers and networks can mislead. A visitor who is still there may be taken for gone and is out of the queue until seen again.",
];

export function modeTitle(mode: PresenceMode): string {
  return MODE_WORDS.find((words) => words.mode === mode)?.title ?? mode;
}
