/**
 * What is true about a session's visitor, from what its pages sent and which answers they got; it knows
 * nothing of the collector's state. From this follow two instants for each session: before `notBefore`
 * nobody may call the visitor gone, and after `notAfter` they must be.
 * @module
 */
import type { LeaveDestination } from "../core/lists.ts";
import type { PageKind, Times } from "./times.ts";

/** A signal as it reached a collector. */
export interface Arrived {
  readonly page: PageTruth;
  readonly at: number;
  /** (generation, number): rule 3. A leave is the last of its generation. */
  readonly gen: number;
  readonly seq: number;
  /** `null`: a leave. */
  readonly kind: PageKind | null;
  readonly to: LeaveDestination | null;
  /** It came after something later of its page, so it may count for nothing. */
  readonly isOutdated: boolean;
}

/** What became of a signal: an answer with the next beat, a refusal, or it is not known. */
export type Fate =
  | { readonly is: "accepted"; readonly nextMs: number }
  | { readonly is: "refused" }
  | { readonly is: "unknown" };

/** A page's life as one signal leaves it: the lease from `fromAt` on, and then the buffer. */
export interface Life {
  readonly gen: number;
  readonly seq: number;
  readonly fromAt: number;
  readonly leaseMs: number;
  readonly bufferMs: number;
  readonly endsAt: number;
}

const NEVER: Life = {
  gen: -1,
  seq: -1,
  fromAt: Number.NEGATIVE_INFINITY,
  leaseMs: 0,
  bufferMs: 0,
  endsAt: Number.NEGATIVE_INFINITY,
};

/** The last signal of a living page that was accepted: between which instants, and what it was told. */
interface Heard {
  readonly from: number;
  readonly until: number;
  readonly toldMs: number;
  readonly isVisible: boolean;
}

export class PageTruth {
  /** `null`: it was not, or the page has left since. */
  heard: Heard | null = null;
  /** The last signal that was accepted, at its shortest. */
  accepted = NEVER;
  /** Signals that may have been applied since, at their shortest. */
  readonly possible = new Map<Arrived, Life>();
  /** At their longest, of all signals that may be the last one that was applied. */
  longest: Life[] = [];
  /** Signals in a collector that have no answer yet. */
  inFlight = 0;
  latest = { gen: -1, seq: -1 };
  toldMs: number[] = [];
}

/** How long after a failure what was asked of the store may still happen. */
export const LATE_EFFECT_MS = 9_000;

/** How far apart the clocks of two collectors may be, and a twentieth of a long lease. */
const CLOCKS_MS = 2_500;

export class SessionTruth {
  readonly pages = new Map<string, PageTruth>();
  readonly #times: Times;
  /** Signals that arrive before protect nobody: presence was switched, or the session erased. */
  #countsFrom = Number.NEGATIVE_INFINITY;
  /** When the session was last called gone: what its pages were told before says nothing of the next lease. */
  #goneAt = Number.NEGATIVE_INFINITY;
  /** When a signal of a living page may last have been applied: it ended any buffer (rule 2). */
  #lastLivingAt = Number.NEGATIVE_INFINITY;
  #livingInFlight = 0;

  /** Those whose sessions have become one, this one included (rule 26). */
  #joined = new Set<SessionTruth>([this]);

  constructor(times: Times) {
    this.#times = times;
  }

  get isJoined(): boolean {
    return this.#joined.size > 1;
  }

  /** From now on the pages of both are of one session. */
  join(other: SessionTruth): void {
    const joined = new Set([...this.#joined, ...other.#joined]);
    for (const truth of joined) truth.#joined = joined;
  }

  /** The pages of the session. */
  get #all(): readonly PageTruth[] {
    return [...this.#joined].flatMap(({ pages }) => [...pages.values()]);
  }

  arrive(id: string, signal: Omit<Arrived, "page" | "isOutdated">): Arrived {
    const page = this.pages.get(id) ?? new PageTruth();
    this.pages.set(id, page);
    const isOutdated = isLater(page.latest, signal);
    const arrived = { ...signal, page, isOutdated };
    page.inFlight += 1;
    if (signal.kind) this.#livingInFlight += 1;
    if (!isOutdated) page.latest = { gen: signal.gen, seq: signal.seq };
    if (isLater(signal, page.accepted)) {
      page.possible.set(arrived, this.#life(arrived, "min", []));
    }
    return arrived;
  }

  settle(arrived: Arrived, fate: Fate, now: number): void {
    const { page } = arrived;
    page.inFlight -= 1;
    if (arrived.kind) this.#livingInFlight -= 1;
    if (fate.is === "refused") {
      page.possible.delete(arrived);
      return;
    }
    const mayApplyUntil = fate.is === "accepted" ? now : now + LATE_EFFECT_MS;
    if (arrived.kind) this.#lastLivingAt = Math.max(this.#lastLivingAt, mayApplyUntil);
    this.#lengthen(arrived, fate, mayApplyUntil);
    if (fate.is !== "accepted" || arrived.at < this.#countsFrom) return;
    if (arrived.kind && arrived.at > this.#goneAt) {
      page.toldMs = [fate.nextMs, ...page.toldMs].slice(0, 2);
    }
    if (!isLater(arrived, page.accepted)) return;
    for (const each of page.possible.keys()) {
      if (!isLater(each, arrived)) page.possible.delete(each);
    }
    const life = this.#life(arrived, "min", fate.nextMs > 0 ? [fate.nextMs] : []);
    const isVisible = arrived.kind?.visibility === "visible";
    const heard = { from: arrived.at, until: now, toldMs: fate.nextMs, isVisible };
    page.heard = arrived.kind ? heard : null;
    // A leave ends what runs, never later, and a page that is first heard of by it was never there.
    const endsAt = arrived.kind ? life.endsAt : Math.min(life.endsAt, page.accepted.endsAt);
    // A page whose lease had run out had gone by then, and its leave is no second one.
    const { fromAt, leaseMs } = page.accepted;
    const hadGone = !arrived.kind && fromAt + leaseMs <= arrived.at;
    page.accepted = { ...life, ...(hadGone && { fromAt, leaseMs }), endsAt };
    if (arrived.kind && fate.nextMs === 0) page.accepted = { ...life, endsAt: arrived.at };
  }

  /** What the signal may have prolonged at the most. One that was accepted ends all before it. */
  #lengthen(arrived: Arrived, fate: Fate, at: number): void {
    const { page, kind, isOutdated } = arrived;
    const isAccepted = fate.is === "accepted";
    // The leave of a generation that has left already changes nothing.
    if (!kind && isAccepted && !isLater(arrived, page.accepted)) return;
    // The lease is of the state before the signal; a return, for one, may change it.
    const isSteady = isAccepted && fate.nextMs > 0 && page.toldMs[0] === fate.nextMs;
    const told = isSteady ? [fate.nextMs] : [];
    const life = this.#endingLater(arrived, this.#life({ ...arrived, at }, "max", told));
    const others = page.longest.filter((each) => !isAccepted || isOutdated || isLater(each, life));
    page.longest = [...others, life];
  }

  /** A leave after the page's lease ran out does not shorten the buffer that runs (rule 2). */
  #endingLater({ page, kind }: Arrived, life: Life): Life {
    const { fromAt, leaseMs } = page.accepted;
    if (kind || life.fromAt < fromAt + leaseMs - CLOCKS_MS) return life;
    const bufferMs = Math.max(life.bufferMs, this.#times.buffer(null).max);
    return { ...life, bufferMs, endsAt: life.fromAt + bufferMs };
  }

  #life(
    { gen, seq, at, kind, to }: Omit<Arrived, "page" | "isOutdated">,
    which: "min" | "max",
    told: readonly number[],
  ): Life {
    const leaseMs = kind ? this.#times.lease(kind, told)[which] : 0;
    const bufferMs = this.#times.buffer(kind ? null : to)[which];
    return { gen, seq, fromAt: at, leaseMs, bufferMs, endsAt: at + leaseMs + bufferMs };
  }

  /** Nothing that arrives before `at` protects the visitor. */
  forgetUntil(at: number): void {
    this.#countsFrom = at;
    for (const page of this.pages.values()) {
      page.accepted = { ...page.accepted, endsAt: Number.NEGATIVE_INFINITY };
    }
  }

  /** Settings changed: a lease that runs out later begins a buffer of another length. */
  timesChanged(): void {
    const { min, max } = this.#times.buffer(null);
    for (const page of this.pages.values()) {
      page.accepted = withBuffer(page.accepted, Math.min(page.accepted.bufferMs, min));
      for (const [arrived, life] of page.possible) {
        page.possible.set(arrived, withBuffer(life, Math.min(life.bufferMs, min)));
      }
      page.longest = page.longest.map((life) => withBuffer(life, Math.max(life.bufferMs, max)));
    }
  }

  /** Whether a living page of the session surely was heard after `at`. */
  isHeardAfter(at: number): boolean {
    return this.#all.some(({ heard }) => heard !== null && heard.from > at);
  }

  /** Rule 6: nobody could be heard until `until`, so what ran at `from` begins again. */
  excuse(from: number, until: number): void {
    // A buffer runs only where no page may be alive.
    const mayBeAlive = this.#all.some(({ accepted, possible, longest }) =>
      [accepted, ...possible.values(), ...longest].some((life) => isAlive(life, from)),
    );
    const again = (life: Life) =>
      isAlive(life, from) || !mayBeAlive ? excused(life, from, until) : life;
    for (const page of this.pages.values()) {
      page.accepted = again(page.accepted);
      for (const [arrived, life] of page.possible) page.possible.set(arrived, again(life));
    }
  }

  /** The session was called gone: its next signal is a return, and gets the lease of a session that is away. */
  calledGone(now: number): void {
    for (const truth of this.#joined) truth.#goneAt = now;
    for (const page of this.#all) page.toldMs = [];
  }

  /** The life of the page that lets the visitor be there longest, as far as that is certain. */
  notBefore(now: number): Life {
    const lastLivingAt = Math.max(
      ...[...this.#joined].map((each) => (each.#livingInFlight > 0 ? now : each.#lastLivingAt)),
    );
    let longest = NEVER;
    for (const { accepted, possible } of this.#all) {
      // A page of which any life may be over protects nobody: its leave may have come before the signal.
      const lives = [accepted, ...possible.values()];
      if (lives.some(({ fromAt, leaseMs }) => fromAt + leaseMs <= lastLivingAt)) continue;
      const shortest = lives.reduce((a, b) => (b.endsAt < a.endsAt ? b : a));
      if (shortest.endsAt > longest.endsAt) longest = shortest;
    }
    return longest;
  }

  /** What each page may have prolonged at the most; `null`: an answer is still missing. */
  notAfter(): readonly Life[] | null {
    const lives: Life[] = [];
    for (const { inFlight, longest } of this.#all) {
      if (inFlight > 0) return null;
      lives.push(...longest);
    }
    return lives;
  }
}

/** When something could not work as it should, and whether it may have counted as an outage. */
export interface Disturbance {
  readonly from: number;
  readonly to: number;
  readonly isOutage: boolean;
}

/** The latest end of a life, where each disturbance on its way may have put it off. */
export function latestEnd(
  life: Life,
  disturbances: readonly Disturbance[],
  lateMs: number,
): number {
  let { endsAt } = life;
  for (const { from, to, isOutage } of disturbances) {
    if (to < life.fromAt || from > endsAt + lateMs) continue;
    endsAt = Math.max(endsAt, isOutage ? to + life.leaseMs + life.bufferMs : to);
  }
  return endsAt;
}

function isLater(a: { gen: number; seq: number }, b: { gen: number; seq: number }): boolean {
  return a.gen > b.gen || (a.gen === b.gen && a.seq > b.seq);
}

function isAlive({ fromAt, leaseMs }: Life, at: number): boolean {
  return fromAt + leaseMs > at;
}

function excused(life: Life, from: number, until: number): Life {
  if (life.endsAt <= from) return life;
  const wasAlive = isAlive(life, from);
  const endsAt = until + (wasAlive ? life.leaseMs : 0) + life.bufferMs;
  if (endsAt <= life.endsAt) return life;
  return { ...life, fromAt: wasAlive ? until : life.fromAt, endsAt };
}

function withBuffer(life: Life, bufferMs: number): Life {
  if (life.leaseMs === 0) return life;
  return { ...life, bufferMs, endsAt: life.endsAt + bufferMs - life.bufferMs };
}
