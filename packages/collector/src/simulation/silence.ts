/**
 * Whether an account is unheard (rule 6, second part), as far as it is true of its visitors: eight of its
 * sessions missed a beat after its last accepted signal. What cannot be known from outside is left open:
 * it may be so, or it surely is.
 * @module
 */
import type { Disturbance, PageTruth } from "./truth.ts";
import type { Visitor } from "./visitor.ts";
import type { World } from "./world.ts";

/** The account, as far as its silence is concerned. */
export interface SilentAccount {
  readonly world: World;
  readonly name: string;
  readonly visitors: ReadonlyMap<string, Visitor>;
  readonly disturbances: Disturbance[];
  isOnline(visitor: Visitor): boolean;
}

const MISSES = 8;
const BEATS_UNTIL_MISS = 1.2;
/** The rule is applied when a lease is due, three tenths of a beat after its page missed. */
const BEATS_UNTIL_DUE = 0.3;
const MAX_UNHEARD_MS = 600_000;
/** For clocks that differ, and for signals that take their time in a collector. */
const UNSURE_MS = 1_200;

export class Silence {
  readonly #account: SilentAccount;
  /** When a signal may last have been accepted, and when one surely was. */
  #maybeHeardAt = 0;
  #heardAt = 0;

  constructor(account: SilentAccount) {
    this.#account = account;
  }

  /** A signal that arrived at `at` was accepted by now, or may have been. */
  heard(at: number, isSure: boolean): void {
    const { world } = this.#account;
    if (isSure) this.#endAt(at);
    this.#maybeHeardAt = world.now;
    if (isSure) this.#heardAt = Math.max(this.#heardAt, at);
  }

  /** Ends a silence: what ran in it begins again. */
  #endAt(at: number): void {
    const { world, visitors } = this.#account;
    const surelySince = this.surelySince(at);
    if (this.isPossible(at)) {
      const disturbance = { from: this.#heardAt, to: world.now, isOutage: true };
      this.#account.disturbances.push(disturbance);
    }
    if (surelySince === null) return;
    world.fault("unheard", this.#account.name);
    for (const { truth } of visitors.values()) truth.excuse(surelySince, at);
  }

  /** Since when the account surely is unheard at `now`; `null`: it need not be. */
  surelySince(now: number): number | null {
    const since = this.#maybeHeardAt;
    const misses: { readonly at: number; readonly dueAt: number }[] = [];
    for (const visitor of this.#account.visitors.values()) {
      if (visitor.isErased || !this.#account.isOnline(visitor)) continue;
      const first = firstMiss([...visitor.truth.pages.values()], UNSURE_MS);
      if (first && first.at > since + 2 * UNSURE_MS) misses.push(first);
    }
    misses.sort((a, b) => a.at - b.at);
    const [last] = misses.slice(MISSES - 1);
    if (!last || now < last.dueAt || now > last.at + MAX_UNHEARD_MS - UNSURE_MS) return null;
    return last.at;
  }

  /** Whether the account may be unheard at `now`, or have been since it was last heard. */
  isPossible(now: number): boolean {
    if (now - this.#heardAt < 200) return false;
    let misses = 0;
    for (const { truth } of this.#account.visitors.values()) {
      const pages = [...truth.pages.values()];
      if (pages.some((page) => mayMiss(page, this.#heardAt, now))) misses += 1;
    }
    return misses >= MISSES;
  }
}

/** When a session surely misses: one of its pages, which surely is visible, is overdue. */
function firstMiss(pages: readonly PageTruth[], laterMs: number) {
  const heardAt = Math.max(...pages.map(({ heard }) => heard?.until ?? 0));
  let first: { at: number; dueAt: number } | null = null;
  for (const { heard, possible, inFlight } of pages) {
    if (possible.size > 0 || inFlight > 0) return null;
    if (!heard?.isVisible || heard.toldMs === 0) continue;
    const at = heard.until + BEATS_UNTIL_MISS * heard.toldMs + laterMs;
    if (at <= heardAt + 2 * laterMs) return null;
    const dueAt = at + BEATS_UNTIL_DUE * heard.toldMs + laterMs;
    if (!first || at < first.at) first = { at, dueAt };
  }
  return first;
}

function mayMiss({ heard, possible, latest }: PageTruth, since: number, now: number): boolean {
  if (!heard && possible.size === 0) return false;
  if (latest.seq === Number.POSITIVE_INFINITY && possible.size === 0) return false;
  const at = (heard?.from ?? since) + BEATS_UNTIL_MISS * (heard?.toldMs ?? 0) - UNSURE_MS;
  return at <= now && (heard === null || heard.until + 5 * heard.toldMs > since);
}
