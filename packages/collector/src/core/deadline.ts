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
  const { page, leaseAt, offlineAt, silentAt } = instantsOf(session, settings);
  const first = Math.max(since, Math.min(leaseAt, offlineAt, silentAt));
  if (first === NEVER) return null;
  if (page && leaseAt <= first) return { kind: "lease", dueAt: first, page };
  return { kind: offlineAt <= first ? "buffer" : "inactivity", dueAt: first };
}

/** When the session must be looked at next, in epoch milliseconds; null: never by itself. */
export function deadlineOf(session: Session, settings: Settings): number | null {
  const { leaseAt, offlineAt, silentAt } = instantsOf(session, settings);
  const first = Math.min(leaseAt, offlineAt, silentAt);
  return first === NEVER ? null : first;
}

const NEVER = Number.POSITIVE_INFINITY;

function instantsOf(session: Session, settings: Settings) {
  const page = earliestLease(session);
  return {
    page,
    leaseAt: page?.leaseUntil ?? NEVER,
    offlineAt: bufferEndsAt(session) ?? NEVER,
    silentAt: inactivityEndsAt(session, settings) ?? NEVER,
  };
}
