/**
 * When a session last changed, as others see it: lists are ordered by it, and a desk asks for what has
 * changed since. A beat is no change, so that it writes no index.
 * @module
 */
import type { Session } from "../core/session.ts";

/** What the API shows of a session and can change without a transition; not pages and deadlines. */
const SHOWN = ["seq", "user", "channel", "links", "lastResponseAt", "queuedAt"] as const;

/** The session with the time of a change at `now`, if it or its shadow has changed since `before`. */
export function noteChange(
  session: Session,
  before: Session,
  isShadowChanged: boolean,
  now: number,
): Session {
  const isChanged = isShadowChanged || SHOWN.some((field) => session[field] !== before[field]);
  const changedAt = Math.max(now, session.changedAt);
  return isChanged && changedAt !== session.changedAt ? { ...session, changedAt } : session;
}
