/**
 * Removes sessions with all that is stored of them.
 * @module
 */
import type { Actor, AuditEntry } from "../stores/admin.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import type { SessionKey, Store } from "../stores/store.ts";
import { createEntry } from "./audit.ts";
import type { BeatCache } from "./beat-cache.ts";
import type { Clock } from "./clock.ts";
import { idsToErase } from "./merges.ts";

export interface ErasureOptions {
  /** Only if the session has this version: nothing has happened to it since. */
  readonly expectedVersion?: number | undefined;
  /** Who erases it, for the audit log; missing: it has no entry. */
  readonly by?: Actor | undefined;
}

export class Erasure {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #beatCache: BeatCache | null;

  constructor(store: Store, clock: Clock, beatCache: BeatCache | null) {
    this.#store = store;
    this.#clock = clock;
    this.#beatCache = beatCache;
  }

  /**
   * Removes a session with all that is stored of it, together with those that go on as it or that it goes
   * on as (rule 26); false: it did not exist. Pages that are still open do not create it again.
   */
  async erase(key: SessionKey, { expectedVersion, by }: ErasureOptions = {}): Promise<boolean> {
    const ids = await idsToErase(this.#store, key);
    const erase = (id: string) => this.#eraseOne({ ...key, id }, { by });
    const survivor = ids.at(-1) ?? key.id;
    if (expectedVersion !== undefined) {
      if (!(await this.#eraseOne({ ...key, id: survivor }, { expectedVersion, by }))) return false;
      for (const id of ids.slice(0, -1)) await erase(id);
      return true;
    }
    // The survivor last: it names the others, and a request that was interrupted is repeated.
    let isErased = false;
    for (const id of ids) isErased = (await erase(id)) || isErased;
    return isErased;
  }

  async #eraseOne(key: SessionKey, { expectedVersion, by }: ErasureOptions): Promise<boolean> {
    if (this.#beatCache) {
      const [found] = await this.#store.load([{ key, eventIds: [] }]);
      if (found?.number !== undefined) this.#beatCache.invalidate(found.number);
    }
    const erasedAt = this.#clock.now();
    const audit = by ? [await erasureEntry(key, erasedAt, by)] : [];
    return this.#store.erase(key, { erasedAt, expectedVersion, audit });
  }
}

/** It names the session by a hash, since nothing else of it may stay. */
async function erasureEntry(key: SessionKey, at: number, by: Actor): Promise<AuditEntry> {
  return createEntry(at, { by, action: "session_erased", target: await erasureHashOf(key) });
}
