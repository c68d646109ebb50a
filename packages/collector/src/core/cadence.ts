/**
 * How often a page is asked to speak: close watch where somebody waits, less where nobody does.
 * @module
 */
import type { SignalInput } from "./input.ts";
import { isUnderWay, type Session, type Visibility } from "./session.ts";
import type { Settings } from "./settings.ts";
import { isMasked } from "./ticket.ts";

/** Milliseconds until a page's next beat is wanted; 0: it need not beat at all. */
export function cadence(session: Session, visibility: Visibility, settings: Settings): number {
  const { mode, channels } = settings.presence;
  if (mode === "off" || session.ended || !channels.includes(session.channel)) return 0;
  return beatMs(session, visibility, settings);
}

/** The cadence for the page that has sent a signal, as it is known by now or as it says of itself. */
export function cadenceOf(session: Session, signal: SignalInput, settings: Settings): number {
  const page = session.pages.find(({ id }) => id === signal.page);
  return cadence(session, page?.visibility ?? (signal.visible ? "visible" : "hidden"), settings);
}

/** The beat that suits where the session stands, whether or not anybody asks for it. */
export function beatMs(session: Session, visibility: Visibility, settings: Settings): number {
  const beat = settings.presence.beatMs;
  if (visibility !== "visible") return beat.hidden;
  if (!isUnderWay(session) || isMasked(session.ticket)) return beat.idle;
  return session.assignee === null ? beat.waiting : beat.assigned;
}
