/**
 * Broadcasts that every session applies in order: changed settings, outages, steps of the store's clock,
 * and that an account is unheard or heard again. A session stores
 * the number of the last one it applied (its epoch) and applies the rest before any other input. So
 * a change of settings, or an outage, takes effect for a million sessions at its own instant
 * without a million writes at that instant.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { BindingMode } from "../core/lists.ts";
import type { Settings } from "../core/settings.ts";
import { resolveSettings } from "../core/settings-resolve.ts";
import { type Overrides, settingOf } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import { MAX_UNHEARD_MS } from "../core/unheard.ts";
import type { Broadcast, Store } from "../stores/store.ts";

/** An account's settings as of one epoch. */
export interface AccountSettings {
  readonly epoch: number;
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
}

function accountSettings(
  epoch: number,
  overrides: Overrides,
  triggers: readonly Trigger[],
): AccountSettings {
  return {
    epoch,
    overrides,
    triggers,
    settings: resolveSettings(overrides, triggers),
    origins: settingOf(overrides, "origins") as readonly string[],
    binding: settingOf(overrides, "binding") as BindingMode,
    retentionDays: settingOf(overrides, "retentionDays") as number | null,
    sessionRetentionDays: settingOf(overrides, "sessionRetentionDays") as number | null,
  };
}

const DEFAULTS = accountSettings(0, {}, []);

export class Broadcasts {
  readonly #store: Store;
  readonly #onRead: (broadcast: Broadcast) => void;
  readonly #settings = new Map<string, AccountSettings[]>();
  /** Of all accounts: outages, and steps of the clock. */
  readonly #toAll: Announcement[] = [];
  readonly #changedAt = new Map<number, number>();
  /** That accounts are unheard, and heard again. */
  readonly #toAccount = new Map<string, Announcement[]>();
  /** Each account's last period that has not ended by a signal. */
  readonly #unheard = new Map<string, UnheardPeriod>();
  readonly #lastUnheardAt = new Map<string, number>();
  readonly #heardEpochs = new Map<string, number>();
  #epoch = 0;
  #steppedEpoch = 0;
  readonly #offsets: { readonly epoch: number; readonly offsetMs: number }[] = [];
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

  /** Reads new broadcasts, of this and of other processes. */
  async refresh(): Promise<void> {
    for (const broadcast of await this.#store.broadcasts(this.#epoch)) this.#apply(broadcast);
  }

  #apply(broadcast: Broadcast): void {
    const { epoch, at } = broadcast;
    // Two refreshes may overlap, and the slower one may have read less.
    if (epoch <= this.#epoch) return;
    this.#epoch = epoch;
    this.#onRead(broadcast);
    if (broadcast.type === "clock_step") {
      const byMs = broadcast.offsetMs - this.#offsetMs;
      // Several collectors may notice the same step at once.
      if (byMs === 0) return;
      this.#offsetMs = broadcast.offsetMs;
      this.#offsets.push({ epoch, offsetMs: broadcast.offsetMs });
      this.#steppedEpoch = epoch;
      this.#toAll.push({ epoch, at: at + this.#offsetMs, input: { type: "clock_step", byMs } });
      return;
    }
    const atByClock = at + this.#offsetMs;
    if (broadcast.type === "unheard" || broadcast.type === "heard") {
      this.#applySilence(broadcast, atByClock);
      return;
    }
    if (broadcast.type === "outage") {
      const fromAt = broadcast.fromAt + this.#offsetMs;
      this.#toAll.push({ epoch, at: atByClock, input: { type: "outage", fromAt } });
      return;
    }
    const { account, overrides, triggers } = broadcast;
    const versions = this.#settings.get(account) ?? [];
    versions.push(accountSettings(epoch, overrides, triggers));
    this.#settings.set(account, versions);
    this.#changedAt.set(epoch, atByClock);
  }

  /** Two collectors may both notice that an account is unheard or heard; the first one counts. */
  #applySilence(
    broadcast: Extract<Broadcast, { type: "unheard" | "heard" }>,
    atByClock: number,
  ): void {
    const { account, epoch, at, type } = broadcast;
    if (broadcast.type === "unheard") {
      if (this.unheardPeriod(account, at)) return;
      this.#unheard.set(account, { since: at, missed: broadcast.missed });
      this.#lastUnheardAt.set(account, at);
    } else {
      if (!this.#unheard.delete(account)) return;
      this.#heardEpochs.set(account, epoch);
    }
    const announcements = this.#toAccount.get(account) ?? [];
    announcements.push({ epoch, at: atByClock, input: { type } });
    this.#toAccount.set(account, announcements);
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
        (version): Announcement => ({
          epoch: version.epoch,
          at: this.#changedAt.get(version.epoch) ?? 0,
          input: { type: "settings_changed", settings: version.settings },
        }),
      );
    const isLater = (announcement: Announcement) => announcement.epoch > epoch;
    const toAccount = this.#toAccount.get(account)?.filter(isLater) ?? [];
    return [...changes, ...toAccount, ...this.#toAll.filter(isLater)].sort(
      (a, b) => a.epoch - b.epoch,
    );
  }
}
