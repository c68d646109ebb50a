/**
 * Presence (rules 1 to 6): leases per page, and the buffer once the last page is gone. This module
 * does not depend on messages, tickets or queues.
 * @module
 */

import { admissionOf, withoutAdmissions } from "./admission.ts";
import { BEATS_PER_LEASE, beatMs } from "./cadence.ts";
import type { LeaveInput, SignalInput } from "./input.ts";
import type { Presence, Visibility } from "./lists.ts";
import type { Buffer, Page, Session } from "./session.ts";
import type { Settings } from "./settings.ts";

/**
 * How many pages a session keeps after they are gone. Their entries stop a signal that arrives
 * after its page's leave from reviving the page.
 */
const MAX_GONE_PAGES = 16;

/** Living pages with an entry of their own; further ones share one entry with the latest lease. */
const MAX_LIVING_PAGES = 32;
const OVERFLOW_PAGE = "+";

/** Long, because the browser still sends the deferred leave when it closes the frozen page. */
const ARMED_FROZEN_LEASE_MS = 900_000;

/** Whether signals of this channel's pages are applied (rule 16). */
export function isPresenceRead(channel: string, settings: Settings): boolean {
  return settings.presence.mode === "on" && settings.presence.channels.includes(channel);
}

/** Presence as the API shows it; `unsupported` takes precedence over `ignored`. */
export function shownPresence(session: Session, settings: Settings): Presence {
  if (!settings.presence.channels.includes(session.channel)) return "unsupported";
  return settings.presence.mode === "on" ? session.presence : "ignored";
}

export function isAlive(page: Page): boolean {
  return page.leaseUntil !== null;
}

/** Whether a further signal of the last page would change neither presence nor another page. */
export function isSteady({ presence, buffer, pages }: Session): boolean {
  const gone = pages.filter((page) => !isAlive(page)).length;
  return presence === "online" && buffer === null && gone < MAX_GONE_PAGES;
}

/** Renews the page's lease and cancels the buffer; an outdated signal is dropped (rule 3). */
export function applySignal(
  session: Session,
  signal: SignalInput,
  now: number,
  settings: Settings,
): Session {
  const existing = session.pages.find((page) => page.id === signal.page);
  if (existing && isOutdated(existing, signal)) return session;
  const visibility = visibilityOf(signal);
  const leaseMs = leaseFor(session, visibility, signal.armed, settings);
  if (!existing && session.pages.filter(isAlive).length >= MAX_LIVING_PAGES) {
    return applyOverflowSignal(session, visibility, leaseMs, now);
  }
  const page: Page = {
    id: signal.page,
    gen: signal.gen,
    seq: signal.seq,
    visibility,
    leaseMs,
    leaseUntil: now + leaseMs,
    left: false,
    ...admissionOf(existing, signal.openedBy, now),
  };
  return {
    ...session,
    pages: withPage(session.pages, page),
    heardAt: now,
    buffer: null,
    presence: "online",
  };
}

function applyOverflowSignal(
  session: Session,
  visibility: Visibility,
  leaseMs: number,
  now: number,
): Session {
  const overflow = session.pages.find(({ id }) => id === OVERFLOW_PAGE);
  const page: Page = {
    id: OVERFLOW_PAGE,
    gen: 0,
    seq: (overflow?.seq ?? 0) + 1,
    visibility,
    leaseMs,
    leaseUntil: Math.max(overflow?.leaseUntil ?? 0, now + leaseMs),
    left: false,
  };
  return { ...session, pages: withPage(session.pages, page), heardAt: now, buffer: null };
}

/** Rule 3: the number is not above the last one, or the generation has already left. */
function isOutdated(page: Page, signal: SignalInput): boolean {
  if (signal.gen !== page.gen) return signal.gen < page.gen;
  return page.left || signal.seq <= page.seq;
}

/** Marks the page as left. Only a page that was believed alive starts or lengthens the buffer. */
export function applyLeave(
  session: Session,
  { page: id, gen, to }: LeaveInput,
  now: number,
  settings: Settings,
): Session {
  const existing = session.pages.find((page) => page.id === id);
  if (existing && (gen < existing.gen || (gen === existing.gen && existing.left))) return session;
  const seq = existing?.gen === gen ? existing.seq : 0;
  const gone: Page = {
    id,
    gen,
    seq,
    visibility: "hidden",
    leaseMs: 0,
    leaseUntil: null,
    left: true,
    ...admissionOf(existing, undefined, now),
  };
  const pages = withPage(session.pages, gone);
  if (!existing || !isAlive(existing)) return { ...session, pages };
  const buffer = laterBuffer(session.buffer, now, bufferFor(to, settings));
  return { ...session, pages, heardAt: now, buffer };
}

/** The page's lease ran out. The page did not leave, but the buffer starts as if it had. */
export function expireLease(
  session: Session,
  page: Page,
  now: number,
  settings: Settings,
): Session {
  return {
    ...session,
    pages: withPage(session.pages, { ...page, leaseUntil: null, heardAt: pageHeardAt(page) }),
    buffer: laterBuffer(session.buffer, now, settings.presence.bufferMs),
  };
}

/** The buffer ended and no page reported. */
export function goOffline(session: Session, now: number): Session {
  const pages = withoutAdmissions(session.pages);
  return { ...session, pages, buffer: null, presence: "offline", offlineAt: now };
}

/** When the page's last signal was received. An excuse prolongs its lease, and does not count as one. */
export function pageHeardAt({ heardAt, leaseUntil, leaseMs }: Page): number {
  return heardAt ?? (leaseUntil ?? 0) - leaseMs;
}

/** Rule 6: pages could not report during an outage, so leases and the buffer start again. */
export function extendAfterOutage(session: Session, now: number): Session {
  const pages = session.pages.map((page) => {
    const leaseUntil = now + page.leaseMs;
    if (page.leaseUntil === null || page.leaseUntil >= leaseUntil) return page;
    return { ...page, leaseUntil, heardAt: pageHeardAt(page) };
  });
  const running = bufferEndsAt(session) === null ? null : session.buffer;
  const buffer = running && {
    ...running,
    endsAt: Math.max(running.endsAt, now + running.lengthMs),
  };
  return { ...session, pages, buffer: buffer ?? session.buffer };
}

/** The living page whose lease ends first. */
export function earliestLease(session: Session): Page | null {
  let earliest: Page | null = null;
  for (const page of session.pages) {
    if (page.leaseUntil === null) continue;
    if (!earliest?.leaseUntil || page.leaseUntil < earliest.leaseUntil) earliest = page;
  }
  return earliest;
}

/** When presence turns offline unless a page reports; `null` while no buffer runs. */
export function bufferEndsAt(session: Session): number | null {
  if (session.presence !== "online" || session.pages.some(isAlive)) return null;
  return session.buffer?.endsAt ?? null;
}

function visibilityOf(signal: SignalInput): Visibility {
  if (signal.signal === "freeze") return "frozen";
  if (signal.signal === "hidden") return "hidden";
  if (signal.signal === "visible") return "visible";
  return signal.visible ? "visible" : "hidden";
}

/** Rule 5: the lease length. By default a visible page gets 1.5 times its next beat interval. */
export function leaseFor(
  session: Session,
  visibility: Visibility,
  armed: boolean,
  settings: Settings,
): number {
  const { leaseMs } = settings.presence;
  if (visibility === "frozen")
    return leaseMs.frozen ?? (armed ? ARMED_FROZEN_LEASE_MS : leaseMs.hidden);
  if (visibility !== "visible") return leaseMs.hidden;
  return leaseMs.visible ?? Math.round(BEATS_PER_LEASE * beatMs(session, visibility, settings));
}

function bufferFor(to: LeaveInput["to"], { presence }: Settings): number {
  if (to === "page") return presence.navigationBufferMs;
  if (to === "away") return presence.awayBufferMs;
  return to === "gone" ? presence.closeBufferMs : presence.bufferMs;
}

function laterBuffer(buffer: Buffer | null, now: number, lengthMs: number): Buffer {
  return buffer && buffer.endsAt > now + lengthMs ? buffer : { endsAt: now + lengthMs, lengthMs };
}

/** The pages in the order of their last signal, with only the latest of the gone ones. */
function withPage(pages: readonly Page[], page: Page): readonly Page[] {
  const others = pages.filter((other) => other.id !== page.id);
  const gone = others.filter((other) => !isAlive(other));
  const dropped = new Set(gone.slice(0, Math.max(0, gone.length - MAX_GONE_PAGES + 1)));
  return [...others.filter((other) => !dropped.has(other)), page];
}

/** The pages of two sessions as one has them (rule 26); of two with the same id, the newer one. */
export function joinPages(a: readonly Page[], b: readonly Page[]): readonly Page[] {
  const byId = new Map<string, Page>();
  for (const page of [...a, ...b]) {
    const other = byId.get(page.id);
    if (!other || isNewer(page, other)) byId.set(page.id, page);
  }
  const pages = [...byId.values()];
  const gone = pages.filter((page) => !isAlive(page)).slice(-MAX_GONE_PAGES);
  const living = pages.filter(isAlive).sort((p, q) => pageHeardAt(p) - pageHeardAt(q));
  return [...gone, ...withOverflow(living)];
}

function isNewer(page: Page, other: Page): boolean {
  if (page.gen !== other.gen) return page.gen > other.gen;
  if (page.left !== other.left) return page.left;
  return page.seq > other.seq;
}

/** Where there are too many living pages, those heard longest ago share one entry. */
function withOverflow(living: readonly Page[]): readonly Page[] {
  const own = living.filter(({ id }) => id !== OVERFLOW_PAGE);
  if (own.length <= MAX_LIVING_PAGES) return living;
  const excess = own.slice(0, own.length - MAX_LIVING_PAGES);
  const shared = living.filter((page) => page.id === OVERFLOW_PAGE || excess.includes(page));
  const last = shared.reduce((p, q) => ((p.leaseUntil ?? 0) > (q.leaseUntil ?? 0) ? p : q));
  const seq = Math.max(...shared.map((page) => page.seq));
  const { admission: _, ...overflow } = { ...last, id: OVERFLOW_PAGE, gen: 0, seq };
  return [overflow, ...own.slice(-MAX_LIVING_PAGES)];
}
