/**
 * The deadline of a session: the next instant at which the core must run for it, and the timer that
 * runs then.
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
 * The timer that is due first; `null` if none runs. An overdue timer counts as due at `since`,
 * such as an inactivity deadline whose hold ended. Ties run as lease, buffer, inactivity (rule 14).
 */
export function nextTimer(session: Session, since: number, settings: Settings): Timer | null {
  const { page, leaseAt, bufferAt, inactivityAt } = timersOf(session, settings);
  const dueAt = Math.max(since, Math.min(leaseAt, bufferAt, inactivityAt));
  if (dueAt === NEVER) return null;
  if (page && leaseAt <= dueAt) return { kind: "lease", dueAt, page };
  return { kind: bufferAt <= dueAt ? "buffer" : "inactivity", dueAt };
}

/** When the next timer is due, in epoch milliseconds; `null` if none runs. */
export function deadlineOf(session: Session, settings: Settings): number | null {
  const { leaseAt, bufferAt, inactivityAt } = timersOf(session, settings);
  const dueAt = Math.min(leaseAt, bufferAt, inactivityAt);
  return dueAt === NEVER ? null : dueAt;
}

const NEVER = Number.POSITIVE_INFINITY;

function timersOf(session: Session, settings: Settings) {
  const page = earliestLease(session);
  return {
    page,
    leaseAt: page?.leaseUntil ?? NEVER,
    bufferAt: bufferEndsAt(session) ?? NEVER,
    inactivityAt: inactivityEndsAt(session, settings) ?? NEVER,
  };
}
