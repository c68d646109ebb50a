/**
 * What switching presence does to the conversations that are open now, in words for the people who run
 * the desk.
 * @module
 */
import type { PresenceMode } from "../../core/lists.ts";
import { seconds } from "./duration.ts";

/** Part of the response of `POST /v1/settings/preview`. */
export interface ModeEffect {
  examined: number;
  /** False: there are more open conversations than were examined. */
  isComplete: boolean;
  waiting: number;
  /** Of those, how many the trial run has out of the queue. */
  waitingGone: number;
  entersQueue: number;
  leavesQueue: number;
  takesCapacity: number;
  freesCapacity: number;
}

interface Switch {
  from: PresenceMode;
  to: PresenceMode;
  /** The setting `inactivity.seconds`. */
  silenceSeconds: number;
}

/** What follows from the switch itself, for any conversation. */
export function switchWords({ from, to }: Pick<Switch, "from" | "to">): string {
  if (to === "on") {
    return "Every visitor begins as “Not seen yet”, and can leave the queue from the first report of their page on.";
  }
  const ending =
    to === "off" && from === "shadow"
      ? " The trial run ends; for a week its figures stay on this page."
      : "";
  if (from === "off") {
    return "The pages of your sites begin to report whether they are open, and each visitor is judged. Nothing changes at the desk.";
  }
  if (from !== "on") return `Nothing changes at the desk.${ending}`;
  return `At the desk silence alone decides again: verdicts that presence has given count no more.${ending}`;
}

/** What the switch does now, a sentence for each kind of conversation. */
export function effectWords(effect: ModeEffect, { from, to, silenceSeconds }: Switch): string[] {
  const silence = seconds(silenceSeconds);
  const { waiting, waitingGone, entersQueue, leavesQueue, takesCapacity, freesCapacity } = effect;
  const words: string[] = [];
  if (to === "on") {
    words.push(
      waiting === 0
        ? "Nobody waits in the queue now."
        : `${visitors(waiting)} ${verb(waiting, "waits", "wait")} now, and ${verb(waiting, "begins", "begin")} as “Not seen yet”.`,
    );
    const closed = `A page that is closed reports nothing: such a visitor leaves after ${silence} without a word.`;
    if (waitingGone > 0) {
      words.push(`The trial run has ${waitingGone} of them as gone. ${closed}`);
    } else if (waiting > 0) words.push(closed);
  }
  if (entersQueue > 0) {
    const subject = visitors(entersQueue);
    words.push(
      from === "on"
        ? `${subject} who ${verb(entersQueue, "was", "were")} found gone ${verb(entersQueue, "goes", "go")} back into the queue, until ${silence} have passed without a word. Triggers then act on them as on any other.`
        : `${subject} ${verb(entersQueue, "goes", "go")} into the queue.`,
    );
  }
  if (leavesQueue > 0) {
    words.push(
      `${visitors(leavesQueue)} who ${verb(leavesQueue, "waits", "wait")} with the page open ${verb(leavesQueue, "leaves", "leave")} the queue: the last word was over ${silence} ago.`,
    );
  }
  if (takesCapacity > 0) {
    words.push(
      `${visitors(takesCapacity)} who ${verb(takesCapacity, "was", "were")} found gone ${verb(takesCapacity, "takes", "take")} a place of their agent again.`,
    );
  }
  if (freesCapacity > 0) {
    words.push(
      `${freesCapacity} ${verb(freesCapacity, "place", "places")} of agents ${verb(freesCapacity, "becomes", "become")} free: the visitor has been silent for too long.`,
    );
  }
  if (from === "on" && words.length === 0) {
    words.push("Of the conversations that are open now, none changes.");
  }
  if (!effect.isComplete) {
    words.push(`Only the first ${effect.examined} open conversations were counted.`);
  }
  return words;
}

const visitors = (count: number) => `${count} ${count === 1 ? "visitor" : "visitors"}`;
const verb = (count: number, one: string, many: string) => (count === 1 ? one : many);
