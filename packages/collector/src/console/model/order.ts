import { groupOf } from "./group.ts";
import type { Session } from "./session.ts";

/**
 * Order within a group: who waits longest comes first, as in the queue; elsewhere what changed
 * last comes first. Ties go by id, so that rows never swap places without a reason.
 */
export function compareSessions(a: Session, b: Session): number {
  // The collector writes every instant in the same form, in which the order of texts is that of time.
  const byTime =
    groupOf(a) === "waiting"
      ? compare(a.queuedAt ?? a.stateChangedAt, b.queuedAt ?? b.stateChangedAt)
      : compare(b.stateChangedAt, a.stateChangedAt);
  return byTime || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
