/**
 * The trial run: presence is decided for each session, but the decision has no effect at the desk.
 * @module
 */
import type { Presence, QueueStanding } from "../../core/lists.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { PRESENCE_WORDS, stateWords } from "./words.ts";

export function isTrial({ presence }: Settings): boolean {
  return presence?.mode === "shadow";
}

/** The session as it would be if presence decided; `null` outside a trial run. */
export function asShadow(session: Session): Session | null {
  const { shadow } = session;
  return shadow ? { ...session, ...shadow } : null;
}

/** The presence to show: in a trial run that of the shadow, otherwise the session's own. */
export function seenPresence({ presence, shadow }: Pick<Session, "presence" | "shadow">): Presence {
  return shadow?.presence ?? presence;
}

/** Whether presence would be another one than it is: in a trial run that is not so where there is no page to be seen. */
export function wouldDiffer({ presence, shadow }: Pick<Session, "presence" | "shadow">): boolean {
  return shadow !== undefined && shadow.presence !== presence;
}

/** The state that the session would have if presence decided; `null` if it is the same. */
export function differingState(session: Session): string | null {
  const shadow = asShadow(session);
  if (!shadow) return null;
  const words = stateWords(shadow);
  return words === stateWords(session) ? null : words;
}

const QUEUE_WORDS: Record<QueueStanding, string> = {
  queued: "Would be in it",
  direct: "Would be given straight to an agent",
  none: "Would be out of it",
};

/** What presence would change, as pairs of name and value; empty outside a trial run. */
export function shadowFacts(session: Session): [name: string, value: string][] {
  const shadow = asShadow(session);
  if (!shadow) return [];
  const { assignee, queue, capacityHeld } = shadow;
  const facts: [string, string][] = [
    ["Would be", `${stateWords(shadow)} · ${PRESENCE_WORDS[shadow.presence].word}`],
  ];
  if (queue !== session.queue) facts.push(["Queue", QUEUE_WORDS[queue]]);
  if (assignee !== null && capacityHeld !== session.capacityHeld) {
    facts.push(["Agent’s place", `Would be ${capacityHeld ? "taken" : "free for others"}`]);
  }
  return facts;
}
