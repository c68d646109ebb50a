/**
 * A step of the store's wall clock. Leases, buffers and periods are durations: they neither end early
 * nor late because somebody set a clock. So what a session compares with the time moves with it.
 * @module
 */
import type { Session } from "./session.ts";

/**
 * The session after the clock was set forward by `byMs` (negative: back). What is ahead moves, and
 * what a duration is counted from or compared with. History stays: when the session was created, began
 * and ended, and what its transitions state.
 */
export function moveWithClock(session: Session, byMs: number): Session {
  const moved = (at: number) => at + byMs;
  const movedOrNull = (at: number | null) => (at === null ? null : at + byMs);
  const fieldsSetAt = Object.entries(session.fieldsSetAt).map(([field, at]) => [field, moved(at)]);
  return {
    ...session,
    fieldsSetAt: Object.fromEntries(fieldsSetAt),
    pages: session.pages.map(({ admission, heardAt, ...page }) => ({
      ...page,
      leaseUntil: movedOrNull(page.leaseUntil),
      ...(heardAt !== undefined && { heardAt: moved(heardAt) }),
      ...(admission && { admission: { ...admission, since: moved(admission.since) } }),
    })),
    heardAt: movedOrNull(session.heardAt),
    offlineAt: movedOrNull(session.offlineAt),
    buffer: session.buffer && { ...session.buffer, endsAt: moved(session.buffer.endsAt) },
    unheardSince: movedOrNull(session.unheardSince),
    lastResponseAt: movedOrNull(session.lastResponseAt),
    agentRepliesAt: session.agentRepliesAt.map(moved),
    baseAt: moved(session.baseAt),
    graceUntil: session.graceUntil === 0 ? 0 : moved(session.graceUntil),
    engagementChangedAt: moved(session.engagementChangedAt),
    causes: session.causes.map((cause) => ({ ...cause, at: moved(cause.at) })),
    queuedAt: movedOrNull(session.queuedAt),
    firstQueuedAt: movedOrNull(session.firstQueuedAt),
    merge: session.merge && {
      ...session.merge,
      beganAt: moved(session.merge.beganAt),
      retryAt: movedOrNull(session.merge.retryAt),
    },
    stateChangedAt: moved(session.stateChangedAt),
    presenceChangedAt: moved(session.presenceChangedAt),
    changedAt: moved(session.changedAt),
  };
}
