/**
 * Generated visitors for {@link SilenceSimulation}, and what their pages' signals alone say of them.
 * @module
 */
import {
  BUFFER_MS,
  type Cut,
  leaseMsOf,
  missMsOf,
  type PageKind,
  type Visitor,
  type VisitorPlan,
} from "./silence-simulation.ts";

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface PlanOptions {
  readonly count: number;
  readonly kinds: readonly PageKind[];
  /** Pages open in this time, in milliseconds from the start. */
  readonly arriveWithinMs: number;
  /** The share of the visitors who go, at any time in between, and of these the share without a leave. */
  readonly leaving: number;
  readonly silent?: number;
  readonly leaveFrom: number;
  readonly leaveTo: number;
}

export function plansOf(random: () => number, options: PlanOptions): VisitorPlan[] {
  const { silent = 0.5 } = options;
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: options.count }, (_, index): VisitorPlan => {
    const page = {
      kind: pick(options.kinds),
      firstAt: Math.floor(random() * options.arriveWithinMs),
    };
    const at = options.leaveFrom + Math.floor(random() * (options.leaveTo - options.leaveFrom));
    const departure = random() < options.leaving ? { at, isSilent: random() < silent } : null;
    return { id: `v${index}`, pages: [page], ...(departure && { departure }) };
  });
}

/** What is known of a visitor with one page by what was heard before an instant. */
export interface LastHeard {
  readonly at: number;
  /** When the session misses unless it is heard; `null`: it may be silent by right, or has left. */
  readonly missesAt: number | null;
  /** When the visitor is offline unless they are heard. */
  readonly offlineAt: number;
}

/** `null`: the visitor was not heard before. */
export function lastHeardBefore(visitor: Visitor, instant: number): LastHeard | null {
  const [page] = visitor.pages;
  if (!page) return null;
  const at = visitor.heard.get(page.id)?.findLast((each) => each < instant);
  if (at === undefined) return null;
  if (visitor.leftAt !== null && visitor.leftAt < instant) {
    return { at: visitor.leftAt, missesAt: null, offlineAt: visitor.leftAt + BUFFER_MS };
  }
  const missMs = missMsOf(page.kind);
  const missesAt = missMs === null ? null : at + missMs;
  return { at, missesAt, offlineAt: at + leaseMsOf(page.kind) + BUFFER_MS };
}

/** What the rules make of a cut of the way of all visitors. */
export interface Expectation {
  /** When the account's eighth session misses; `null`: fewer do while the way is cut. */
  readonly unheardFrom: number | null;
  /** When the first visitor who is there would be offline, if nothing were excused; ∞: none would. */
  readonly firstOfflineAt: number;
}

export function expectationOf(visitors: Iterable<Visitor>, cut: Cut): Expectation {
  const known = [...visitors].flatMap((visitor) => {
    const heard = lastHeardBefore(visitor, cut.from);
    return heard ? [{ visitor, heard }] : [];
  });
  const lastSignalAt = Math.max(...known.map(({ heard }) => heard.at));
  const misses = known
    .flatMap(({ heard }) => heard.missesAt ?? [])
    .filter((at) => at > lastSignalAt && at < cut.to)
    .sort((a, b) => a - b);
  const there = known.filter(
    ({ visitor: { plan }, heard }) => (plan.departure?.at ?? Infinity) > heard.offlineAt,
  );
  return {
    unheardFrom: misses[7] ?? null,
    firstOfflineAt: Math.min(Infinity, ...there.map(({ heard }) => heard.offlineAt)),
  };
}
