import type { SessionStore } from "../live/session-store.ts";
import { sentence } from "../model/sentence.ts";
import type { Settings } from "../model/settings.ts";
import type { Transition } from "../model/transition.ts";
import { visitorName } from "../model/words.ts";
import { byId } from "./element.ts";

/** With more frequent announcements a screen reader would never stop talking. */
const MIN_INTERVAL_MS = 3_000;

let quietUntil = 0;

/** Announces a change of a session's state to screen readers, whose users do not see the flash. */
export function announce(transition: Transition, store: SessionStore, settings: Settings): void {
  const { from, to, session } = transition;
  if (from.state === to.state || Date.now() < quietUntil) return;
  quietUntil = Date.now() + MIN_INTERVAL_MS;
  const loaded = store.get(session);
  const name = loaded ? visitorName(loaded) : session;
  byId("announcement").textContent = `${name}: ${sentence(transition, settings)}`;
}
