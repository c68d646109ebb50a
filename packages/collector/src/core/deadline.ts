/**
 * The deadline of a session: the next instant at which the core must run for it, and the timer that
 * runs then.
 * @module
 */
import { inactivityEndsAt } from "./engagement.ts";
import { bufferEndsAt, earliestLease } from "./presence.ts";
import type { Page, Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { MAX_UNHEARD_MS } from "./unheard.ts";

export type Timer =
  | { readonly kind: "lease"; readonly dueAt: number; readonly page: Page }
  | { readonly kind: "buffer"; readonly dueAt: number }
  | { readonly kind: "inactivity"; readonly dueAt: number }
  /** The account was unheard for as long as that excuses silence (rule 6). */
  | { readonly kind: "unheard"; readonly dueAt: number }
  /** A merge is not complete: the sweep continues it (rule 26). */
  | { readonly kind: "merge"; readonly dueAt: number };

/**
 * The timer that is due first; `null` if none runs. An overdue timer counts as due at `since`,
 * such as an inactivity deadline whose hold ended. Ties run as lease, buffer, inactivity (rule 14).
 */
export function nextTimer(session: Session, since: number, settings: Settings): Timer | null {
  if (session.merge) {
    const { retryAt } = session.merge;
    return retryAt === null ? null : { kind: "merge", dueAt: Math.max(since, retryAt) };
  }
  const { page, leaseAt, bufferAt, inactivityAt, unheardAt } = timersOf(session, settings);
  const dueAt = Math.max(since, Math.min(leaseAt, bufferAt, inactivityAt, unheardAt));
  if (dueAt === NEVER) return null;
  if (page && leaseAt <= dueAt) return { kind: "lease", dueAt, page };
  if (bufferAt <= dueAt) return { kind: "buffer", dueAt };
  return { kind: unheardAt <= dueAt ? "unheard" : "inactivity", dueAt };
}

/** When the next timer is due, in epoch milliseconds; `null` if none runs. */
export function deadlineOf(session: Session, settings: Settings): number | null {
  if (session.merge) return session.merge.retryAt;
  const { leaseAt, bufferAt, inactivityAt, unheardAt } = timersOf(session, settings);
  const dueAt = Math.min(leaseAt, bufferAt, inactivityAt, unheardAt);
  return dueAt === NEVER ? null : dueAt;
}

const NEVER = Number.POSITIVE_INFINITY;

function timersOf(session: Session, settings: Settings) {
  const { unheardSince } = session;
  const inactivityAt = inactivityEndsAt(session, settings) ?? NEVER;
  if (unheardSince !== null) {
    const unheardAt = unheardSince + MAX_UNHEARD_MS;
    return { page: null, leaseAt: NEVER, bufferAt: NEVER, inactivityAt, unheardAt };
  }
  const page = earliestLease(session);
  const leaseAt = page?.leaseUntil ?? NEVER;
  const bufferAt = bufferEndsAt(session) ?? NEVER;
  return { page, leaseAt, bufferAt, inactivityAt, unheardAt: NEVER };
}
