/**
 * What every session must be told in order: changed settings and outages. A session keeps the number
 * of the last it was told (its epoch) and is told the rest before anything else happens to it. So a
 * change of settings, or an outage, reaches a million sessions at its own instant without a million
 * writes at that instant.
 * @module
 */
import type { Input } from "../core/input.ts";
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
  /** Origins whose pages may report. */
  readonly origins: readonly string[];
  /** Who may speak for a session. */
  readonly binding: "token" | "capability" | "open";
  /** History older than this is forgotten; null: none is. */
  readonly retentionDays: number | null;
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
    binding: settingOf(overrides, "binding") as AccountSettings["binding"],
    retentionDays: settingOf(overrides, "retentionDays") as number | null,
  };
}

const DEFAULTS = accountSettings(0, {}, []);

export class Broadcasts {
  readonly #store: Store;
  readonly #settings = new Map<string, AccountSettings[]>();
  readonly #outages: Announcement[] = [];
  readonly #changedAt = new Map<number, number>();
  #epoch = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The last broadcast known here. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Reads what was broadcast since, by whomever. */
  async refresh(): Promise<void> {
    for (const broadcast of await this.#store.broadcasts(this.#epoch)) this.#apply(broadcast);
  }

  #apply(broadcast: Broadcast): void {
    const { epoch, at } = broadcast;
    // Two may read at once, and the slower one has less.
    if (epoch <= this.#epoch) return;
    this.#epoch = epoch;
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

  /** The settings that held when a session was told the broadcast `epoch`. */
  asOf(account: string, epoch: number): Settings {
    const versions = this.#settings.get(account);
    return (versions?.findLast((version) => version.epoch <= epoch) ?? DEFAULTS).settings;
  }

  /** What a session that was told everything up to `epoch` has yet to be told, in order. */
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
