/**
 * Broadcasts that every session applies in order: changed settings, outages, steps of the store's clock,
 * and that an account is unheard or heard again. A session stores
 * the number of the last one it applied (its epoch) and applies the rest before any other input. So
 * a change of settings, or an outage, takes effect for a million sessions at its own instant
 * without a million writes at that instant.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Input } from "../core/input.ts";
import type { BindingMode } from "../core/lists.ts";
import type { Settings } from "../core/settings.ts";
import { resolveSettings } from "../core/settings-resolve.ts";
import { type Overrides, settingOf } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import { MAX_UNHEARD_MS } from "../core/unheard.ts";
import { broadcastPages } from "../stores/broadcast-pages.ts";
import type { Broadcast, Store } from "../stores/store.ts";

/** An account's settings as of one epoch. */
export interface AccountSettings {
  readonly epoch: number;
  /** When they took effect, by the clock as it was then. */
  readonly at: number;
  readonly overrides: Overrides;
  readonly triggers: readonly Trigger[];
  readonly settings: Settings;
  /** Origins whose pages may send signals. */
  readonly origins: readonly string[];
  /** What a page must present to send signals for a session. */
  readonly binding: BindingMode;
  /** History older than this is deleted; `null`: it is kept. */
  readonly retentionDays: number | null;
  /** Sessions that ended or were last active before that are erased; `null`: they are kept. */
  readonly sessionRetentionDays: number | null;
}

export interface Announcement {
  readonly epoch: number;
  /** By the clock as it was from this broadcast on. */
  readonly at: number;
  readonly input: Extract<
    Input,
    { type: "settings_changed" | "outage" | "clock_step" | "unheard" | "heard" }
  >;
}

/** A period in which an account is or was unheard. */
export interface UnheardPeriod {
  /** In steady time. */
  readonly since: number;
  /** How many sessions had missed when it was noticed. */
  readonly missed: number;
  /** When the period before it began; `null`: there was none. */
  readonly excusedBefore: number | null;
}

/** What such a period is to a session, while the time is ahead of steady time by `offsetMs`. */
export function silenceInput(
  period: UnheardPeriod | null,
  offsetMs: number,
): Extract<Input, { type: "unheard" | "heard" }> {
  if (!period) return { type: "heard" };
  const { excusedBefore } = period;
  return {
    type: "unheard",
    ...(excusedBefore !== null && { excusedBefore: excusedBefore + offsetMs }),
  };
}

/** A broadcast without its content. */
interface Known {
  readonly epoch: number;
  /** In steady time. */
  readonly at: number;
  readonly sets: Exclude<Broadcast["type"], "outage"> | null;
  /** It changes nothing: another collector has broadcast the same. */
  readonly isRepeated: boolean;
}

function accountSettings(
  epoch: number,
  at: number,
  overrides: Overrides,
  triggers: readonly Trigger[],
): AccountSettings {
  return {
    epoch,
    at,
    overrides,
    triggers,
    settings: resolveSettings(overrides, triggers),
    origins: settingOf(overrides, "origins") as readonly string[],
    binding: settingOf(overrides, "binding") as BindingMode,
    retentionDays: settingOf(overrides, "retentionDays") as number | null,
    sessionRetentionDays: settingOf(overrides, "sessionRetentionDays") as number | null,
  };
}

const DEFAULTS = accountSettings(0, 0, {}, []);

export class Broadcasts {
  readonly #store: Store;
  readonly #onRead: (broadcast: Broadcast) => void;
  readonly #settings = new Map<string, AccountSettings[]>();
  /** Of all accounts: outages, and steps of the clock. */
  #toAll: Announcement[] = [];
  /** That accounts are unheard, and heard again. */
  readonly #toAccount = new Map<string, Announcement[]>();
  /** Each account's last period that has not ended by a signal. */
  readonly #unheard = new Map<string, UnheardPeriod>();
  readonly #lastUnheardAt = new Map<string, number>();
  readonly #lastHeardAt = new Map<string, number>();
  readonly #heardEpochs = new Map<string, number>();
  /** When collectors could receive signals again after the last outage, in steady time; −∞: there was none. */
  #lastOutageAt = Number.NEGATIVE_INFINITY;
  /** Every broadcast that the store keeps, in order, by account (`null`: to all). */
  readonly #known = new Map<string | null, Known[]>();
  #epoch = 0;
  #steppedEpoch = 0;
  #offsets: { readonly epoch: number; readonly offsetMs: number }[] = [];
  /** How far the time is ahead of steady time, as of the last broadcast. */
  #offsetMs = 0;

  /** Calls `onRead` with each broadcast that is read, in the same turn as its epoch becomes the last. */
  constructor(store: Store, onRead: (broadcast: Broadcast) => void = () => {}) {
    this.#store = store;
    this.#onRead = onRead;
  }

  /** The last broadcast that was read. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Reads new broadcasts, of this and of other processes; of very many, a part in each turn. */
  async refresh(): Promise<void> {
    const read = (after: number, limit: number) => this.#store.broadcasts(after, limit);
    const budget = new TurnBudget();
    for await (const page of broadcastPages(read, this.#epoch)) {
      for (const broadcast of page) {
        this.#apply(broadcast);
        await budget.step();
      }
    }
  }

  #apply(broadcast: Broadcast): void {
    const { epoch, at } = broadcast;
    // Two refreshes may overlap, and the slower one may have read less.
    if (epoch <= this.#epoch) return;
    this.#epoch = epoch;
    this.#onRead(broadcast);
    const { account, type } = broadcast;
    const isRepeated = !this.#announce(broadcast);
    const known = this.#known.get(account) ?? [];
    known.push({ epoch, at, sets: type === "outage" ? null : type, isRepeated });
    this.#known.set(account, known);
  }

  /** Whether sessions have to apply it: what several collectors notice counts once. */
  #announce(broadcast: Broadcast): boolean {
    const { epoch, at } = broadcast;
    if (broadcast.type === "clock_step") {
      const byMs = broadcast.offsetMs - this.#offsetMs;
      if (byMs === 0) return false;
      this.#offsetMs = broadcast.offsetMs;
      this.#offsets.push({ epoch, offsetMs: broadcast.offsetMs });
      this.#steppedEpoch = epoch;
      this.#toAll.push({ epoch, at: at + this.#offsetMs, input: { type: "clock_step", byMs } });
      return true;
    }
    const atByClock = at + this.#offsetMs;
    if (broadcast.type === "unheard" || broadcast.type === "heard") {
      return this.#announceSilence(broadcast, atByClock);
    }
    if (broadcast.type === "outage") {
      this.#lastOutageAt = broadcast.at;
      const fromAt = broadcast.fromAt + this.#offsetMs;
      this.#toAll.push({ epoch, at: atByClock, input: { type: "outage", fromAt } });
      return true;
    }
    const { account, overrides, triggers } = broadcast;
    const versions = this.#settings.get(account) ?? [];
    versions.push(accountSettings(epoch, atByClock, overrides, triggers));
    this.#settings.set(account, versions);
    return true;
  }

  /** Two collectors may both notice that an account is unheard or heard; the first one counts. */
  #announceSilence(
    broadcast: Extract<Broadcast, { type: "unheard" | "heard" }>,
    atByClock: number,
  ): boolean {
    const { account, epoch, at } = broadcast;
    if (broadcast.type === "unheard") {
      if (this.unheardPeriod(account, at)) return false;
      const { missed } = broadcast;
      const excusedBefore = this.#lastUnheardAt.get(account) ?? null;
      this.#unheard.set(account, { since: at, missed, excusedBefore });
      this.#lastUnheardAt.set(account, at);
    } else {
      if (!this.#unheard.delete(account)) return false;
      this.#lastHeardAt.set(account, at);
      this.#heardEpochs.set(account, epoch);
    }
    const announcements = this.#toAccount.get(account) ?? [];
    const input = silenceInput(this.#unheard.get(account) ?? null, this.#offsetMs);
    announcements.push({ epoch, at: atByClock, input });
    this.#toAccount.set(account, announcements);
    return true;
  }

  /** The period in which the account is unheard at `now`, which is steady time; `null`: it is not. */
  unheardPeriod(account: string, now: number): UnheardPeriod | null {
    const period = this.#unheard.get(account);
    return period && now < period.since + MAX_UNHEARD_MS ? period : null;
  }

  /** Accounts that no signal has ended the last period of, though its time may be over. */
  get unheardAccounts(): readonly string[] {
    return [...this.#unheard.keys()];
  }

  /** When the account last became unheard, in steady time; −∞: never. */
  lastUnheardAt(account: string): number {
    return this.#lastUnheardAt.get(account) ?? Number.NEGATIVE_INFINITY;
  }

  get lastOutageAt(): number {
    return this.#lastOutageAt;
  }

  /** When a signal last ended such a period, in steady time; −∞: never. */
  lastHeardAt(account: string): number {
    return this.#lastHeardAt.get(account) ?? Number.NEGATIVE_INFINITY;
  }

  latest(account: string): AccountSettings {
    return this.#settings.get(account)?.at(-1) ?? DEFAULTS;
  }

  /**
   * The last broadcast that must soon be applied to every session of the account. Any other is applied
   * when something else happens to the session; these may make its deadline earlier.
   */
  urgentEpoch(account: string): number {
    const heardEpoch = this.#heardEpochs.get(account) ?? 0;
    return Math.max(this.latest(account).epoch, this.#steppedEpoch, heardEpoch);
  }

  /** How far the time was ahead of steady time as of the broadcast `epoch`. */
  offsetAsOf(epoch: number): number {
    return this.#offsets.findLast((each) => each.epoch <= epoch)?.offsetMs ?? 0;
  }

  /** The settings in force as of the broadcast `epoch`. */
  asOf(account: string, epoch: number): Settings {
    const versions = this.#settings.get(account);
    return (versions?.findLast((version) => version.epoch <= epoch) ?? DEFAULTS).settings;
  }

  /** The broadcasts that a session at `epoch` has not applied yet, in order. */
  since(account: string, epoch: number): readonly Announcement[] {
    if (epoch >= this.#epoch) return [];
    const changes = (this.#settings.get(account) ?? [])
      .filter((version) => version.epoch > epoch)
      .map(
        ({ epoch, at, settings }): Announcement => ({
          epoch,
          at,
          input: { type: "settings_changed", settings },
        }),
      );
    const isLater = (announcement: Announcement) => announcement.epoch > epoch;
    const toAccount = this.#toAccount.get(account)?.filter(isLater) ?? [];
    return [...changes, ...toAccount, ...this.#toAll.filter(isLater)].sort(
      (a, b) => a.epoch - b.epoch,
    );
  }

  /**
   * The last broadcast of the account (`null`: of those to all) at or before `at`, in steady time; 0 if
   * there is none. A session at a lower epoch has not applied it.
   */
  lastBefore(account: string | null, at: number): number {
    const known = this.#known.get(account);
    return known?.findLast((each) => each.at <= at && !each.isRepeated)?.epoch ?? 0;
  }

  /**
   * The broadcasts of the account (`null`: of those to all) that no session at `epoch` or later needs:
   * all up to there but the last of each kind that sets something until the next one. The very last
   * broadcast stays too, so that epochs rise.
   */
  superseded(account: string | null, epoch: number): readonly number[] {
    const found: number[] = [];
    const kept = new Set<Known["sets"]>([null]);
    for (const known of this.#known.get(account)?.toReversed() ?? []) {
      if (known.epoch > epoch) continue;
      const isSuperseded = known.isRepeated || kept.has(known.sets);
      if (isSuperseded && known.epoch !== this.#epoch) found.push(known.epoch);
      if (!known.isRepeated) kept.add(known.sets);
    }
    return found;
  }

  /** Forgets broadcasts of the account (`null`: of those to all) that the store has dropped. */
  forget(account: string | null, epochs: readonly number[]): void {
    const dropped = new Set(epochs);
    const isKept = ({ epoch }: { readonly epoch: number }) => !dropped.has(epoch);
    this.#known.set(account, (this.#known.get(account) ?? []).filter(isKept));
    if (account === null) {
      this.#toAll = this.#toAll.filter(isKept);
      this.#offsets = this.#offsets.filter(isKept);
      return;
    }
    const announcements = this.#toAccount.get(account);
    if (announcements) this.#toAccount.set(account, announcements.filter(isKept));
    const versions = this.#settings.get(account);
    if (versions) this.#settings.set(account, versions.filter(isKept));
  }
}
