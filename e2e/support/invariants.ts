/**
 * What must hold of visitors and of what was told of them, whatever happened to collectors and store.
 * @module
 */
import type { Transition } from "./collector.ts";
import type { Page } from "./fleet-page.ts";
import type { VisitorFleet } from "./visitor-fleet.ts";

export interface Report {
  readonly transitions: number;
  /** Ids that are in the log twice. */
  readonly doubled: readonly string[];
  /** Sessions whose numbers in the log are not 1, 2, 3, … */
  readonly gapped: readonly string[];
  /** Sessions that were offline at any time. */
  readonly offline: readonly string[];
  /** Sessions that were marked offline although something of them had been heard in time. */
  readonly wronged: readonly string[];
  /** Sessions whose page left, and that were not offline in the end. */
  readonly missed: readonly string[];
  /** Transitions in the log that the stream or the webhook never told. */
  readonly untold: readonly string[];
  /** Those of them whose very id was never told. */
  readonly untoldIds: readonly string[];
  /** Transitions that were told and are not in the log, or are otherwise there. */
  readonly invented: readonly string[];
  /** Ids that the stream told twice; a webhook may. */
  readonly streamedTwice: readonly string[];
  /** Sessions of which something new was told after something later. */
  readonly disordered: readonly string[];
  /** Pages that stayed, and of which for too long nothing may have been heard. */
  readonly silent: readonly string[];
  /** How long after the last instant at which it should have been due an offline was told. */
  readonly latestMs: number;
}

/** A report on which nothing is wrong. */
export const NOTHING_WRONG = {
  doubled: [],
  gapped: [],
  wronged: [],
  missed: [],
  untold: [],
  invented: [],
  streamedTwice: [],
  disordered: [],
} as const satisfies Partial<Report>;

/** @param waitMs after so long without a word a visitor is offline */
export function compare(crowd: VisitorFleet, log: readonly Transition[], waitMs: number): Report {
  const { staying, leaving } = crowd;
  const pages = [...staying, ...leaving];
  const streamed = crowd.stream.told.map(({ transition }) => transition);
  const posted = crowd.receiver.taken.map(({ message }) => message.data);
  const of = ({ session }: Page) => log.filter((each) => each.session === session);
  const offlineOf = (page: Page) => of(page).filter(isOffline);
  return {
    transitions: log.length,
    doubled: twice(log.map(({ id }) => id)),
    gapped: names(pages.filter((page) => of(page).some(({ seq }, index) => seq !== index + 1))),
    offline: names(pages.filter((page) => offlineOf(page).length > 0)).toSorted(),
    wronged: names(
      pages.filter((page) => offlineOf(page).some(({ at }) => isWrong(page, at, waitMs))),
    ),
    missed: names(leaving.filter((page) => of(page).at(-1)?.to.presence !== "offline")),
    untold: [...lacking(log, streamed), ...lacking(log, posted)],
    untoldIds: [...lackingIds(log, streamed), ...lackingIds(log, posted)],
    invented: [...lacking(streamed, log), ...lacking(posted, log)],
    streamedTwice: twice(streamed.map(({ id }) => id)),
    disordered: [...disordered(streamed), ...disordered(posted)],
    silent: names(staying.filter(({ silenceMs }) => silenceMs > waitMs)),
    latestMs: Math.max(...leaving.map((page) => toldAfterMs(crowd, page) - waitMs)),
  };
}

function isOffline({ from, to }: Transition): boolean {
  return from.presence !== "offline" && to.presence === "offline";
}

/** Nobody is offline who was heard within lease and buffer. */
function isWrong(page: Page, at: string, waitMs: number): boolean {
  const offlineAt = Date.parse(at);
  return page.wasHeard(offlineAt - waitMs, offlineAt);
}

/** From the last that can have been heard of a page to when it was told to be offline. */
function toldAfterMs({ stream }: VisitorFleet, page: Page): number {
  const told = stream.told.findLast(
    ({ transition }) => transition.session === page.session && isOffline(transition),
  );
  return (told?.toldAt ?? Number.POSITIVE_INFINITY) - page.triedUntil;
}

/** Those of the one that are not, just so, in the other. */
function lacking(all: readonly Transition[], some: readonly Transition[]): readonly string[] {
  const there = new Map(some.map((each) => [each.id, JSON.stringify(each)]));
  return all.filter((each) => there.get(each.id) !== JSON.stringify(each)).map(({ id }) => id);
}

function lackingIds(all: readonly Transition[], some: readonly Transition[]): readonly string[] {
  const there = new Set(some.map(({ id }) => id));
  return all.map(({ id }) => id).filter((id) => !there.has(id));
}

/** Only what is told for the first time counts: a receiver drops the rest by its id. */
function disordered(told: readonly Transition[]): readonly string[] {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  const found = new Set<string>();
  for (const { id, session, seq } of told) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (seq < (last.get(session) ?? 0)) found.add(session);
    last.set(session, seq);
  }
  return [...found];
}

function twice(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const id of ids) {
    if (seen.has(id)) found.push(id);
    seen.add(id);
  }
  return found;
}

function names(pages: readonly Page[]): readonly string[] {
  return pages.map(({ session }) => session);
}
