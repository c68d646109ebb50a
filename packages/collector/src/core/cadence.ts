/**
 * How often a page is asked to beat: most often while its visitor waits for an agent.
 * @module
 */

import type { SignalInput } from "./input.ts";
import type { Visibility } from "./lists.ts";
import { isUnderWay, type Page, type Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { isMasked } from "./ticket.ts";

/** The default lease of a visible page, in beats. */
export const BEATS_PER_LEASE = 1.5;

/** Milliseconds until a page's next beat is due; 0 if the page need not beat. */
export function cadence(session: Session, visibility: Visibility, settings: Settings): number {
  const { mode, channels } = settings.presence;
  if (mode === "off" || session.ended || !channels.includes(session.channel)) return 0;
  return beatMs(session, visibility, settings);
}

/**
 * The cadence for a page of the session, as long as its lease allows: a trigger may have changed the session
 * since the lease was granted.
 */
export function cadenceForPage(session: Session, page: Page, settings: Settings): number {
  const nextMs = cadence(session, page.visibility, settings);
  if (page.leaseUntil === null) return nextMs;
  return Math.min(nextMs, Math.floor(page.leaseMs / BEATS_PER_LEASE));
}

/** The cadence for the page that sent `signal`, by its recorded visibility or else the signal's. */
export function cadenceForSignal(
  session: Session,
  signal: SignalInput,
  settings: Settings,
): number {
  const page = session.pages.find(({ id }) => id === signal.page);
  if (page) return cadenceForPage(session, page, settings);
  return cadence(session, signal.visible ? "visible" : "hidden", settings);
}

/** The beat interval for the session's current state, whether or not its presence is read. */
export function beatMs(session: Session, visibility: Visibility, settings: Settings): number {
  const beat = settings.presence.beatMs;
  if (visibility !== "visible") return beat.hidden;
  if (!isUnderWay(session) || isMasked(session.ticket)) return beat.idle;
  return session.assignee === null ? beat.waiting : beat.assigned;
}
