/**
 * How often a page is asked to beat: most often while its visitor waits for an agent.
 * @module
 */

import type { SignalInput } from "./input.ts";
import type { Visibility } from "./lists.ts";
import { isUnderWay, type Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { isMasked } from "./ticket.ts";

/** Milliseconds until a page's next beat is due; 0 if the page need not beat. */
export function cadence(session: Session, visibility: Visibility, settings: Settings): number {
  const { mode, channels } = settings.presence;
  if (mode === "off" || session.ended || !channels.includes(session.channel)) return 0;
  return beatMs(session, visibility, settings);
}

/** The cadence for the page that sent `signal`, by its recorded visibility or else the signal's. */
export function cadenceForSignal(
  session: Session,
  signal: SignalInput,
  settings: Settings,
): number {
  const page = session.pages.find(({ id }) => id === signal.page);
  return cadence(session, page?.visibility ?? (signal.visible ? "visible" : "hidden"), settings);
}

/** The beat interval for the session's current state, whether or not its presence is read. */
export function beatMs(session: Session, visibility: Visibility, settings: Settings): number {
  const beat = settings.presence.beatMs;
  if (visibility !== "visible") return beat.hidden;
  if (!isUnderWay(session) || isMasked(session.ticket)) return beat.idle;
  return session.assignee === null ? beat.waiting : beat.assigned;
}
