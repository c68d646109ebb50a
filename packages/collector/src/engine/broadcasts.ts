/**
 * Broadcasts that every session applies in order: changed settings and outages. A session stores
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
  readonly at: number;
  readonly input: Extract<Input, { type: "settings_changed" | "outage" }>;
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
  readonly #onChange: () => void;
  readonly #settings = new Map<string, AccountSettings[]>();
  readonly #outages: Announcement[] = [];
  readonly #changedAt = new Map<number, number>();
  #epoch = 0;

  /** Calls `onChange` for each broadcast that is read, since it may invalidate earlier checks. */
  constructor(store: Store, onChange: () => void = () => {}) {
    this.#store = store;
    this.#onChange = onChange;
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
    this.#onChange();
    if (broadcast.type === "outage") {
      this.#outages.push({ epoch, at, input: { type: "outage", fromAt: broadcast.fromAt } });
      return;
    }
    const { account, overrides, triggers } = broadcast;
    const versions = this.#settings.get(account) ?? [];
    versions.push(accountSettings(epoch, overrides, triggers));
    this.#settings.set(account, versions);
    this.#changedAt.set(epoch, at);
  }

  latest(account: string): AccountSettings {
    return this.#settings.get(account)?.at(-1) ?? DEFAULTS;
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
    const outages = this.#outages.filter((outage) => outage.epoch > epoch);
    return [...changes, ...outages].sort((a, b) => a.epoch - b.epoch);
  }
}
