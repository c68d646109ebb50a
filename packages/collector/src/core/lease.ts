/**
 * The part of the rules that a repeated beat needs, as five numbers. Where a page only reports again that
 * it is there, they give the result of `reduce`, so that its session need not be loaded. `lease.test.ts`
 * checks one against the other.
 * @module
 */
import { cadenceForPage } from "./cadence.ts";
import { deadlineOf } from "./deadline.ts";
import type { SignalInput } from "./input.ts";
import { isPresenceRead, isSteady, leaseFor } from "./presence.ts";
import type { Page, Session } from "./session.ts";
import type { Settings } from "./settings.ts";

/** The lease of the page that was heard last, until anything else changes its session or the settings. */
export interface Lease {
  /** Highest number received of the page's generation. */
  readonly seq: number;
  readonly leaseUntil: number;
  readonly leaseMs: number;
  /** When the first other timer is due, of another page or of silence; `Infinity`: none runs. */
  readonly othersAt: number;
  /** The answer to the beat: milliseconds until the next one. */
  readonly nextMs: number;
}

/** A change of a session's last page alone; `heardAt` is the beginning of its lease. */
export interface Renewal {
  readonly seq: number;
  readonly leaseUntil: number;
}

/**
 * The lease of the page that sent `beat`, if it was heard last and another beat like this one would only
 * renew that lease; null: the next one must be reduced.
 */
export function leaseOf(session: Session, beat: SignalInput, settings: Settings): Lease | null {
  const last = session.pages.at(-1);
  if (last?.id !== beat.page || last.gen !== beat.gen || last.leaseUntil === null) return null;
  if (last.visibility !== (beat.visible ? "visible" : "hidden")) return null;
  // The beat arrived too late and was dropped: another token admitted the page.
  if (beat.openedBy !== undefined && beat.openedBy !== last.admission?.by) return null;
  if (!isPresenceRead(session.channel, settings) || !isSteady(session)) return null;
  if (session.unheardSince !== null) return null;
  const { seq, leaseUntil, leaseMs, visibility } = last;
  // The next lease may have another length: since this one began an agent was assigned, for example.
  if (leaseFor(session, visibility, false, settings) !== leaseMs) return null;
  const nextMs = cadenceForPage(session, last, settings);
  if (nextMs === 0) return null;
  const endless = renew(session, { seq, leaseUntil: Number.POSITIVE_INFINITY });
  const othersAt = deadlineOf(endless, settings) ?? Number.POSITIVE_INFINITY;
  return { seq, leaseUntil, leaseMs, othersAt, nextMs };
}

/**
 * The renewal by a beat with the number `seq` at `now`, and the session's deadline after it; null: it was
 * overtaken or a timer is due first, so the rules must decide.
 */
export function renewLease(
  { leaseMs, othersAt, ...lease }: Lease,
  seq: number,
  now: number,
): (Renewal & { readonly deadlineAt: number }) | null {
  if (seq <= lease.seq || now >= lease.leaseUntil || now >= othersAt) return null;
  const leaseUntil = now + leaseMs;
  return { seq, leaseUntil, deadlineAt: Math.min(leaseUntil, othersAt) };
}

/** The session after a renewal. Of several in a row the last one is enough. */
export function renew(session: Session, { seq, leaseUntil }: Renewal): Session {
  const last = session.pages.at(-1);
  if (!last) return session;
  const page = { ...(last.heardAt === undefined ? last : withoutHeardAt(last)), seq, leaseUntil };
  const pages = session.pages.length === 1 ? [page] : [...session.pages.slice(0, -1), page];
  return { ...session, pages, heardAt: leaseUntil - page.leaseMs };
}

/** Copying all fields but one takes longer than copying all, and pages rarely have this one. */
function withoutHeardAt({ heardAt: _, ...page }: Page): Page {
  return page;
}

/** The renewal that makes `after` of `before`; null: more than that has changed. */
export function renewalOf(before: Session, after: Session): Renewal | null {
  for (const field in after) {
    if (field === "pages" || field === "heardAt") continue;
    if (after[field as keyof Session] !== before[field as keyof Session]) return null;
  }
  const last = after.pages.length - 1;
  if (before.pages.length !== after.pages.length || last < 0) return null;
  for (let index = 0; index < last; index += 1) {
    if (before.pages[index] !== after.pages[index]) return null;
  }
  const page = after.pages[last] as Page;
  if (!isSameButForLease(before.pages[last] as Page, page)) return null;
  const { seq, leaseUntil, leaseMs } = page;
  if (leaseUntil === null || after.heardAt !== leaseUntil - leaseMs) return null;
  return { seq, leaseUntil };
}

function isSameButForLease(a: Page, b: Page): boolean {
  return (
    a.id === b.id &&
    a.gen === b.gen &&
    a.visibility === b.visibility &&
    a.leaseMs === b.leaseMs &&
    a.left === b.left &&
    a.admission?.by === b.admission?.by
  );
}
