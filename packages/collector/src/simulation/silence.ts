/**
 * Whether an account surely is unheard (rule 6, second part), as far as it is true of its visitors: eight of
 * its sessions missed a beat after its last accepted signal. And whether the collectors hold it for that, which
 * they may do somewhat earlier, and only where it can be true.
 * @module
 */
import type { Disturbance, PageTruth, SessionTruth } from "./truth.ts";
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
  /** When a signal may last have been accepted. */
  #maybeHeardAt = 0;
  /** The same in the collectors' time, in which the ten minutes pass: a clock set during a boot counts. */
  #maybeHeardSteady = 0;
  /** Since when the collectors hold its verdicts; `null`: they do not. */
  #held: { readonly since: number; readonly steady: number } | null = null;
  /** When the collectors last began to hold them, and when before that. */
  #heldAt = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

  constructor(account: SilentAccount) {
    this.#account = account;
  }

  /** A signal that arrived at `at` was accepted by now, or may have been. */
  heard(at: number, isSure: boolean): void {
    const { world, visitors, name } = this.#account;
    const since = isSure ? this.surelySince(at) : null;
    const excusedBefore = this.#excusedBefore;
    this.#maybeHeardAt = world.now;
    this.#maybeHeardSteady = world.steady;
    if (since === null) return;
    world.fault("unheard", name);
    for (const { truth } of visitors.values()) {
      if (truth.isHeardAfter(excusedBefore)) truth.excuse(since, at);
    }
  }

  /** A session that was last heard before may have been excused by an earlier silence, and is not again. */
  get #excusedBefore(): number {
    return this.#heldAt.find((at) => at <= this.#maybeHeardAt) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether a silence surely holds verdicts on the visitor. */
  holds({ truth }: Visitor): boolean {
    return truth.isHeardAfter(this.#excusedBefore);
  }

  /** The collectors begin to hold the account's verdicts. */
  hold(): void {
    const { world, visitors, name } = this.#account;
    // Another collector noticed the same silence.
    if (this.#held && world.steady < this.#held.steady + MAX_UNHEARD_MS) return;
    this.release();
    this.#held = { since: world.now, steady: world.steady };
    this.#heldAt = [world.now, this.#heldAt[0]];
    const silent = [...visitors.values()].filter(({ truth }) => mayBeSilent(truth));
    world.check("E18", silent.length >= MISSES, () => {
      return `${name} is unheard, but ${silent.length} sessions have a page that may be silent`;
    });
  }

  /** They cease to. */
  release(): void {
    const { world, disturbances } = this.#account;
    if (!this.#held) return;
    disturbances.push({ from: this.#held.since, to: world.now, isOutage: true });
    this.#held = null;
  }

  get isHeld(): boolean {
    const { steady } = this.#account.world;
    return this.#held !== null && steady < this.#held.steady + MAX_UNHEARD_MS + UNSURE_MS;
  }

  /** Since when the account surely is unheard at `now`; `null`: it need not be. */
  surelySince(now: number): number | null {
    const visitors = [...this.#account.visitors.values()];
    // The signal that ends it may be on its way to the store.
    const isHeardNow = visitors.some(({ truth }) =>
      [...truth.pages.values()].some(({ inFlight }) => inFlight > 0),
    );
    if (isHeardNow) return null;
    const since = this.#maybeHeardAt;
    const misses: { readonly at: number; readonly dueAt: number }[] = [];
    for (const visitor of visitors) {
      // Of sessions that have become one, it is not known which page misses first.
      const isMerged = visitor.truth.isJoined || visitor.mergedInto !== null;
      if (visitor.isErased || isMerged || !this.#account.isOnline(visitor)) continue;
      const first = firstMiss([...visitor.truth.pages.values()], UNSURE_MS);
      if (first && first.at > since + 2 * UNSURE_MS) misses.push(first);
    }
    misses.sort((a, b) => a.at - b.at);
    const [last] = misses.slice(MISSES - 1);
    if (!last || now < last.dueAt) return null;
    const unheardMs = this.#account.world.steady - this.#maybeHeardSteady - (last.at - since);
    return unheardMs > MAX_UNHEARD_MS - UNSURE_MS ? null : last.at;
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

/** Whether a page of the session may still be there for all that was heard of it. */
function mayBeSilent({ pages }: SessionTruth): boolean {
  return [...pages.values()].some(({ heard, possible }) => heard !== null || possible.size > 0);
}
