import { groupOf } from "./group.ts";
import type { Session } from "./session.ts";

/**
 * The order within a group: the waiting group by waiting time, longest first, as in the queue; the
 * others by last change, newest first. Ties are ordered by id, so that the order is stable.
 */
export function compareSessions(a: Session, b: Session): number {
  // The collector formats all instants alike, so that they sort as strings.
  const byTime =
    groupOf(a) === "waiting"
      ? compare(a.queuedAt ?? a.stateChangedAt, b.queuedAt ?? b.stateChangedAt)
      : compare(b.stateChangedAt, a.stateChangedAt);
  return byTime || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
