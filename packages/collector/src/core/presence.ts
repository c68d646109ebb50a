/**
 * Presence (rules 1 to 6): leases per page, and the buffer once the last page has gone. Nothing here
 * knows of messages, tickets or queues.
 * @module
 */

import { beatMs } from "./cadence.ts";
import type { LeaveInput, SignalInput } from "./input.ts";
import type { Buffer, Page, Presence, Session, Visibility } from "./session.ts";
import type { Settings } from "./settings.ts";

/**
 * How many pages that have gone are remembered. Their memory keeps a signal that was overtaken by
 * its own leave from reviving them; it would have to be overtaken by this many pages to succeed.
 */
const GONE_PAGES_KEPT = 16;

/** Living pages that are told apart; any more share one entry, which lives as long as the last. */
const LIVING_PAGES_MOST = 32;
const ONE_MORE = "+";

/** A frozen page cannot speak, but the browser that holds its leave will if it closes. */
const ARMED_FROZEN_MS = 900_000;

/** Whether anybody listens to this session's pages (rule 16). */
export function isPresenceRead(channel: string, settings: Settings): boolean {
  return settings.presence.mode === "on" && settings.presence.channels.includes(channel);
}

/** Presence as it is shown: `unsupported` wins over `ignored`. */
export function shownPresence(session: Session, settings: Settings): Presence {
  if (!settings.presence.channels.includes(session.channel)) return "unsupported";
  return settings.presence.mode === "on" ? session.presence : "ignored";
}

export function isAlive(page: Page): boolean {
  return page.leaseUntil !== null;
}

/** One more signal of the page that was heard last would leave presence and every other page alone. */
export function isSteady({ presence, buffer, pages }: Session): boolean {
  const gone = pages.filter((page) => !isAlive(page)).length;
  return presence === "online" && buffer === null && gone < GONE_PAGES_KEPT;
}

/** A living page reports: its lease is renewed and the buffer forgotten, or the signal is dropped. */
export function applySignal(
  session: Session,
  signal: SignalInput,
  now: number,
  settings: Settings,
): Session {
  const known = session.pages.find((page) => page.id === signal.page);
  if (known && isOvertaken(known, signal)) return session;
  const visibility = visibilityOf(signal);
  const leaseMs = leaseFor(session, visibility, signal.armed, settings);
  if (!known && session.pages.filter(isAlive).length >= LIVING_PAGES_MOST) {
    return hearOneMore(session, visibility, leaseMs, now);
  }
  const page: Page = {
    id: signal.page,
    gen: signal.gen,
    seq: signal.seq,
    visibility,
    leaseMs,
    leaseUntil: now + leaseMs,
    left: false,
  };
  return {
    ...session,
    pages: withPage(session.pages, page),
    heardAt: now,
    buffer: null,
    presence: "online",
  };
}

function hearOneMore(
  session: Session,
  visibility: Visibility,
  leaseMs: number,
  now: number,
): Session {
  const others = session.pages.find(({ id }) => id === ONE_MORE);
  const page: Page = {
    id: ONE_MORE,
    gen: 0,
    seq: (others?.seq ?? 0) + 1,
    visibility,
    leaseMs,
    leaseUntil: Math.max(others?.leaseUntil ?? 0, now + leaseMs),
    left: false,
  };
  return { ...session, pages: withPage(session.pages, page), heardAt: now, buffer: null };
}

/** Rule 3: not above the last seen, or of a generation that has said its last word. */
function isOvertaken(known: Page, signal: SignalInput): boolean {
  if (signal.gen !== known.gen) return signal.gen < known.gen;
  return known.left || signal.seq <= known.seq;
}

/** A page says that it leaves. Only a page that was believed alive starts or lengthens a buffer. */
export function leave(
  session: Session,
  { page: id, gen, to }: LeaveInput,
  now: number,
  settings: Settings,
): Session {
  const known = session.pages.find((page) => page.id === id);
  if (known && (gen < known.gen || (gen === known.gen && known.left))) return session;
  const seq = known?.gen === gen ? known.seq : 0;
  const gone: Page = {
    id,
    gen,
    seq,
    visibility: "hidden",
    leaseMs: 0,
    leaseUntil: null,
    left: true,
  };
  const pages = withPage(session.pages, gone);
  if (!known || !isAlive(known)) return { ...session, pages };
  const buffer = laterBuffer(session.buffer, now, bufferFor(to, settings));
  return { ...session, pages, heardAt: now, buffer };
}

/** A page's lease has run out: silence, not leaving, but the buffer starts all the same. */
export function loseLease(session: Session, page: Page, now: number, settings: Settings): Session {
  return {
    ...session,
    pages: withPage(session.pages, { ...page, leaseUntil: null }),
    buffer: laterBuffer(session.buffer, now, settings.presence.bufferMs),
  };
}

/** The buffer is over and nobody came back. */
export function goOffline(session: Session, now: number): Session {
  return { ...session, buffer: null, presence: "offline", offlineAt: now };
}

/** Rule 6: silence was the collector's own fault, so whoever was alive or expected gets a whole wait. */
export function excuseSilence(session: Session, now: number): Session {
  const pages = session.pages.map((page) =>
    page.leaseUntil === null
      ? page
      : { ...page, leaseUntil: Math.max(page.leaseUntil, now + page.leaseMs) },
  );
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

/** When presence turns offline unless a page is heard; null while a page lives or none was there. */
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

/** Rule 5. A visible page is trusted for one and a half of the beats that it is about to be told. */
export function leaseFor(
  session: Session,
  visibility: Visibility,
  armed: boolean,
  settings: Settings,
): number {
  const { leaseMs } = settings.presence;
  if (visibility === "frozen") return leaseMs.frozen ?? (armed ? ARMED_FROZEN_MS : leaseMs.hidden);
  if (visibility !== "visible") return leaseMs.hidden;
  return leaseMs.visible ?? Math.round(1.5 * beatMs(session, visibility, settings));
}

function bufferFor(to: LeaveInput["to"], { presence }: Settings): number {
  if (to === "page") return presence.navigationBufferMs;
  return to === "gone" ? presence.closeBufferMs : presence.bufferMs;
}

function laterBuffer(buffer: Buffer | null, now: number, lengthMs: number): Buffer {
  return buffer && buffer.endsAt > now + lengthMs ? buffer : { endsAt: now + lengthMs, lengthMs };
}

/** Pages in the order in which they were last heard of, without those that went longest ago. */
function withPage(pages: readonly Page[], page: Page): readonly Page[] {
  const others = pages.filter((other) => other.id !== page.id);
  const gone = others.filter((other) => !isAlive(other));
  const dropped = new Set(gone.slice(0, Math.max(0, gone.length - GONE_PAGES_KEPT + 1)));
  return [...others.filter((other) => !dropped.has(other)), page];
}
