/**
 * What happened in a period, for those who lead a help desk: who gave up waiting and after how long, which
 * verdicts a return contradicted, and how much of the agents' time verdicts released. It is read from the
 * history, in one pass.
 * @module
 */
import { countUpTo, sortInTurns } from "../async/sort-in-turns.ts";
import { TurnBudget } from "../async/turns.ts";
import type { Track } from "../core/lists.ts";
import type { Transition } from "../core/transition.ts";
import { compareNames } from "../stores/name-order.ts";
import { SplitMap } from "../stores/split-map.ts";
import type { Store } from "../stores/store.ts";
import { CONTRADICTED_WITHIN_MS, entries, type Quantiles, quantiles } from "./insights.ts";
import { dateOf, firstDayOf, type ReportPeriod, type TimeZone } from "./time-zone.ts";

const HOUR_MS = 3_600_000;
/** Of a release no more is counted: by then an agent has taken something else. */
const MAX_RELEASE_MS = 600_000;
/** How long after the period returns and the ends of releases are looked for. */
const AFTER_MS = MAX_RELEASE_MS;
/** Entries of the log are in the order of their commits, which may be later than they happened. */
const LATE_MS = HOUR_MS;
/** Sessions that are loaded together. */
const LOAD_LIMIT = 100;

/** By how much a buffer could be longer, as the curve of the advice has it. */
const LONGER_MS = [1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600].map(
  (seconds) => seconds * 1_000,
);
/** Fewer departures say too little. */
const MIN_DEPARTURES = 20;
/** A share of contradicted departures that is no reason for a longer buffer. */
const ACCEPTABLE_SHARE = 0.01;

/** Waiting times are counted up to each of these, and above the last one. */
const WAITING_MS = [30, 60, 120, 180, 300, 600, 1_200, 1_800].map((seconds) => seconds * 1_000);

export interface ReportQuery {
  readonly track: Track;
  readonly from: number;
  /** The first instant after the period. */
  readonly to: number;
  readonly timeZone: TimeZone;
  readonly by: ReportPeriod;
}

/** The verdict `user_offline`, or the move to e-mail, that ended the waiting. */
export type AbandonReason = "user_offline" | "transferred_to_email";

interface Abandoned {
  readonly session: string;
  readonly at: number;
  readonly reason: AbandonReason;
  /** `undefined`: not known yet; `null`: not known at all. */
  waitedMs: number | null | undefined;
  /** At that time; `undefined`: as it is now, unless the history says otherwise. */
  group: string | null | undefined;
}

export interface ReportedPeriod {
  /** The first day, as a date. */
  readonly date: string;
  conversations: number;
  abandoned: number;
  departures: number;
  contradicted: number;
  releasedMs: number;
}

/** An hour of the day, of all days together. */
export interface ReportedHour {
  readonly hour: number;
  conversations: number;
  abandoned: number;
}

export interface WaitingOf {
  readonly count: number;
  readonly waitedMs: Quantiles | null;
}

export interface Report {
  readonly from: number;
  readonly to: number;
  readonly periods: readonly ReportedPeriod[];
  readonly conversations: number;
  readonly abandoned: WaitingOf & {
    /** Of them, how many were back within 10 minutes. */
    readonly returned: number;
    readonly byReason: readonly (WaitingOf & { readonly reason: AbandonReason })[];
    readonly byGroup: readonly (WaitingOf & { readonly group: string | null })[];
    /** The last one has no limit (`null`). */
    readonly byWaiting: readonly { readonly upToMs: number | null; readonly count: number }[];
  };
  readonly byHour: readonly ReportedHour[];
  /** Waited, and became inactive by silence. */
  readonly silent: number;
  /** Without an agent, were moved to e-mail, whether abandoned before or not. */
  readonly movedToEmail: number;
  readonly departures: number;
  readonly contradicted: number;
  /** Departures so late that a return may still contradict them. */
  readonly undecided: number;
  /** Hours in which visitors were online, of all conversations together. */
  readonly onlineHours: number;
  /** From the verdict to the return, of contradicted ones. */
  readonly contradictedMs: Quantiles | null;
  readonly curve: readonly {
    readonly byMs: number;
    /** Departures that the visitor had undone by then. */
    readonly returned: number;
    readonly delayedMs: number;
  }[];
  /** By how much the buffer should be longer; `null`: not, or too little is known. */
  readonly adviceMs: number | null;
  readonly released: readonly {
    readonly agent: string;
    readonly count: number;
    readonly ms: number;
  }[];
}

/** Reads the account's history; returns and releases are followed for 10 minutes after the period. */
export async function report(
  store: Store,
  account: string,
  query: ReportQuery,
  now: number,
): Promise<Report> {
  const reading = new Reading(query, now);
  const { from, to, track } = query;
  for await (const { session, transition } of entries(store, account, track, from)) {
    if (transition.at > to + AFTER_MS + LATE_MS) break;
    if (transition.at <= to + AFTER_MS) reading.add(session, transition);
  }
  reading.end();
  await describe(store, account, reading.abandoned);
  return reading.result();
}

/** What is known of a session at that point of the history. */
interface Known {
  onlineSince: number | null;
  /** `undefined`: it may have waited before the period began. */
  queuedAt: number | null | undefined;
  /** The verdict that a return may undo. */
  departedAt: number | null;
  release: { readonly at: number; readonly agent: string } | null;
  abandoned: Abandoned[];
}

class Reading {
  readonly abandoned: Abandoned[] = [];
  readonly #query: ReportQuery;
  /** Until when the history is known. */
  readonly #knownUntil: number;
  readonly #known = new SplitMap<string, Known>();
  readonly #online = new Map<string, Known>();
  readonly #releases = new Map<string, { count: number; ms: number }>();
  readonly #periods = new Map<number, ReportedPeriod>();
  readonly #byHour = Array.from({ length: 24 }, (_, hour): ReportedHour => {
    return { hour, conversations: 0, abandoned: 0 };
  });
  readonly #returnsMs: number[] = [];
  #conversations = 0;
  #returned = 0;
  #silent = 0;
  #movedToEmail = 0;
  #departures = 0;
  #undecided = 0;
  #onlineMs = 0;
  /** Whose release has not ended. */
  readonly #released = new Set<Known>();

  constructor(query: ReportQuery, now: number) {
    this.#query = query;
    this.#knownUntil = Math.min(now, query.to + AFTER_MS);
    const { timeZone, from, to } = query;
    for (let day = timeZone.dayOf(from); day <= timeZone.dayOf(to - 1); day += 1)
      this.#periodOf(day);
  }

  add(session: string, transition: Transition): void {
    const known = this.#known.get(session) ?? firstKnown(transition, this.#query.from);
    this.#known.set(session, known);
    if (transition.mergedInto !== undefined) {
      this.#merge(session, known, transition.mergedInto, transition.at);
      return;
    }
    this.#addPresence(session, known, transition);
    this.#addState(session, known, transition);
    this.#addRelease(known, transition);
    const { queue, assignee, to, at } = transition;
    if (assignee !== null || to.state === "ended") known.queuedAt = null;
    else if (queue !== "none" && known.queuedAt === null) known.queuedAt = at;
    const { group } = transition.ticketChanges;
    if (!group) return;
    for (const each of known.abandoned) if (each.group === undefined) each.group = group.from;
  }

  /** The survivor goes on with what the old session was (rule 26). */
  #merge(session: string, old: Known, into: string, at: number): void {
    const survivor = this.#known.get(into) ?? { ...NOTHING_KNOWN, abandoned: [] };
    this.#known.set(into, survivor);
    survivor.queuedAt = earlier(survivor.queuedAt, old.queuedAt);
    if (old.departedAt !== null) {
      survivor.departedAt = Math.max(old.departedAt, survivor.departedAt ?? 0);
    }
    if (old.onlineSince !== null) {
      this.#addOnline(old.onlineSince, at);
      this.#online.delete(session);
    }
    this.#endRelease(old, at);
    this.#known.delete(session);
  }

  #addPresence(session: string, known: Known, { at, from, to, cause }: Transition): void {
    if (to.presence === "online" && known.onlineSince === null) {
      known.onlineSince = at;
      this.#online.set(session, known);
    } else if (to.presence !== "online" && known.onlineSince !== null) {
      this.#addOnline(known.onlineSince, at);
      known.onlineSince = null;
      this.#online.delete(session);
    }
    if (from.presence === "online" && to.presence === "offline" && this.#isInPeriod(at)) {
      this.#departures += 1;
      this.#periodAt(at).departures += 1;
      known.departedAt = at;
      if (at > this.#knownUntil - CONTRADICTED_WITHIN_MS) this.#undecided += 1;
    } else if (from.presence === "offline" && to.presence === "online") {
      const since = known.departedAt;
      known.departedAt = null;
      if (since === null) return;
      if (since > this.#knownUntil - CONTRADICTED_WITHIN_MS) this.#undecided -= 1;
      // A visitor who is here by the pages of another session has not returned (rule 26).
      if (cause === "merged") return;
      const awayMs = at - since;
      if (awayMs > AFTER_MS) return;
      this.#returnsMs.push(awayMs);
      if (awayMs <= CONTRADICTED_WITHIN_MS) this.#periodAt(since).contradicted += 1;
      const last = known.abandoned.at(-1);
      if (last && last.at === since) this.#returned += 1;
    }
  }

  #addState(session: string, known: Known, { at, from, to, assignee, cause }: Transition): void {
    if (!this.#isInPeriod(at)) return;
    if (from.state === "none" && to.state !== "none" && cause !== "merged") {
      this.#conversations += 1;
      this.#periodAt(at).conversations += 1;
      this.#hourAt(at).conversations += 1;
    }
    if (assignee !== null) return;
    const wasWaiting = from.state === "active";
    const isMoved = to.reason === "transferred_to_email" && from.state !== "ended";
    if (isMoved) this.#movedToEmail += 1;
    if (wasWaiting && to.state === "inactive" && to.reason === "user_inactive") this.#silent += 1;
    const hasLeft = to.state === "inactive" && to.reason === "user_offline";
    if (!wasWaiting || (!hasLeft && !isMoved)) return;
    const { queuedAt } = known;
    const waitedMs = typeof queuedAt === "number" ? at - queuedAt : undefined;
    const reason = hasLeft ? "user_offline" : "transferred_to_email";
    const abandoned: Abandoned = { session, at, reason, waitedMs, group: undefined };
    known.abandoned.push(abandoned);
    this.abandoned.push(abandoned);
    this.#periodAt(at).abandoned += 1;
    this.#hourAt(at).abandoned += 1;
  }

  #addRelease(known: Known, { at, from, to, assignee, capacityHeld }: Transition): void {
    const { release } = known;
    const isBack = to.state === "active" || to.state === "ended" || assignee !== release?.agent;
    if (release && isBack) this.#endRelease(known, at);
    const isAway = to.reason === "user_offline" || to.reason === "user_inactive";
    const isReleased = from.state === "active" && to.state === "inactive" && isAway;
    if (!isReleased || assignee === null || capacityHeld || !this.#isInPeriod(at)) return;
    known.release = { at, agent: assignee };
    this.#released.add(known);
  }

  #endRelease(known: Known, at: number): void {
    const { release } = known;
    if (!release) return;
    known.release = null;
    this.#released.delete(known);
    const ms = Math.min(at - release.at, MAX_RELEASE_MS);
    const sum = this.#releases.get(release.agent) ?? { count: 0, ms: 0 };
    this.#releases.set(release.agent, { count: sum.count + 1, ms: sum.ms + ms });
    this.#periodAt(release.at).releasedMs += ms;
  }

  /** What has not ended by the end of what is known. */
  end(): void {
    for (const { onlineSince } of this.#online.values()) {
      this.#addOnline(onlineSince ?? this.#knownUntil, this.#knownUntil);
    }
    for (const known of [...this.#released]) this.#endRelease(known, this.#knownUntil);
  }

  #addOnline(since: number, until: number): void {
    const { from, to } = this.#query;
    this.#onlineMs += Math.max(0, Math.min(until, to) - Math.max(since, from));
  }

  #isInPeriod(at: number): boolean {
    return at >= this.#query.from && at < this.#query.to;
  }

  #hourAt(at: number): ReportedHour {
    return this.#byHour[this.#query.timeZone.hourOf(at)] as ReportedHour;
  }

  #periodAt(at: number): ReportedPeriod {
    return this.#periodOf(this.#query.timeZone.dayOf(at));
  }

  #periodOf(day: number): ReportedPeriod {
    const first = firstDayOf(day, this.#query.by);
    let period = this.#periods.get(first);
    if (!period) {
      const none = { conversations: 0, abandoned: 0, departures: 0, contradicted: 0 };
      period = { date: dateOf(first), ...none, releasedMs: 0 };
      this.#periods.set(first, period);
    }
    return period;
  }

  async result(): Promise<Report> {
    const { from, to } = this.#query;
    const returnsMs = await sortInTurns(this.#returnsMs);
    const contradicted = countUpTo(returnsMs, CONTRADICTED_WITHIN_MS);
    const departures = this.#departures;
    const curve = LONGER_MS.map((byMs) => {
      const returned = countUpTo(returnsMs, byMs);
      return { byMs, returned, delayedMs: (departures - returned) * byMs };
    });
    const waited = await waitingOf(this.abandoned);
    return {
      from,
      to,
      periods: [...this.#periods.values()].sort((a, b) => (a.date < b.date ? -1 : 1)),
      conversations: this.#conversations,
      abandoned: {
        ...waited,
        returned: this.#returned,
        byReason: await groupedBy(this.abandoned, "reason"),
        byGroup: await groupedBy(this.abandoned, "group"),
        byWaiting: await countByWaiting(this.abandoned),
      },
      byHour: this.#byHour,
      silent: this.#silent,
      movedToEmail: this.#movedToEmail,
      departures,
      contradicted,
      undecided: this.#undecided,
      onlineHours: this.#onlineMs / HOUR_MS,
      contradictedMs: quantiles(returnsMs.subarray(0, contradicted)),
      curve,
      adviceMs: adviceOf(departures, contradicted, curve),
      released: [...this.#releases]
        .map(([agent, sum]) => ({ agent, ...sum }))
        .sort((a, b) => b.ms - a.ms || compareNames(a.agent, b.agent)),
    };
  }
}

const NOTHING_KNOWN = { onlineSince: null, queuedAt: undefined, departedAt: null, release: null };

/** What the first transition that is read says of the time before it. */
function firstKnown({ from }: Transition, start: number): Known {
  return {
    ...NOTHING_KNOWN,
    onlineSince: from.presence === "online" ? start : null,
    queuedAt: from.state === "none" ? null : undefined,
    abandoned: [],
  };
}

function earlier(
  a: number | null | undefined,
  b: number | null | undefined,
): number | null | undefined {
  if (typeof a === "number" && typeof b === "number") return Math.min(a, b);
  if (a === undefined || b === undefined) return undefined;
  return a ?? b;
}

/** Adds what the log does not tell: the group as it still is, and since when a session waited. */
async function describe(
  store: Store,
  account: string,
  abandoned: readonly Abandoned[],
): Promise<void> {
  const budget = new TurnBudget();
  for (let first = 0; first < abandoned.length; first += LOAD_LIMIT) {
    const part = abandoned.slice(first, first + LOAD_LIMIT);
    const found = await store.load(
      part.map(({ session: id }) => ({ key: { account, id }, eventIds: [] })),
    );
    for (const [index, each] of part.entries()) {
      const session = found[index]?.stored?.session;
      if (each.group === undefined) each.group = session?.ticket.group ?? null;
      const queuedAt = session?.queuedAt ?? session?.firstQueuedAt ?? null;
      // Where it has waited again since then, its earlier waiting is not known.
      const isThen = queuedAt !== null && queuedAt <= each.at;
      if (each.waitedMs === undefined) each.waitedMs = isThen ? each.at - queuedAt : null;
    }
    await budget.step();
  }
}

async function waitingOf(abandoned: readonly Abandoned[]): Promise<WaitingOf> {
  const waited = abandoned.flatMap(({ waitedMs }) => waitedMs ?? []);
  return { count: abandoned.length, waitedMs: quantiles(await sortInTurns(waited)) };
}

/** The most frequent first, of equal ones that with the first name. */
async function groupedBy<K extends "reason" | "group">(abandoned: readonly Abandoned[], key: K) {
  type Value = Exclude<Abandoned[K], undefined>;
  const groups = new Map<Value, Abandoned[]>();
  for (const each of abandoned) {
    const value = (each[key] ?? null) as Value;
    const group = groups.get(value) ?? [];
    group.push(each);
    groups.set(value, group);
  }
  const counted: (WaitingOf & Record<K, Value>)[] = [];
  for (const [value, group] of groups) {
    counted.push({ [key]: value, ...(await waitingOf(group)) } as WaitingOf & Record<K, Value>);
  }
  const nameOf = (counted: Record<K, Value>) => counted[key] ?? "";
  return counted.sort((a, b) => b.count - a.count || compareNames(nameOf(a), nameOf(b)));
}

async function countByWaiting(abandoned: readonly Abandoned[]) {
  const sorted = await sortInTurns(abandoned.flatMap(({ waitedMs }) => waitedMs ?? []));
  let counted = 0;
  return [...WAITING_MS, null].map((upToMs) => {
    const upTo = upToMs === null ? sorted.length : countUpTo(sorted, upToMs);
    const count = upTo - counted;
    counted = upTo;
    return { upToMs, count };
  });
}

/** The shortest addition that leaves no more contradicted verdicts than {@link ACCEPTABLE_SHARE}. */
function adviceOf(departures: number, contradicted: number, curve: Report["curve"]): number | null {
  const acceptable = departures * ACCEPTABLE_SHARE;
  if (departures < MIN_DEPARTURES || contradicted <= acceptable) return null;
  // Never more than a minute: after that a return is no contradiction.
  return curve.find(({ returned }) => contradicted - returned <= acceptable)?.byMs ?? null;
}
