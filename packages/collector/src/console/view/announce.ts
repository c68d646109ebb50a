import type { Roster } from "../live/roster.ts";
import { sentence } from "../model/sentence.ts";
import type { Settings } from "../model/settings.ts";
import type { Transition } from "../model/transition.ts";
import { visitorName } from "../model/words.ts";
import { byId } from "./element.ts";

/** A screen reader that is told more often than this talks without end. */
const AT_MOST_EVERY_MS = 3_000;

let quietUntil = 0;

/** Tells those who do not see the row light up that somebody's state has changed. */
export function announce(transition: Transition, roster: Roster, settings: Settings): void {
  const { from, to, session } = transition;
  if (from.state === to.state || Date.now() < quietUntil) return;
  quietUntil = Date.now() + AT_MOST_EVERY_MS;
  const known = roster.get(session);
  const name = known ? visitorName(known) : session;
  byId("announcement").textContent = `${name}: ${sentence(transition, settings)}`;
}
