/**
 * Unheard accounts (rule 6): the way from the pages to the collectors may be down while they run. Silence of
 * many sessions together, with no signal of their account in between, is taken for that.
 * @module
 */
import { BEATS_PER_LEASE, beatMs } from "./cadence.ts";
import { bufferEndsAt, earliestLease, extendAfterOutage, pageHeardAt } from "./presence.ts";
import type { Page, Session } from "./session.ts";
import type { Settings } from "./settings.ts";

/** An account is unheard where this many of its sessions miss after its last accepted signal. */
export const MIN_MISSES = 8;
/** For how long at most silence is excused. */
export const MAX_UNHEARD_MS = 600_000;
/** A session misses when this much of a visible page's beat has passed since the page was heard. */
const BEATS_UNTIL_MISS = 1.2;
/** Each collector stores when signals arrived with its heartbeat, once a second. */
const SIGNALS_KNOWN_AFTER_MS = 2_000;

/**
 * Leases and the buffer stand still from `now` on, if any of them runs. A session that was last heard before
 * `excusedBefore` was excused by an earlier silence, and is not excused again until it is heard.
 */
export function beginUnheard(
  session: Session,
  now: number,
  excusedBefore = Number.NEGATIVE_INFINITY,
): Session {
  if (session.unheardSince !== null || silenceEndsAt(session) === null) return session;
  if ((session.heardAt ?? now) < excusedBefore) return session;
  return { ...session, unheardSince: now };
}

/** Living pages have a whole lease from `now` on, and a running buffer its whole length. */
export function endUnheard(session: Session, now: number): Session {
  if (session.unheardSince === null) return session;
  return { ...extendAfterOutage(session, now), unheardSince: null };
}

/** When the first lease or the buffer passes unless a page reports; `null` if none runs. */
export function silenceEndsAt(session: Session): number | null {
  return earliestLease(session)?.leaseUntil ?? bufferEndsAt(session);
}

/**
 * When the session misses, or missed, unless it is heard before; `null`: none of its pages must report. It
 * misses once: pages whose beat was overdue before the session was last heard do not count.
 */
export function missesAt(session: Session, settings: Settings): number | null {
  // Its pages are told to stop.
  if (session.ended) return null;
  let earliest: number | null = null;
  for (const page of session.pages) {
    // A page that has left is recorded as hidden.
    if (page.visibility !== "visible") continue;
    const at = pageHeardAt(page) + BEATS_UNTIL_MISS * toldBeatMs(session, page, settings);
    if (at <= (session.heardAt ?? 0)) continue;
    if (earliest === null || at < earliest) earliest = at;
  }
  return earliest;
}

/** The beat that the page was told with its last signal, as far as its lease tells. */
function toldBeatMs(session: Session, { leaseMs }: Page, settings: Settings): number {
  if (settings.presence.leaseMs.visible === null) return leaseMs / BEATS_PER_LEASE;
  return beatMs(session, "visible", settings);
}

/**
 * For so long after an account's last known signal it is not silent: each of its living pages was heard
 * within a beat before, and the signals of other collectors may not be known yet.
 */
export function minSilenceMs({ presence: { beatMs } }: Settings): number {
  const shortestBeatMs = Math.min(beatMs.waiting, beatMs.assigned, beatMs.idle);
  return Math.max((BEATS_UNTIL_MISS - 1) * shortestBeatMs, SIGNALS_KNOWN_AFTER_MS);
}

/** The deadline of a session that has missed is at most this far ahead, unless it is heard. */
export function maxSilenceAheadMs({ presence }: Settings): number {
  const { beatMs, leaseMs } = presence;
  const longestBeatMs = Math.max(beatMs.waiting, beatMs.assigned, beatMs.idle);
  return Math.max(
    leaseMs.visible ?? BEATS_PER_LEASE * longestBeatMs,
    presence.bufferMs,
    presence.closeBufferMs,
    presence.navigationBufferMs,
    presence.awayBufferMs,
  );
}
