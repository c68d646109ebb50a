/**
 * Decides which accounts are unheard (rule 6): before a lease or buffer passes, it counts the sessions that
 * missed since the account's last accepted signal. An account whose signals arrive costs a comparison.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Settings } from "../core/settings.ts";
import { MIN_MISSES, maxSilenceAheadMs, minSilenceMs, missesAt } from "../core/unheard.ts";
import type { Store, Stored } from "../stores/store.ts";
import type { AccountSignals } from "./account-signals.ts";
import type { Broadcasts, UnheardPeriod } from "./broadcasts.ts";

/** How many sessions are looked at, most overdue first, until so many have missed. */
const LOOK_LIMITS = [100, 1_000, 10_000];

/** How long one look is enough: nothing but a signal changes when a session misses. */
const LOOK_EVERY_MS = 5_000;
/** Accounts whose last signal is stored in one call. */
const STORE_LIMIT = 500;

/** When sessions of an account miss after its last accepted signal, also those that have not yet. */
interface Misses {
  readonly since: number;
  /** Until when all of them are known. */
  knownUntil: number;
  /** By session. It may be offline by now, so that it has no deadline and is not found again. */
  readonly at: Map<string, number>;
}

/** An account that is unheard, and since when, in steady time. */
export type UnheardAccount = Omit<UnheardPeriod, "excusedBefore"> & { readonly account: string };

/** For how long an account has been unheard, the longest if several are; 0: none is. */
export function longestUnheardMs(accounts: readonly UnheardAccount[], now: number): number {
  return Math.max(0, ...accounts.map(({ since }) => now - since));
}

export class UnheardAccounts {
  readonly #store: Store;
  readonly #broadcasts: Broadcasts;
  readonly #signals: AccountSignals;
  readonly #misses = new Map<string, Misses>();

  constructor(store: Store, broadcasts: Broadcasts, signals: AccountSignals) {
    this.#store = store;
    this.#broadcasts = broadcasts;
    this.#signals = signals;
  }

  /** The accounts that are unheard at `now`. All instants here are in steady time. */
  list(now: number): readonly UnheardAccount[] {
    return this.#broadcasts.unheardAccounts.flatMap((account) => {
      const period = this.#broadcasts.unheardPeriod(account, now);
      return period ? { account, ...period } : [];
    });
  }

  /** Decides whether the account is unheard, because a timer of one of its pages is due. */
  async decide(account: string, now: number): Promise<void> {
    const { settings } = this.#broadcasts.latest(account);
    const isHeard = (lastAt: number) => now - lastAt < minSilenceMs(settings);
    if (isHeard(this.#signals.lastAt(account))) return;
    await this.#broadcasts.refresh();
    if (this.#broadcasts.unheardPeriod(account, now)) return;
    const since = await this.#lastSignalAt(account);
    // It was unheard since that signal, for as long as that excuses silence.
    if (isHeard(since) || this.#broadcasts.lastUnheardAt(account) > since) return;
    const misses = await this.#missesOf(account, since, now, settings);
    const missedAt = misses.toSorted((a, b) => a - b)[MIN_MISSES - 1];
    if (missedAt === undefined) {
      this.#signals.watch(account, true);
      return;
    }
    // While no collector could receive signals, the account was not unheard.
    const at = Math.max(missedAt, this.#broadcasts.lastOutageAt);
    await this.#store.broadcast({ type: "unheard", account, at, missed: misses.length });
    await this.#broadcasts.refresh();
  }

  async #lastSignalAt(account: string): Promise<number> {
    const stored = (await this.#store.lastSignalAt(account)) ?? Number.NEGATIVE_INFINITY;
    // A collector that died may have noted less than it broadcast.
    const heardAt = this.#broadcasts.lastHeardAt(account);
    return Math.max(stored, this.#signals.lastAt(account), heardAt);
  }

  /** When the account's sessions missed, of those that did so after `since`. */
  async #missesOf(
    account: string,
    since: number,
    now: number,
    settings: Settings,
  ): Promise<readonly number[]> {
    let misses = this.#misses.get(account);
    if (misses?.since !== since) misses = { since, knownUntil: now, at: new Map() };
    this.#misses.set(account, misses);
    if (now >= misses.knownUntil) await this.#look(account, misses, now, settings);
    return missedBy(misses, now);
  }

  async #look(account: string, misses: Misses, now: number, settings: Settings): Promise<void> {
    const knownUntil = now + LOOK_EVERY_MS;
    const offsetMs = this.#broadcasts.offsetAsOf(this.#broadcasts.epoch);
    const until = knownUntil + offsetMs + maxSilenceAheadMs(settings);
    for (const limit of LOOK_LIMITS) {
      const found = await this.#store.dueOf(account, until, limit);
      for (const stored of found) {
        const at = this.#missesAt(stored, settings);
        if (at !== null && at > misses.since) misses.at.set(stored.session.id, at);
      }
      // Those that have missed are enough, or these are all.
      if (missedBy(misses, now).length >= MIN_MISSES || found.length < limit) break;
    }
    misses.knownUntil = knownUntil;
  }

  #missesAt({ session, shadow, epoch }: Stored, settings: Settings): number | null {
    const at = missesAt(shadow ?? session, settings);
    // The session may not have applied the last step of the clock.
    return at === null ? null : at - this.#broadcasts.offsetAsOf(epoch);
  }

  /** A signal of the account was accepted at `at`. Returns whether it was unheard until then. */
  async accept(account: string, at: number): Promise<boolean> {
    const period = this.#broadcasts.unheardPeriod(account, at);
    // One from before it that was stored late does not end it.
    if (!period || at < period.since) return false;
    await this.#end(account, at);
    return true;
  }

  async #end(account: string, at: number): Promise<void> {
    await this.#store.broadcast({ type: "heard", account, at });
    await this.#broadcasts.refresh();
  }

  /** Stores when signals were accepted, and ends periods that a signal at any collector has ended. */
  async heartbeat(now: number): Promise<void> {
    const budget = new TurnBudget();
    const unstored = [...this.#signals.unstored()];
    for (let from = 0; from < unstored.length; from += STORE_LIMIT) {
      const part = new Map(unstored.slice(from, from + STORE_LIMIT));
      await this.#store.noteSignals(part);
      this.#signals.stored(part);
      await budget.step();
    }
    for (const { account, since } of this.list(now)) {
      const lastAt = await this.#lastSignalAt(account);
      if (lastAt > since) await this.#end(account, lastAt);
      await budget.step();
    }
  }
}

/** When those sessions missed that have by `now`. */
function missedBy({ at }: Misses, now: number): readonly number[] {
  return [...at.values()].filter((each) => each <= now);
}
