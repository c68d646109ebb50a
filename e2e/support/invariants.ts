/**
 * Invariants of visitors, transition log, stream and webhooks that hold through any outage.
 * @module
 */
import type { Transition } from "./collector.ts";
import type { FleetPage } from "./fleet-page.ts";
import type { VisitorFleet } from "./visitor-fleet.ts";

export interface InvariantReport {
  readonly transitions: number;
  /** Ids that the log contains twice. */
  readonly duplicated: readonly string[];
  /** Sessions whose sequence numbers in the log are not 1, 2, 3, … */
  readonly withGaps: readonly string[];
  /** Sessions that were ever offline, without those whose page stayed and was held up by the machine before that. */
  readonly offline: readonly string[];
  /** Pages that went offline although a signal of theirs was applied in time, with the instants. */
  readonly falselyOffline: readonly string[];
  /** Sessions whose page left, and that did not end up offline. */
  readonly missedDepartures: readonly string[];
  /** Transitions in the log that the stream or the webhook never delivered in the same form. */
  readonly undelivered: readonly string[];
  /** The ids among them that were never delivered at all. */
  readonly undeliveredIds: readonly string[];
  /** Delivered transitions that are not in the log, or differ from it. */
  readonly mismatched: readonly string[];
  /** Ids that the stream delivered twice; a webhook may deliver twice. */
  readonly streamedTwice: readonly string[];
  /** Sessions with a transition whose first delivery followed that of a later one. */
  readonly outOfOrder: readonly string[];
  /** Staying pages that may have had no signal applied for longer than lease and buffer. */
  readonly silent: readonly string[];
}

/** A collector does not use a reading of the store's clock that took longer. */
const CLOCKS_DIFFER_MS = 500;

/** What a report without violations matches. */
export const NO_VIOLATIONS = {
  duplicated: [],
  withGaps: [],
  falselyOffline: [],
  missedDepartures: [],
  undelivered: [],
  mismatched: [],
  streamedTwice: [],
  outOfOrder: [],
} as const satisfies Partial<InvariantReport>;

/** @param offlineAfterMs the silence after which a visitor is offline: lease and buffer */
export function checkInvariants(
  visitors: VisitorFleet,
  log: readonly Transition[],
  offlineAfterMs: number,
): InvariantReport {
  const { staying, leaving } = visitors;
  const pages = [...staying, ...leaving];
  const streamed = visitors.stream.received;
  const delivered = visitors.receiver.accepted.map(({ message }) => message.data);
  const of = ({ session }: FleetPage) => log.filter((each) => each.session === session);
  const offlineOf = (page: FleetPage) => of(page).filter(isOffline);
  return {
    transitions: log.length,
    duplicated: duplicates(log.map(({ id }) => id)),
    withGaps: sessionsOf(
      pages.filter((page) => of(page).some(({ seq }, index) => seq !== index + 1)),
    ),
    offline: sessionsOf([
      ...leaving.filter((page) => offlineOf(page).length > 0),
      ...staying.filter((page) =>
        offlineOf(page).some(({ at }) => {
          const offlineAt = Date.parse(at);
          return !page.wasHeldUpBetween(offlineAt - offlineAfterMs, offlineAt);
        }),
      ),
    ]).toSorted(),
    falselyOffline: pages.flatMap((page) =>
      offlineOf(page)
        .filter(({ at }) => wasFalselyOffline(page, at, offlineAfterMs))
        .map(({ at }) => `${page.session}, ${page.signalsUntil(at)}`),
    ),
    missedDepartures: sessionsOf(
      leaving.filter((page) => of(page).at(-1)?.to.presence !== "offline"),
    ),
    undelivered: [...notIn(log, streamed), ...notIn(log, delivered)],
    undeliveredIds: [...idsNotIn(log, streamed), ...idsNotIn(log, delivered)],
    mismatched: [...notIn(streamed, log), ...notIn(delivered, log)],
    streamedTwice: duplicates(streamed.map(({ id }) => id)),
    outOfOrder: [...findOutOfOrder(streamed), ...findOutOfOrder(delivered)],
    silent: sessionsOf(staying.filter(({ maxSilenceMs }) => maxSilenceMs > offlineAfterMs)),
  };
}

function isOffline({ from, to }: Transition): boolean {
  return from.presence !== "offline" && to.presence === "offline";
}

/**
 * Whether a signal was applied within lease and buffer before the offline at `at`. That instant is of the
 * store's clock, which a collector reads with an error, and the signals' are of this process's.
 */
function wasFalselyOffline(page: FleetPage, at: string, offlineAfterMs: number): boolean {
  const offlineAt = Date.parse(at);
  return page.signalledBetween(offlineAt - offlineAfterMs + CLOCKS_DIFFER_MS, offlineAt);
}

/** The ids of transitions that `some` does not contain in exactly the same form. */
function notIn(all: readonly Transition[], some: readonly Transition[]): readonly string[] {
  const known = new Map(some.map((each) => [each.id, JSON.stringify(each)]));
  return all.filter((each) => known.get(each.id) !== JSON.stringify(each)).map(({ id }) => id);
}

function idsNotIn(all: readonly Transition[], some: readonly Transition[]): readonly string[] {
  const known = new Set(some.map(({ id }) => id));
  return all.map(({ id }) => id).filter((id) => !known.has(id));
}

/** Only first deliveries count, because a receiver drops duplicates by their id. */
function findOutOfOrder(delivered: readonly Transition[]): readonly string[] {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  const found = new Set<string>();
  for (const { id, session, seq } of delivered) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (seq < (last.get(session) ?? 0)) found.add(session);
    last.set(session, seq);
  }
  return [...found];
}

function duplicates(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const id of ids) {
    if (seen.has(id)) found.push(id);
    seen.add(id);
  }
  return found;
}

function sessionsOf(pages: readonly FleetPage[]): readonly string[] {
  return pages.map(({ session }) => session);
}
