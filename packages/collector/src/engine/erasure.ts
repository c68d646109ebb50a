/**
 * Removes sessions with all that is stored of them.
 * @module
 */
import type { Session } from "../core/session.ts";
import type { Actor, AuditEntry } from "../stores/admin.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import type { Found, SessionKey, Store } from "../stores/store.ts";
import { createEntry } from "./audit.ts";
import type { BeatCache } from "./beat-cache.ts";
import type { Clock } from "./clock.ts";
import { findToErase } from "./merges.ts";

export interface ErasureOptions {
  /** Only if the session has this version: nothing has happened to it since. */
  readonly expectedVersion?: number | undefined;
  /** Who erases it, for the audit log; missing: it has no entry. */
  readonly by?: Actor | undefined;
}

/** Deletes what is stored of a session besides itself; deleting it again is no error. */
export type Forget = (key: SessionKey, session: Session) => Promise<void>;

export class Erasure {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #beatCache: BeatCache | null;
  #forget: Forget = async () => {};

  constructor(store: Store, clock: Clock, beatCache: BeatCache | null) {
    this.#store = store;
    this.#clock = clock;
    this.#beatCache = beatCache;
  }

  /** Has `forget` called for each session that is erased. */
  also(forget: Forget): void {
    this.#forget = forget;
  }

  /**
   * Removes a session with all that is stored of it, together with those that go on as it or that it goes
   * on as (rule 26); false: it did not exist. Pages that are still open do not create it again.
   */
  async erase(key: SessionKey, { expectedVersion, by }: ErasureOptions = {}): Promise<boolean> {
    const all = await findToErase(this.#store, key);
    const ids = [...all.keys()];
    const erase = (id: string, expected?: number) =>
      this.#eraseOne({ ...key, id }, all.get(id) ?? null, { expectedVersion: expected, by });
    const survivor = ids.at(-1) ?? key.id;
    if (expectedVersion !== undefined) {
      if (!(await erase(survivor, expectedVersion))) return false;
      for (const id of ids.slice(0, -1)) await erase(id);
      return true;
    }
    // The survivor last: it names the others, and a request that was interrupted is repeated.
    let isErased = false;
    for (const id of ids) isErased = (await erase(id)) || isErased;
    return isErased;
  }

  async #eraseOne(
    key: SessionKey,
    found: Found | null,
    { expectedVersion, by }: ErasureOptions,
  ): Promise<boolean> {
    const stored = found?.stored ?? null;
    const isExpected = expectedVersion === undefined || stored?.version === expectedVersion;
    if (stored && !isExpected) return false;
    if (found?.number !== undefined) this.#beatCache?.invalidate(found.number);
    // As long as the session is there, erasing it again finishes this. One of an expected version may turn out to live
    // on, and keeps what its desks reported until it is erased.
    if (stored && expectedVersion === undefined) await this.#forget(key, stored.session);
    const erasedAt = this.#clock.now();
    const audit = by ? [await erasureEntry(key, erasedAt, by)] : [];
    const isErased = await this.#store.erase(key, { erasedAt, expectedVersion, audit });
    // What was under way then may have stored more.
    if (stored && isErased) await this.#forget(key, stored.session);
    return isErased;
  }
}

/** It names the session by a hash, since nothing else of it may stay. */
async function erasureEntry(key: SessionKey, at: number, by: Actor): Promise<AuditEntry> {
  return createEntry(at, { by, action: "session_erased", target: await erasureHashOf(key) });
}
