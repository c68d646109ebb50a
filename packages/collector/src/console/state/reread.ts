import type { Session } from "../model/session.ts";
import type { Trace } from "../model/trace.ts";

/** What must happen any moment. */
const SOON_MS = 3_000;
/** Beats, hidden tabs and what desks are told change no state. */
const SELDOM_MS = 15_000;
/** Most desks are told of a change within this time. */
const DELIVERY_MS = 30_000;

/**
 * How long after a reading it is repeated, because something may have happened that is not in the stream; `null`: nothing
 * is awaited.
 * @param now epoch milliseconds
 */
export function rereadAfterMs(session: Session, { facts }: Trace, now: number): number | null {
  const { nextDeadlineAt, pages } = session.shadow ?? session;
  const deliveries = facts.filter((fact) => fact.type === "delivery");
  const isDue = nextDeadlineAt !== null && Date.parse(nextDeadlineAt) < now;
  const awaitsDelivery =
    session.links.length > 0 &&
    session.shadow === undefined &&
    now - Date.parse(session.changedAt) < DELIVERY_MS &&
    deliveries.every(({ seq }) => seq !== session.seq);
  if (isDue || awaitsDelivery) return SOON_MS;
  const isRetried = deliveries.some(({ nextAttemptAt }) => nextAttemptAt !== null);
  return nextDeadlineAt !== null || pages.length > 0 || isRetried ? SELDOM_MS : null;
}
