import { groupOf } from "./group.ts";
import type { Session } from "./session.ts";

/**
 * Order within a group: who waits longest comes first, as in the queue; elsewhere what changed
 * last comes first. Ties go by id, so that rows never swap places without a reason.
 */
export function compareSessions(a: Session, b: Session): number {
  const byTime =
    groupOf(a) === "waiting"
      ? time(a.queuedAt ?? a.stateChangedAt) - time(b.queuedAt ?? b.stateChangedAt)
      : time(b.stateChangedAt) - time(a.stateChangedAt);
  return byTime || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

const time = (instant: string) => Date.parse(instant);
