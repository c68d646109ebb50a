import { type ReadonlySignal, signal } from "@preact/signals";
import type { SessionStore } from "../live/session-store.ts";
import { sentence } from "../model/sentence.ts";
import type { Settings } from "../model/settings.ts";
import type { Transition } from "../model/transition.ts";
import { visitorName } from "../model/words.ts";

/** With more frequent announcements a screen reader would never stop talking. */
const MIN_INTERVAL_MS = 3_000;

/** Announces changes of a state to screen readers, whose users do not see the highlight. */
export function createAnnouncer(store: SessionStore, settings: ReadonlySignal<Settings>) {
  const text = signal("");
  let quietUntil = 0;
  return {
    text: text as ReadonlySignal<string>,
    announce(transition: Transition): void {
      const { from, to, session } = transition;
      if (from.state === to.state || Date.now() < quietUntil) return;
      quietUntil = Date.now() + MIN_INTERVAL_MS;
      const loaded = store.get(session);
      const name = loaded ? visitorName(loaded) : session;
      text.value = `${name}: ${sentence(transition, settings.peek())}`;
    },
  };
}
