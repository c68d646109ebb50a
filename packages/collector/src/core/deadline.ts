/**
 * The deadline of a session: the next instant at which the core must run for it, and which timer it
 * is that runs then.
 * @module
 */
import { inactivityEndsAt } from "./engagement.ts";
import { bufferEndsAt, earliestLease } from "./presence.ts";
import type { Page, Session } from "./session.ts";
import type { Settings } from "./settings.ts";

export type Timer =
  | { readonly kind: "lease"; readonly dueAt: number; readonly page: Page }
  | { readonly kind: "buffer"; readonly dueAt: number }
  | { readonly kind: "inactivity"; readonly dueAt: number };

/**
 * The timer that runs first; null: none runs. A timer that is overdue, as a held deadline is when
 * its hold ends, counts as due at `since`. At one instant: lease, buffer, inactivity (rule 14).
 */
export function nextTimer(session: Session, since: number, settings: Settings): Timer | null {
  let first: Timer | null = null;
  for (const timer of runningTimers(session, settings)) {
    const dueAt = Math.max(timer.dueAt, since);
    if (!first || dueAt < first.dueAt) first = { ...timer, dueAt };
  }
  return first;
}

/** When the session must be looked at next, in epoch milliseconds; null: never by itself. */
export function deadlineOf(session: Session, settings: Settings): number | null {
  const dueAts = runningTimers(session, settings).map((timer) => timer.dueAt);
  return dueAts.length === 0 ? null : Math.min(...dueAts);
}

function runningTimers(session: Session, settings: Settings): Timer[] {
  const timers: Timer[] = [];
  const page = earliestLease(session);
  if (page?.leaseUntil) timers.push({ kind: "lease", dueAt: page.leaseUntil, page });
  const offlineAt = bufferEndsAt(session);
  if (offlineAt !== null) timers.push({ kind: "buffer", dueAt: offlineAt });
  const silentAt = inactivityEndsAt(session, settings);
  if (silentAt !== null) timers.push({ kind: "inactivity", dueAt: silentAt });
  return timers;
}
